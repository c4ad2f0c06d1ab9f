"""Writing pieces: the melody stays, seeds decide, and each piece is its own."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from assistant.composer.data import Corpus
from assistant.composer.networks import Generator, Sizes
from assistant.composer.roll import HELD, ONSET, Roll
from assistant.composer.writing import write


@pytest.fixture(scope="module")
def generator(hymns: Corpus) -> Generator:
    torch.manual_seed(0)
    return Generator(hymns.parts, 1, Sizes(width=32, fine=16, depth=2, critic=16))


def melodies(hymns: Corpus) -> list[Roll]:
    return [roll[0] for roll in hymns.rolls("train")]


def test_the_melody_is_copied_through_and_the_length_is_its_own(generator: Generator, hymns: Corpus) -> None:
    for steps in (16, 32, 48, 96):
        melody = melodies(hymns)[0][:steps]
        piece = write(generator, [melody], [0])[0]
        assert piece.shape == (4, steps, 128)
        assert np.array_equal(piece[0], melody)


def test_the_same_seed_gives_the_same_notes_alone_and_among_others(generator: Generator, hymns: Corpus) -> None:
    some = [melodies(hymns)[0], melodies(hymns)[1][:48], melodies(hymns)[2]]
    together = write(generator, some, [7, 8, 9])
    alone = [write(generator, [melody], [seed])[0] for melody, seed in zip(some, (7, 8, 9), strict=True)]
    assert all(np.array_equal(a, b) for a, b in zip(together, alone, strict=True))


def test_another_seed_gives_other_notes(generator: Generator, hymns: Corpus) -> None:
    one, other = (write(generator, melodies(hymns)[:1], [seed])[0] for seed in (1, 2))
    assert not np.array_equal(one[1:], other[1:])


def test_nothing_is_held_that_did_not_begin_and_voices_sing_one_note(generator: Generator, hymns: Corpus) -> None:
    piece = write(generator, melodies(hymns)[:1], [3])[0][1:]
    assert ((piece > 0).sum(2) <= 1).all()
    before = np.concatenate([np.zeros_like(piece[:, :1]), piece[:, :-1]], axis=1)
    assert not ((piece == HELD) & (before == 0)).any()
    assert (piece == ONSET).any()
