import io
import wave

import numpy as np
import pytest
import soundfile

from assistant.composer.genres import genre
from assistant.composer.midi import midi_bytes
from assistant.composer.roll import empty, write_note
from assistant.composer.sound import default_soundfont, render, render_small
from assistant.errors import InputError

CHORALE = genre("chorale")


def heard(sound):
    with wave.open(io.BytesIO(sound)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (2, 2)
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
        return samples.astype(float) / 32767, file.getframerate()


def one_bar(parts):
    roll = empty(4, 1)
    for part in range(parts):
        write_note(roll[part], 72 - 5 * part, 0, 16)
    return midi_bytes(roll, CHORALE, 120)


def test_the_notes_are_heard_for_as_long_as_they_last_and_ring_out():
    sound, rate = heard(render(one_bar(4)))
    assert 3.5 < len(sound) / rate < 4.5
    assert np.sqrt((sound[: 2 * rate] ** 2).mean()) > 0.05
    assert np.abs(sound[-10:]).max() < 0.001


def test_few_and_many_voices_are_equally_loud_and_nothing_clips():
    levels = []
    for parts in (1, 4):
        sound, _ = heard(render(one_bar(parts)))
        assert np.abs(sound).max() <= 0.9
        levels.append(20 * np.log10(np.sqrt((sound**2).mean())))
    assert abs(levels[0] - levels[1]) < 3


def test_the_small_one_is_as_long_and_as_loud_in_a_tenth_of_the_bytes():
    midi = one_bar(4)
    large, rate = heard(render(midi))
    small = render_small(midi)
    samples, small_rate = soundfile.read(io.BytesIO(small))
    assert soundfile.info(io.BytesIO(small)).format == "MP3"
    assert samples.shape == (len(large),)
    assert small_rate == rate
    assert len(small) < len(render(midi)) / 10
    mixed = large.mean(axis=1)
    assert abs(20 * np.log10(samples.std() / mixed.std())) < 0.5
    assert np.corrcoef(samples, mixed)[0, 1] > 0.99


def test_the_same_notes_give_the_same_sound():
    assert render(one_bar(2)) == render(one_bar(2))


def test_a_drum_part_is_drums_and_not_a_piano():
    roll = empty(4, 1)
    write_note(roll[3], 36, 0, 1)
    drums, _ = heard(render(midi_bytes(roll, genre("rock"), 120)))
    assert np.abs(drums).max() > 0.1


@pytest.mark.parametrize(
    ("content", "said"), [(b"not a soundfont", "is not a soundfont"), (b"RIFF\0\0\0\0sfbk", "cannot be made to sound")]
)
def test_another_soundfont_that_is_none_is_refused(tmp_path, content, said):
    font = tmp_path / "mine.sf2"
    font.write_bytes(content)
    with pytest.raises(InputError, match=said):
        render(one_bar(1), font)
    with pytest.raises(InputError, match="cannot be read"):
        render(one_bar(1), tmp_path / "missing.sf2")


def test_another_soundfont_is_used(tmp_path):
    font = tmp_path / "mine.sf2"
    font.write_bytes(default_soundfont().read_bytes())
    assert render(one_bar(1), font) == render(one_bar(1))
