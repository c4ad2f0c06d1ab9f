"""A Fréchet distance between two sets of rolls, on features that are stated here and not learnt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.composer.genres import Part
from assistant.composer.metrics.tape import PITCH_CLASSES, Tape, tape_of
from assistant.composer.roll import STEPS_PER_BAR, Roll

Features = NDArray[np.float64]
"""One row a roll, ``(n, d)``."""

_OCTAVE, _POSITIONS = 12, 8
"""Semitones; places in the bar that onsets are counted at, an eighth each."""


def frechet(first: Features, second: Features) -> float:
    """Return the squared Fréchet distance between normal distributions fitted to two sets of features.

    ``|m1 - m2|^2 + Tr(C1 + C2 - 2 (C1 C2)^(1/2))`` (Dowson and Landau 1982; on learnt features it is the FID of Heusel
    et al. 2017). It grows with fewer rolls, so compare sets of like size, and look at real music against real music
    for where it ends.

    Raises:
        ValueError: a set has fewer than two rolls.

    """
    if min(len(first), len(second)) < 2:
        raise ValueError("A Fréchet distance needs two rolls or more on each side.")
    apart = first.mean(axis=0) - second.mean(axis=0)
    one, other = (np.cov(features, rowvar=False) for features in (first, second))
    values, vectors = np.linalg.eigh(one)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    # (C1 C2) and the symmetric C1^(1/2) C2 C1^(1/2) have the same eigenvalues.
    joint = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ other @ root), 0)).sum()
    return max(0.0, float(apart @ apart + np.trace(one) + np.trace(other) - 2 * joint))


def features(rolls: Sequence[Roll], parts: Sequence[Part]) -> Features:
    """Return what the Fréchet distance looks at in each roll, ``(n, d)``; best for windows of two bars or so.

    For each pitched part but the melody, 35 numbers: its pitch classes and its intervals above the melody (mod 12), as
    shares of what sounds; where in the bar its notes begin, in eighths, as shares of its notes; mean pitch in octaves,
    share of steps that sound, and notes a step. For drums 10: the places and the last two. Silence gives zeros.

    Raises:
        InputError: as `measure` does.

    """
    tape = tape_of(rolls, parts)
    columns = [column for number, _ in tape.written() for column in _of_part(tape, number)]
    return np.concatenate(columns, axis=1)


def _of_part(tape: Tape, number: int) -> Iterator[Features]:
    lengths = np.diff(np.append(tape.starts, tape.bars)) * STEPS_PER_BAR
    begun = tape.begins[number].sum(axis=1)
    place = np.arange(len(begun)) % STEPS_PER_BAR * _POSITIONS // STEPS_PER_BAR
    yield _shares(_sums(tape, begun[:, None] * (place[:, None] == np.arange(_POSITIONS))))
    yield _sums(tape, tape.sounds[number][:, None]) / lengths[:, None]
    yield _sums(tape, begun[:, None]) / lengths[:, None]
    if tape.parts[number].kind == "drums":
        return
    classes = tape.classes[number]
    above = (np.arange(PITCH_CLASSES) + tape.highest[0][:, None]) % PITCH_CLASSES
    yield _shares(_sums(tape, classes))
    yield _shares(_sums(tape, np.take_along_axis(classes, above, axis=1) * tape.sounds[0][:, None]))
    pitches = _sums(tape, tape.sounding[number].astype(np.int64))
    yield _shares(pitches) @ np.arange(pitches.shape[1])[:, None] / _OCTAVE


def _sums(tape: Tape, steps: NDArray[np.generic]) -> Features:
    return np.asarray(np.add.reduceat(steps.astype(np.float64), tape.starts * STEPS_PER_BAR, axis=0))


def _shares(counts: Features) -> Features:
    return np.asarray(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1))
