"""Composing: a melody in, every part out, in the key it came in."""

from __future__ import annotations

from pathlib import Path

import torch

from assistant.composer.checkpoints import About, read_checkpoint
from assistant.composer.genres import Genre
from assistant.composer.key import normalising_shift
from assistant.composer.launch import find_device
from assistant.composer.networks import Generator
from assistant.composer.registry import Registry
from assistant.composer.roll import Roll, transpose
from assistant.composer.writing import write


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
        shift = normalising_shift(melody)
        inside = [transpose(melody, shift)[0]]
        try:
            written = write(self._generator, inside, [seed])[0]
        except torch.OutOfMemoryError:
            # A piece needs little: what is left of a busy GPU may not be enough, the CPU always is.
            self._generator.cpu()
            written = write(self._generator, inside, [seed])[0]
        # Drum notes name instruments, not pitches.
        drums = [part.kind == "drums" for part in self.genre.parts]
        piece = transpose(written, -shift)
        piece[drums] = written[drums]
        piece[0] = 0
        piece[0, : melody.shape[1]] = melody[0]
        return piece
