"""What is written keeps the rules that it is written by."""

from itertools import combinations, pairwise

import numpy as np
import pytest

from assistant.composer.genres import genre
from assistant.composer.roll import empty, notes, write_note
from assistant.composer.rules import harmonise
from assistant.errors import InputError

PARTS = genre("chorale").parts
TUNE = (67, 72, 71, 69, 67, 65, 64, 64, 69, 67, 65, 64, 62, 62, 60, 60)


@pytest.fixture(scope="module")
def written():
    melody = empty(1, 4)
    for beat, pitch in enumerate(TUNE):
        write_note(melody[0], pitch, 4 * beat, 4)
    return melody, harmonise(melody, PARTS)


def on_beats(roll):
    """The pitches of all parts on each beat, (beats, parts)."""
    return np.array([[int(part[step].argmax()) for part in roll] for step in range(0, roll.shape[1], 4)])


def test_the_melody_is_kept_and_every_voice_sounds_alone_and_in_its_range(written):
    melody, roll = written
    assert (roll[0] == melody[0]).all()
    for part, voice in zip(PARTS, roll, strict=True):
        assert ((voice > 0).sum(axis=1) == 1).all()
        assert all(part.low <= pitch <= part.high for _, pitch, _ in notes(voice))


def test_voices_do_not_cross_and_no_fifths_or_octaves_run_in_parallel(written):
    beats = on_beats(written[1])
    assert (np.diff(beats, axis=1) <= 0).all()
    for before, after in pairwise(beats):
        for upper, lower in combinations(range(4), 2):
            interval = (before[upper] - before[lower]) % 12
            same = interval == (after[upper] - after[lower]) % 12
            moved = before[upper] != after[upper] and before[lower] != after[lower]
            assert not (same and moved and interval in (0, 7))


def test_it_closes_on_the_tonic_with_its_root_in_the_bass(written):
    beats = on_beats(written[1])
    assert beats[-1, -1] % 12 == 0
    assert set(beats[-1] % 12) <= {0, 4, 7}


def test_rests_are_kept_and_the_same_melody_gets_the_same_music(written):
    melody = written[0].copy()
    melody[:, 16:24] = 0
    roll = harmonise(melody, PARTS)
    assert not roll[:, 16:24].any()
    assert roll[1:, 24].any()
    assert (harmonise(melody, PARTS) == roll).all()
    assert not harmonise(empty(1, 1), PARTS).any()


def test_a_third_is_filled_with_a_passing_note(written):
    eighths = [(start, pitch) for voice in written[1][1:] for start, pitch, length in notes(voice) if length == 2]
    assert eighths
    for start, pitch in eighths:
        if start % 4:
            assert pitch % 12 in (0, 2, 4, 5, 7, 9, 11)


def test_parts_that_are_no_voices_are_refused():
    with pytest.raises(InputError, match="voices only"):
        harmonise(empty(1, 1), genre("rock").parts)
