import numpy as np
import pytest

from assistant.composer.controls import densities, random_notes, wrong_accompaniment
from assistant.composer.genres import DRUMS, genre
from assistant.composer.metrics import measure
from assistant.composer.roll import ONSET, empty, notes, write_note
from assistant.errors import InputError

ROCK, CHORALE = genre("rock").parts, genre("chorale").parts


def band(bars=40):
    """A tune with two-note chords on the beat, a bass of half notes and rests, and a drum a beat."""
    roll = empty(4, bars)
    for beat in range(4 * bars):
        write_note(roll[0], 72, 4 * beat, 4)
        write_note(roll[1], 48, 4 * beat, 4)
        write_note(roll[1], 52, 4 * beat, 4)
        roll[3, 4 * beat, 36] = ONSET
        if beat % 4 == 0:
            write_note(roll[2], 36, 4 * beat, 8)
    return roll


def test_wrong_accompaniment_is_another_piece_s():
    rolls = [empty(2, bars) for bars in (2, 1, 3)]
    for number, roll in enumerate(rolls):
        roll[0, :, 60 + number] = ONSET
        roll[1, :, 40 + number] = ONSET
    found = wrong_accompaniment(rolls)
    assert [roll.shape for roll in found] == [roll.shape for roll in rolls]
    for number, roll in enumerate(found):
        assert roll[0, :, 60 + number].all()
        assert roll[1, :, 40 + (number + 1) % 3].all()
    with pytest.raises(InputError, match="two pieces"):
        wrong_accompaniment(rolls[:1])


def test_density_by_hand():
    guitar, bass, drums = densities([band(4)], ROCK)
    assert (guitar.begin, guitar.rest, set(guitar.sizes.tolist())) == (0.25, 0.0, {2})
    assert (bass.begin, bass.rest, set(bass.sizes.tolist())) == (1 / 16, 1 / 16, {1})
    assert drums.begin == 0.25


def test_random_notes_are_as_many_but_anywhere():
    real = band()
    (noise,) = random_notes([real], ROCK, densities([real], ROCK), seed=3)
    assert (noise[0] == real[0]).all()
    for number, part in list(enumerate(ROCK))[1:]:
        written, played = notes(noise[number]), notes(real[number])
        assert len(written) == pytest.approx(len(played), rel=0.4)
        pitches = {pitch for _, pitch, _ in written}
        assert len(pitches) > 5
        assert pitches <= (set(DRUMS) if part.kind == "drums" else set(range(part.low, part.high + 1)))
        assert (noise[number] > 0).any(axis=1).mean() == pytest.approx((real[number] > 0).any(axis=1).mean(), abs=0.15)
    found = measure([noise], ROCK)
    assert found["drum_pattern.drums"] == pytest.approx(0.5, abs=0.15)
    assert found["in_key.guitar"] == pytest.approx(8 / 12, abs=0.1)


def test_a_seed_gives_the_same_notes():
    real = band(4)
    density = densities([real], ROCK)
    first, again, other = (random_notes([real], ROCK, density, seed)[0] for seed in (1, 1, 2))
    assert (first == again).all()
    assert np.any(first != other)


def test_a_part_that_never_sounds_in_real_music_never_does_in_noise():
    (noise,) = random_notes([empty(4, 2)], CHORALE, densities([empty(4, 2)], CHORALE), seed=0)
    assert not noise.any()
