"""Each metric of rhythm against a bar or two that was counted by hand."""

import pytest

from assistant.composer.genres import genre
from assistant.composer.metrics import measure
from assistant.composer.roll import HELD, ONSET, empty, write_note

ROCK = genre("rock").parts
CHORALE = genre("chorale").parts


def test_empty_bars_are_the_silent_ones_not_the_others():
    roll = empty(4, 4)
    write_note(roll[1], 60, start=0, length=4)
    write_note(roll[2], 50, start=0, length=64)
    found = measure([roll], CHORALE)
    assert found["empty_bars.alto"] == 0.75
    assert found["empty_bars.tenor"] == 0
    assert found["empty_bars.bass"] == 1


def test_a_begun_bar_counts_as_one():
    roll = empty(4, 2)[:, :20]
    write_note(roll[1], 60, start=0, length=16)
    assert measure([roll], CHORALE)["empty_bars.alto"] == 0.5


def test_qualified_notes_last_an_eighth():
    roll = empty(4, 1)
    for start, length in ((0, 1), (1, 2), (3, 1), (4, 4)):
        write_note(roll[1], 60, start, length)
    assert measure([roll], CHORALE)["qualified_notes.alto"] == 0.5


def test_a_pitch_struck_again_is_two_notes():
    roll = empty(4, 1)
    roll[1, :2, 60] = ONSET
    roll[1, 2, 60] = HELD
    assert measure([roll], CHORALE)["qualified_notes.alto"] == 0.5


def test_notes_that_the_end_of_a_roll_cuts_are_not_qualified_nor_unqualified():
    first, second = empty(4, 1), empty(4, 1)
    write_note(first[1], 60, start=15, length=1)
    second[1, 0, 60] = HELD
    write_note(second[1], 62, start=1, length=2)
    assert measure([first, second], CHORALE)["qualified_notes.alto"] == 1


def test_drum_pattern_counts_strokes_on_eighths():
    roll = empty(4, 1)
    for start in (0, 2, 4, 5):
        roll[3, start, 42] = ONSET
    roll[3, 0, 36] = ONSET
    found = measure([roll], ROCK)
    assert found["drum_pattern.drums"] == pytest.approx(4 / 5)
    assert "drum_pattern.bass" not in found
    assert not any(name.endswith("drums") for name in found if not name.startswith(("drum_pattern", "empty_bars")))
