"""Metrics of which notes sound, and which sound together. Drums have no pitch and are left out."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray

from assistant.composer.metrics.tape import PITCH_CLASSES, Counted, Tape, by_bar, by_beat

SCALE = (0, 2, 4, 5, 7, 8, 9, 11)
"""Pitch classes of C major and of A minor with its leading note."""

CONSONANT = (0, 3, 4, 5)
"""Interval classes that are consonant, in semitones: unison, thirds, and the perfect fourth and fifth, with their
inversions and octaves (Piston, Harmony, 1941, chapter 1, who has the fourth consonant between upper parts)."""

_FIFTHS, _MINOR_THIRDS, _MAJOR_THIRDS = (7 * np.pi / 6, 1.0), (3 * np.pi / 2, 1.0), (2 * np.pi / 3, 0.5)
"""Angle of a semitone and radius of the circles of the tonal space."""


def pitch_classes(tape: Tape) -> Iterator[tuple[str, Counted]]:
    """Mean number of pitch classes that the part uses in a bar where it sounds (UPC of the MuseGAN paper)."""
    for number, part in tape.pitched():
        used = by_bar(tape.classes[number] > 0).sum(axis=1)
        yield f"pitch_classes.{part.name}", (used, used > 0)


def in_key(tape: Tape) -> Iterator[tuple[str, Counted]]:
    """Share of what sounds, in steps, that is in the scale of C major or of A minor, natural or harmonic.

    After the scale consistency of Mogren, "C-RNN-GAN", 2016; there the best fitting scale counts, here the key is
    known. Both modes share one scale, since a roll does not say its mode: G sharp is in it for major pieces too.
    """
    for number, part in tape.pitched():
        classes = tape.classes[number]
        yield f"in_key.{part.name}", (classes[:, SCALE].sum(axis=1), classes.sum(axis=1))


def consonance(tape: Tape) -> Iterator[tuple[str, Counted]]:
    """Share of steps where melody and part both sound whose interval class is `CONSONANT`.

    Where several pitches sound, the melody's highest counts, and the part's each for a share of the step.
    """
    relative = (tape.highest[0][:, None] - np.arange(PITCH_CLASSES)) % PITCH_CLASSES
    consonant = np.isin(np.minimum(relative, PITCH_CLASSES - relative), CONSONANT)
    for number, part in tape.pitched():
        classes, both = tape.classes[number], tape.sounds[0] & tape.sounds[number]
        share = (classes * consonant).sum(axis=1) / np.maximum(classes.sum(axis=1), 1)
        yield f"consonance.{part.name}", (share * both, both)


def voice_crossing(tape: Tape) -> Iterator[tuple[str, Counted]]:
    """Share of steps where a voice and the voice written above it both sound, in which the lower one is higher.

    The crossed parts that rules of part-writing forbid (Piston, 1941, chapter 2). Chords have no one place and are
    left out; the melody counts as a voice.
    """
    voices = [(number, part) for number, part in enumerate(tape.parts) if number == 0 or part.kind == "voice"]
    for (upper, _), (lower, part) in pairwise(voices):
        both = tape.sounds[upper] & tape.sounds[lower]
        yield f"voice_crossing.{part.name}", (both & (tape.highest[lower] > tape.lowest[upper]), both)


def tonal_distance(tape: Tape) -> Iterator[tuple[str, Counted]]:
    """Mean distance of two parts in tonal space, over beats where both sound (TD of the MuseGAN paper).

    The distance is Euclid's between tonal centroids (Harte, Sandler and Gasser, "Detecting harmonic change in musical
    audio", 2006) of what each part plays in a beat; longer notes weigh more. 0 is the same pitch classes.
    """
    beats = {0: by_beat(tape.classes[0])} | {number: by_beat(tape.classes[number]) for number, _ in tape.pitched()}
    centroids = {number: centroid(chroma) for number, chroma in beats.items()}
    for first, second in combinations(beats, 2):
        both = np.logical_and(beats[first].any(axis=1), beats[second].any(axis=1))
        distance = np.linalg.norm(centroids[first] - centroids[second], axis=1)
        yield f"tonal_distance.{tape.parts[first].name}-{tape.parts[second].name}", (distance * both, both)


def centroid(chroma: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return tonal centroids, ``(n, 6)``, of weights of pitch classes, ``(n, 12)``; zeros where there are none.

    Sine and cosine on the circles of fifths, minor and major thirds with radii 1, 1 and 0.5 (Harte et al., section
    3.2), the weights divided by their sum.
    """
    semitones = np.arange(PITCH_CLASSES)
    rows = [
        radius * turn(angle * semitones)
        for angle, radius in (_FIFTHS, _MINOR_THIRDS, _MAJOR_THIRDS)
        for turn in (np.sin, np.cos)
    ]
    total = chroma.sum(axis=1, keepdims=True)
    return np.asarray(chroma @ np.stack(rows, axis=1) / np.maximum(total, 1))
