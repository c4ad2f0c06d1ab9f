import numpy as np
import pytest

from assistant.composer.roll import empty, write_note
from assistant.errors import InputError
from eval.notation import accompaniment_text, melody_text, read_music


def piece(*pitches, bars=1):
    roll = empty(4, bars)
    for part, pitch in zip(roll, pitches, strict=True):
        for start in range(0, 16 * bars, 8):
            write_note(part, pitch, start, 8)
    return roll


def test_music_that_is_written_and_read_is_the_same():
    roll, other = piece(72, 67, 64, 48), piece(72, 65, 60, 53)
    melody = read_music(melody_text("chorale", roll)).melody
    assert (melody == roll[:1]).all()
    given = read_music(accompaniment_text("chorale", [roll, other]))
    assert (given.genre, given.bars, len(given.takes)) == ("chorale", 1, 2)
    assert all((found == wanted).all() for found, wanted in zip(given.under(melody), (roll, other), strict=True))


def test_an_accompaniment_is_cut_or_begins_again_under_another_melody():
    given = read_music(accompaniment_text("chorale", [piece(72, 67, 64, 48)]))
    long = piece(79, 0, 0, 0, bars=2)[:1]
    (found,) = given.under(long)
    assert (found == piece(79, 67, 64, 48, bars=2)).all()
    (found,) = given.under(long[:, :8])
    assert (found == piece(79, 67, 64, 48)[:, :8]).all()


def test_a_part_that_is_left_out_is_silent():
    music = read_music('{"genre": "rock", "bars": 1, "takes": [{"drums": [[0, 36, 1]]}]}')
    (found,) = music.under(np.zeros((1, 16, 128), np.uint8))
    assert found[:, :, :].sum() == found[3, 0, 36] > 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("C major", "not music"),
        ("[]", "not music"),
        ('{"genre": "chorale", "bars": 0, "takes": [{}]}', "bars"),
        ('{"genre": "chorale", "bars": 1, "takes": []}', "takes"),
        ('{"genre": "chorale", "bars": 1, "takes": [{"alto": [[0, 128, 1]]}]}', "not music"),
        ('{"genre": "chorale", "bars": 1000000000, "takes": [{}]}', "bars"),
        ('{"genre": "polka", "bars": 1, "takes": [{}]}', "no genre “polka”"),
        ('{"genre": "chorale", "bars": 1, "takes": [{"tuba": []}]}', "no part 'tuba'"),
    ],
)
def test_what_is_no_music_is_said_in_a_sentence(text, said):
    with pytest.raises(InputError, match=said):
        read_music(text)
