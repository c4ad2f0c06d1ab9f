import numpy as np
import pytest

from assistant.composer.genres import genre
from assistant.composer.metrics import features, frechet
from assistant.composer.roll import ONSET, empty, write_note

CHORALE, ROCK = genre("chorale").parts, genre("rock").parts


def test_frechet_distance_of_two_normal_distributions_by_hand():
    # Means (1, 0) and (1, 3); variances 2/3 and 8/3 in the first direction, 0 in the second.
    # 3^2 + (sqrt(8/3) - sqrt(2/3))^2 = 9 + 2/3.
    first = np.array([[0.0, 0], [1, 0], [2, 0], [1, 0]])
    second = np.array([[-1.0, 3], [1, 3], [3, 3], [1, 3]])
    assert frechet(first, second) == pytest.approx(9 + 2 / 3)
    assert frechet(second, first) == pytest.approx(9 + 2 / 3)
    assert frechet(first, first) == pytest.approx(0, abs=1e-9)


def test_frechet_distance_sees_covariance():
    cross = np.array([[1.0, 1], [-1, -1]])
    assert frechet(cross, cross * [1, -1]) == pytest.approx(8)


def test_one_roll_has_no_distribution():
    with pytest.raises(ValueError, match="two rolls"):
        frechet(np.zeros((1, 3)), np.zeros((5, 3)))


def test_features_by_hand():
    roll = empty(4, 1)
    write_note(roll[0], 64, start=0, length=8)
    write_note(roll[1], 60, start=0, length=8)
    write_note(roll[1], 67, start=12, length=4)
    alto = features([roll], CHORALE)[0, :35]
    places, (sounds, density), classes, above, octaves = np.split(alto, [8, 10, 22, 34])
    assert list(places) == [0.5, 0, 0, 0, 0, 0, 0.5, 0]
    assert (sounds, density) == (12 / 16, 2 / 16)
    assert classes[0] == pytest.approx(2 / 3)
    assert classes[7] == pytest.approx(1 / 3)
    # C is 8 semitones above E; the G sounds where the melody does not.
    assert above[8] == 1
    assert octaves[0] == pytest.approx((60 * 2 + 67) / 3 / 12)


def test_features_of_drums_and_of_silence():
    roll = empty(4, 1)
    roll[3, [0, 4], 36] = ONSET
    found = features([roll], ROCK)
    assert found.shape == (1, 35 + 35 + 10)
    assert not found[0, :70].any()
    assert list(found[0, 70:]) == [0.5, 0, 0.5, 0, 0, 0, 0, 0, 2 / 16, 2 / 16]
