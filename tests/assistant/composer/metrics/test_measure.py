import numpy as np
import pytest

from assistant.composer.genres import genre
from assistant.composer.metrics import bars_of, measure, tally
from assistant.composer.roll import empty, write_note
from assistant.errors import InputError

PARTS = genre("chorale").parts


def scale(bars, step):
    """Four voices that climb, an eighth a note."""
    roll = empty(4, bars)
    for number, part in enumerate(roll):
        for eighth in range(8 * bars):
            write_note(part, 72 - 12 * number + eighth * step % 7, 2 * eighth, 2)
    return roll


def test_rolls_are_measured_as_if_each_were_alone():
    rolls = [scale(1, 1), scale(3, 2), scale(2, 3)]
    together = tally(rolls, PARTS)
    for number, roll in enumerate(rolls):
        alone = tally([roll], PARTS)
        assert together.counted[number] == pytest.approx(alone.counted[0])
        assert together.among[number] == pytest.approx(alone.among[0])


def test_stretches_add_up_to_their_rolls():
    rolls = [scale(5, 1), scale(2, 3)]
    whole, stretches = tally(rolls, PARTS), tally(rolls, PARTS, stretch=2)
    assert len(stretches.counted) == 3 + 1
    assert stretches.counted[:3].sum(axis=0) == pytest.approx(whole.counted[0])
    assert stretches.among[3] == pytest.approx(whole.among[1])


def test_choices_of_rolls_are_measured_from_what_was_counted():
    rolls = [scale(1, 1), scale(3, 2)]
    twice = tally(rolls, PARTS).values(np.array([[2.0, 0.0], [1.0, 1.0]]))
    assert twice[0] == pytest.approx(list(measure([rolls[0]], PARTS).values()))
    assert twice[1] == pytest.approx(list(measure(rolls, PARTS).values()))


def test_the_melody_by_itself_changes_nothing():
    roll, other = scale(2, 1), scale(2, 1)
    other[0, 16:] = 0
    other[1:, 16:] = 0
    roll[1:, 16:] = 0
    assert measure([roll], PARTS) == pytest.approx(measure([other], PARTS), nan_ok=True)


def test_windows_are_cut_one_after_another():
    windows, pieces = bars_of([scale(5, 1), scale(1, 1), scale(2, 1)])
    assert [window.shape[1] for window in windows] == [32, 32, 32]
    assert pieces == [0, 0, 2]


def test_nothing_to_measure_is_said():
    with pytest.raises(InputError, match="at least one roll"):
        measure([], PARTS)
    with pytest.raises(InputError, match="soprano, alto"):
        measure([empty(3, 1)], PARTS)
    with pytest.raises(InputError, match="at least one step"):
        measure([empty(4, 0)], PARTS)
    with pytest.raises(InputError, match="longer music"):
        bars_of([scale(1, 1)])
