"""How much two pieces to the same melody differ."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.composer.genres import Part
from assistant.composer.metrics.tape import tape_of
from assistant.composer.roll import Roll


def diversity(first: Sequence[Roll], second: Sequence[Roll], parts: Sequence[Part]) -> float:
    """Return the share of cells that differ between what one seed wrote and what another did; 0 is the same music.

    A cell is one step of one part other than the melody. It counts where either of the two sounds, and differs where
    not the same pitches do; a note that begins anew on the same pitch does not differ.

    Args:
        first: to each melody, each shaped (parts, steps, 128).
        second: to the same melodies in the same order.
        parts: of the genre, the melody first.

    Raises:
        InputError: as `measure` does.
        ValueError: the two are not of the same length.

    """
    one, other = (tape_of(rolls, parts).sounding[1:] for rolls in (first, second))
    if one.shape != other.shape:
        raise ValueError("Two seeds are compared over the same melodies.")
    differs = (one != other).any(axis=2)
    counts = one.any(axis=2) | other.any(axis=2)
    return float(differs.sum() / counts.sum()) if counts.any() else 0.0
