import numpy as np
import pytest

from assistant.composer.key import key, normalising_shift
from assistant.composer.roll import empty, transpose, write_note

TWINKLE = (60, 60, 67, 67, 69, 69, 67, 67, 65, 65, 64, 64, 62, 62, 60, 60)
FRERE_IN_MINOR = (69, 71, 72, 69, 69, 71, 72, 69, 72, 74, 76, 76, 72, 74, 76, 76)


def melody(pitches):
    roll = empty(1, len(pitches) // 4)
    for beat, pitch in enumerate(pitches):
        write_note(roll[0], pitch, 4 * beat, 4)
    return roll


@pytest.mark.parametrize("moved", range(-6, 6))
@pytest.mark.parametrize("tune", [TWINKLE, FRERE_IN_MINOR])
def test_a_tune_in_any_key_is_moved_back_by_the_shorter_way(tune, moved):
    shift = normalising_shift(transpose(melody(tune), moved))
    assert -6 <= shift <= 5
    assert (shift + moved) % 12 == 0


def test_the_mode_is_told():
    assert key(melody(TWINKLE)) == (0, "major")
    assert key(melody(FRERE_IN_MINOR)) == (9, "minor")


def test_silence_stays_where_it_is():
    assert normalising_shift(np.zeros((2, 16, 128), np.uint8)) == 0
