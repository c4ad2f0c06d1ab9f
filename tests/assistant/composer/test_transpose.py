"""Melodies in other keys."""

import pytest

from assistant.composer.key import key
from assistant.composer.melody import read_melody
from assistant.composer.transpose import transpose
from assistant.errors import InputError


@pytest.mark.parametrize(("name", "tonic"), [("D", 2), ("F# minor", 6), ("Bb major", 10), ("C", 0), ("B", 11)])
def test_a_melody_is_moved_to_a_tonic_and_keeps_its_mode_and_rhythm(name, tonic):
    melody = read_melody("twinkle")
    moved = transpose(melody, name)
    assert key(moved.roll) == (tonic, "major")
    assert (moved.roll.sum(axis=-1) == melody.roll.sum(axis=-1)).all()
    assert any("stays in major" in note for note in moved.notes) == ("minor" in name)
    assert transpose(moved, "").roll is moved.roll


def test_what_is_no_key_or_out_of_reach_is_said():
    with pytest.raises(InputError, match="is no key"):
        transpose(read_melody("twinkle"), "H")
    with pytest.raises(InputError, match="too high or too low"):
        transpose(read_melody("C9:q D9:q E9:q F9:q G9:h E9:h C9:w"), "D")
