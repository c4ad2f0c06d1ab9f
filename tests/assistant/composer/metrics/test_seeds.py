import pytest

from assistant.composer.genres import genre
from assistant.composer.metrics import diversity
from assistant.composer.roll import ONSET, empty, write_note

PARTS = genre("chorale").parts


def test_diversity_by_hand():
    first = empty(4, 1)
    write_note(first[1], 60, start=0, length=8)
    write_note(first[2], 55, start=0, length=4)
    second = first.copy()
    second[1, 4:6] = 0
    write_note(second[1], 62, start=4, length=2)
    write_note(second[3], 43, start=0, length=4)
    # 8 cells of the alto, 4 of the tenor, 4 of the bass; 2 and 4 of them differ.
    assert diversity([first], [second], PARTS) == pytest.approx(6 / 16)
    assert diversity([first], [first], PARTS) == 0


def test_the_melody_and_a_note_struck_again_do_not_count():
    first = empty(4, 1)
    write_note(first[1], 60, start=0, length=8)
    second = first.copy()
    write_note(second[0], 72, start=0, length=16)
    second[1, 4, 60] = ONSET
    assert diversity([first], [second], PARTS) == 0
    assert diversity([empty(4, 1)], [empty(4, 1)], PARTS) == 0


def test_two_lengths_are_refused():
    with pytest.raises(ValueError, match="same melodies"):
        diversity([empty(4, 1)], [empty(4, 2)], PARTS)
