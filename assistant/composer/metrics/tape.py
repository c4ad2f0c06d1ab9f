"""Rolls joined into one long one, with what the metrics ask of it worked out once for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.composer.genres import Part
from assistant.composer.roll import HELD, PITCHES, SILENT, STEPS_PER_BAR, STEPS_PER_BEAT, Roll
from assistant.errors import InputError

PITCH_CLASSES = 12

Counted = tuple[NDArray[Any], NDArray[Any]]
"""What a metric counts and what it counts among, each one number a step, a beat or a bar of the tape."""


@dataclass(frozen=True)
class Tape:
    """Rolls joined along time, t steps.

    Args:
        parts: the melody first.
        roll: ``(parts, t, 128)``.
        starts: the bar that each roll begins at.

    """

    parts: tuple[Part, ...]
    roll: Roll
    starts: NDArray[np.intp]

    @property
    def bars(self) -> int:
        """How many bars there are."""
        return int(self.roll.shape[1] // STEPS_PER_BAR)

    @cached_property
    def sounding(self) -> NDArray[np.bool_]:
        """Which pitches sound, ``(parts, t, 128)``."""
        return np.asarray(self.roll != SILENT)

    @cached_property
    def sounds(self) -> NDArray[np.bool_]:
        """Where a part sounds at all, ``(parts, t)``."""
        return np.asarray(self.sounding.any(axis=2))

    @cached_property
    def begins(self) -> NDArray[np.bool_]:
        """Where notes begin, ``(parts, t, 128)``: an onset, or held where nothing sounded a step before.

        A note that is held into a roll begins before it, and so not here.
        """
        before = np.zeros_like(self.sounding)
        before[:, 1:] = self.sounding[:, :-1]
        before[:, self.starts * STEPS_PER_BAR] = True
        return np.asarray(self.sounding & ((self.roll != HELD) | ~before))

    @cached_property
    def classes(self) -> NDArray[np.int64]:
        """How many sounding pitches there are of each pitch class, ``(parts, t, 12)``, C first: octaves are joined."""
        octaves = -(-PITCHES // PITCH_CLASSES)
        padded = np.pad(self.sounding, ((0, 0), (0, 0), (0, octaves * PITCH_CLASSES - PITCHES)))
        return np.asarray(padded.reshape(*padded.shape[:2], octaves, PITCH_CLASSES).sum(axis=2, dtype=np.int64))

    @cached_property
    def highest(self) -> NDArray[np.int64]:
        """The highest sounding pitch, ``(parts, t)``; 127 where nothing sounds: see `sounds`."""
        return np.asarray(PITCHES - 1 - self.sounding[:, :, ::-1].argmax(axis=2))

    @cached_property
    def lowest(self) -> NDArray[np.int64]:
        """The lowest sounding pitch, ``(parts, t)``; 0 where nothing sounds: see `sounds`."""
        return np.asarray(self.sounding.argmax(axis=2))

    def written(self) -> Iterator[tuple[int, Part]]:
        """Yield the number of each part but the melody, and the part."""
        yield from list(enumerate(self.parts))[1:]

    def pitched(self) -> Iterator[tuple[int, Part]]:
        """Yield what `written` does, without drums."""
        yield from ((number, part) for number, part in self.written() if part.kind != "drums")


Family = Callable[[Tape], Iterator[tuple[str, Counted]]]
"""A metric: yields one name and what is counted for each part, or pair of parts, that it fits."""


def by_beat(steps: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return sums over each beat of an array shaped (t, …)."""
    return np.asarray(steps.reshape(-1, STEPS_PER_BEAT, *steps.shape[1:]).sum(axis=1))


def by_bar(steps: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return for each bar whether anything in it is true, of an array shaped (t, …)."""
    return np.asarray(steps.reshape(-1, STEPS_PER_BAR, *steps.shape[1:]).any(axis=1))


def tape_of(rolls: Sequence[Roll], parts: Sequence[Part]) -> Tape:
    """Join rolls; a begun bar is filled with silence.

    Raises:
        InputError: there are no rolls, one is empty, or one has another number of parts.

    """
    if not rolls:
        raise InputError("There is no music to measure. Give at least one roll.")
    padded = []
    for roll in rolls:
        if roll.ndim != 3 or roll.shape[0] != len(parts) or roll.shape[2] != PITCHES or not roll.shape[1]:
            raise InputError(
                f"A roll shaped {roll.shape} cannot be measured. Give (parts, steps, {PITCHES}) with the "
                f"{len(parts)} parts {', '.join(part.name for part in parts)}, and at least one step."
            )
        short = -roll.shape[1] % STEPS_PER_BAR
        padded.append(np.pad(roll, ((0, 0), (0, short), (0, 0))) if short else roll)
    lengths = [roll.shape[1] // STEPS_PER_BAR for roll in padded]
    return Tape(tuple(parts), np.concatenate(padded, axis=1), np.cumsum([0, *lengths[:-1]]))
