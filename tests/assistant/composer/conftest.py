"""Music for the composer's tests: a small corpus of four voices that move by rules, and rolls of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from assistant.composer.checkpoints import write_checkpoint
from assistant.composer.data import Corpus
from assistant.composer.genres import genre
from assistant.composer.networks import Generator, Sizes
from assistant.composer.roll import STEPS_PER_BEAT, Roll, empty, write_note

CHORDS = ((60, 64, 67), (65, 69, 72), (67, 71, 74), (57, 60, 64))


def hymn(seed: int, length: int) -> Roll:
    """Return a piece for four voices, (4, 16 x length, 128): a chord a beat, each voice on one of its notes."""
    stream = np.random.default_rng(seed)
    roll = empty(4, length)
    for beat in range(4 * length):
        chord = CHORDS[stream.integers(len(CHORDS))]
        notes = (chord[stream.integers(3)] + 12, chord[1], chord[0] - 12, chord[0] - 24)
        for part, pitch in enumerate(notes):
            write_note(roll[part], pitch, beat * STEPS_PER_BEAT, STEPS_PER_BEAT)
    return roll


@pytest.fixture(scope="session")
def hymns() -> Corpus:
    """A small corpus."""
    return small_corpus()


def small_corpus() -> Corpus:
    """Return twelve pieces of six bars: eight to learn from, two to watch, two held out."""
    rolls = [hymn(seed, 6) for seed in range(12)]
    parts = genre("chorale").parts
    return Corpus(
        genre="chorale",
        parts=parts,
        manifest={"pieces": []},
        roll=np.concatenate(rolls, axis=1),
        starts=np.arange(13, dtype=np.int64) * 6,
        split=np.array([0] * 8 + [1] * 2 + [2] * 2, np.uint8),
        shift=np.zeros(12, np.int8),
    )


@pytest.fixture
def keep() -> Callable[..., Generator]:
    """Write an untrained model into a folder and return its generator."""

    def written(folder: Path, index: float = 0.1, name: str = "chorale") -> Generator:
        torch.manual_seed(0)
        made = genre(name)
        generator = Generator(made.parts, 1, Sizes(width=32, fine=16, depth=2, critic=16))
        metrics = {"similarity_index": index}
        told = {"version": folder.name, "data": {}, "training": {}, "metrics": metrics}
        write_checkpoint(folder, generator, told, made)
        return generator

    return written
