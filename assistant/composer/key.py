"""The key of music, and the way to C major or A minor.

Krumhansl-Schmuckler: the durations of the twelve pitch classes are correlated with the profile of a major and a minor
key, turned to every tonic (C. L. Krumhansl, Cognitive Foundations of Musical Pitch, Oxford 1990, chapter 4). The
profiles are Temperley's (What's Key for Key?, Music Perception 17, 1999): on Bach's 326 chorales in 4/4 a melody alone
gives the same shift as all four parts in 91 % of the pieces, where with those of Krumhansl and Kessler (1982) it is
73 %.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.composer.roll import PITCHES, SILENT, Roll

MAJOR = (5.0, 2.0, 3.5, 2.0, 4.5, 4.0, 2.0, 4.5, 2.0, 3.5, 1.5, 4.0)
MINOR = (5.0, 2.0, 3.5, 4.5, 2.0, 4.0, 2.0, 4.5, 3.5, 2.0, 1.5, 4.0)

_HOME = {"major": 0, "minor": 9}


def normalising_shift(roll: Roll) -> int:
    """Return by how many semitones, -6 to 5, a roll is moved to be in C major or A minor.

    Args:
        roll: shaped (parts, steps, 128), of any parts that have a key: a melody alone will do, drums must be left out.

    Returns:
        0 where nothing sounds.

    """
    tonic, mode = key(roll)
    return (_HOME[mode] - tonic + 6) % 12 - 6


def likely_shifts(roll: Roll, number: int) -> list[tuple[int, float]]:
    """Return the likeliest shifts as `normalising_shift` gives them, the best first, with the key's correlation."""
    best: dict[int, float] = {}
    for (tonic, mode), fit in _fits(roll).items():
        shift = (_HOME[mode] - tonic + 6) % 12 - 6
        best[shift] = max(fit, best.get(shift, -1.0))
    return sorted(best.items(), key=lambda one: -one[1])[:number]


def key(roll: Roll) -> tuple[int, str]:
    """Return the tonic as a pitch class, 0 for C, and "major" or "minor"; C major where every key fits alike."""
    fits = _fits(roll)
    return max(fits, key=fits.__getitem__)


def _fits(roll: Roll) -> dict[tuple[int, str], float]:
    """Return the correlation of each key, only C major with 0 where every key fits alike."""
    weights = pitch_class_durations(roll)
    if np.ptp(weights) == 0:
        return {(0, "major"): 0.0}
    return {
        (tonic, mode): float(np.corrcoef(weights, np.roll(profile, tonic))[0, 1])
        for mode, profile in (("major", MAJOR), ("minor", MINOR))
        for tonic in range(12)
    }


def pitch_class_durations(roll: Roll) -> NDArray[Any]:
    """Return for how many steps each pitch class sounds in all parts together, shaped (12,)."""
    sounding = (roll != SILENT).sum(axis=tuple(range(roll.ndim - 1)))
    return np.bincount(np.arange(PITCHES) % 12, weights=sounding, minlength=12)
