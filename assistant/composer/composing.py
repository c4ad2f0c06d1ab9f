"""Composing: a melody in, every part out, in the key it came in."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import torch

from assistant.composer.checkpoints import About, read_checkpoint
from assistant.composer.genres import Genre
from assistant.composer.key import likely_shifts
from assistant.composer.launch import find_device
from assistant.composer.networks import Generator
from assistant.composer.registry import Registry
from assistant.composer.roll import Roll, transpose
from assistant.composer.writing import write_surely

KEYS = 3
"""How many keys a melody is tried in; of 126 melodies of chorales the right one was among them for all."""


class Composer:
    """A trained generator, ready to write."""

    def __init__(self, generator: Generator, about: About, version: str) -> None:
        self._generator = generator
        self.about, self.version = about, version

    @classmethod
    def load(cls, wanted: str, own: Path, device: str = "cpu") -> Composer:
        """Load a genre's best version, or a version by name, from those shipped and those in the folder `own`.

        Raises:
            InputError: there is none, its files are not right, or there is no such device.

        """
        version = Registry(own).find(wanted)
        generator, about = read_checkpoint(version.folder)
        return cls(generator.to(find_device(device)), about, version.name)

    @property
    def genre(self) -> Genre:
        """The genre, with the parts that are written."""
        return self.about.as_genre()

    @property
    def device(self) -> torch.device:
        """Where the generator is."""
        return next(self._generator.parameters()).device

    def compose(self, melody: Roll, seed: int = 0) -> Roll:
        """Return (parts, steps, 128): the melody, shaped (1, steps, 128), untouched, and the other parts to it.

        The same melody, seed, version and device give the same notes. A GPU whose memory is full is left for the CPU.
        """
        with _one_thread():
            try:
                written, shift = self._write(melody, seed)
            except torch.OutOfMemoryError:
                # A piece needs little: what is left of a busy GPU may not be enough, the CPU always is.
                self._generator.cpu()
                written, shift = self._write(melody, seed)
        # Drum notes name instruments, not pitches.
        drums = [part.kind == "drums" for part in self.genre.parts]
        piece = transpose(written, -shift)
        piece[drums] = written[drums]
        piece[0] = 0
        piece[0, : melody.shape[1]] = melody[0]
        return piece

    def _write(self, melody: Roll, seed: int) -> tuple[Roll, int]:
        """Return a piece in the normalised key, and how far the melody was moved to it.

        A melody alone often fits two keys. It is written to in the likeliest ones, and the piece is kept whose
        correlation and sureness of the generator have the highest sum: on the first 60 chorales of the training side
        that finds the key of all four parts in 90 %, the correlation alone in 85 %.
        """
        likely = likely_shifts(melody, KEYS)
        tried = write_surely(
            self._generator, [transpose(melody, shift)[0] for shift, _ in likely], [seed] * len(likely)
        )
        scores = [fit + sure for (_, fit), (_, sure) in zip(likely, tried, strict=True)]
        best = scores.index(max(scores))
        return tried[best][0], likely[best][0]


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """Let PyTorch work in one thread for a block.

    The network is so small that two gain little, and beside a training they wait for each other: sixteen bars took
    17 s where one thread took 0.7 s.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
