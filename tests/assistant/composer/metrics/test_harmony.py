"""Each metric of harmony against a bar that was counted by hand."""

import math

import numpy as np
import pytest

from assistant.composer.genres import genre
from assistant.composer.metrics import measure
from assistant.composer.metrics.harmony import centroid
from assistant.composer.roll import empty, write_note

PARTS = genre("chorale").parts
FOLK = genre("folk-dance").parts


def bar(*voices):
    """One bar for parts that each hold one pitch throughout, None for silence."""
    roll = empty(len(voices), 1)
    for part, pitch in zip(roll, voices, strict=True):
        if pitch is not None:
            write_note(part, pitch, start=0, length=16)
    return roll


def test_pitch_classes_join_octaves_and_keep_neighbours_apart():
    roll = empty(4, 2)
    for beat, pitch in enumerate((60, 72, 48, 60)):
        write_note(roll[1], pitch, 4 * beat, 4)
    for beat, pitch in enumerate((60, 61, 62, 63)):
        write_note(roll[2], pitch, 4 * beat, 4)
    found = measure([roll], PARTS)
    assert found["pitch_classes.alto"] == 1
    assert found["pitch_classes.tenor"] == 4
    assert math.isnan(found["pitch_classes.bass"])


def test_in_key_weighs_notes_by_their_length():
    roll = empty(4, 1)
    write_note(roll[1], 67, start=0, length=12)
    write_note(roll[1], 66, start=12, length=4)
    assert measure([roll], PARTS)["in_key.alto"] == 0.75


def test_the_leading_note_of_a_minor_is_in_key():
    in_key = [measure([bar(72, pitch, None, None)], PARTS)["in_key.alto"] for pitch in range(60, 72)]
    assert in_key == [1, 0, 1, 0, 1, 1, 0, 1, 1, 1, 0, 1]


@pytest.mark.parametrize(
    ("interval", "consonant"),
    list(enumerate([True, False, False, True, True, True, False, True, True, True, False, False, True])),
)
def test_consonance_of_every_interval_below_and_above(interval, consonant):
    found = measure([bar(67, 67 - interval, 67 + interval, None)], PARTS)
    assert found["consonance.alto"] == found["consonance.tenor"] == consonant
    assert math.isnan(found["consonance.bass"])


def test_consonance_counts_steps_where_both_sound():
    roll = empty(4, 1)
    write_note(roll[0], 72, start=0, length=8)
    write_note(roll[1], 67, start=4, length=2)
    write_note(roll[1], 66, start=6, length=10)
    assert measure([roll], PARTS)["consonance.alto"] == 0.5


def test_consonance_of_a_chord_is_the_share_of_its_pitches():
    roll = empty(3, 1)
    write_note(roll[0], 72, start=0, length=16)
    for pitch in (60, 64, 67, 70):
        write_note(roll[1], pitch, start=0, length=16)
    assert measure([roll], FOLK)["consonance.guitar"] == 0.75


def test_voice_crossing_is_a_lower_part_above_the_one_before_it():
    found = measure([bar(67, 67, 69, 48)], PARTS)
    assert found["voice_crossing.alto"] == 0
    assert found["voice_crossing.tenor"] == 1
    assert found["voice_crossing.bass"] == 0


def test_chords_cross_nothing_and_the_bass_is_held_against_the_melody():
    roll = bar(60, 72, 62)
    found = measure([roll], FOLK)
    assert "voice_crossing.guitar" not in found
    assert found["voice_crossing.bass"] == 1


def test_tonal_centroids_by_hand():
    chroma = np.eye(12, dtype=np.int64)[[0, 6]]
    # C is at angle 0 of every circle; F sharp half a turn (42 pi / 6 = 7 pi) on the fifths, 9 pi on the minor
    # thirds, and 4 pi on the major thirds, where it falls on C.
    expected = [[0, 1, 0, 1, 0, 0.5], [0, -1, 0, -1, 0, 0.5]]
    assert centroid(chroma) == pytest.approx(np.array(expected), abs=1e-12)
    assert centroid(np.full((1, 12), 3)) == pytest.approx(np.zeros((1, 6)), abs=1e-12)


def test_tonal_distance_by_hand():
    found = measure([bar(60, 48, 54, None)], PARTS)
    assert found["tonal_distance.soprano-alto"] == pytest.approx(0, abs=1e-12)
    assert found["tonal_distance.soprano-tenor"] == pytest.approx(math.sqrt(8))
    assert math.isnan(found["tonal_distance.alto-bass"])


def test_tonal_distance_leaves_out_beats_where_one_is_silent():
    roll = bar(60, 54, 60, None)
    roll[1, 4:] = 0
    assert measure([roll], PARTS)["tonal_distance.soprano-alto"] == pytest.approx(math.sqrt(8))
