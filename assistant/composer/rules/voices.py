"""Four voices to a melody by the rules of part-writing: the cheapest way through the voicings of its chords.

Rules after Piston, Harmony, 1941, chapters 2 and 4: voices keep their range and order, neighbours of the upper three
stand within an octave, no parallel fifths or octaves, the leading note is not doubled and rises to the tonic, the
seventh falls, roots are doubled rather than thirds, and each voice moves as little as it can. How much it costs to
break each was set by hand on chorales to learn from.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from assistant.composer.genres import Part
from assistant.composer.roll import SILENT, STEPS_PER_BEAT, Roll, write_note
from assistant.composer.rules.chords import Chord, chords
from assistant.errors import InputError

Voicings = NDArray[np.int64]
"""Pitches that sound together, melody first, ``(n, voices)``."""

_MOST = 80
"""Voicings of a beat that are looked at, the cheapest by themselves."""

_CROSSED, _WIDE, _DOUBLED_LEADING, _DOUBLED_THIRD, _NO_THIRD, _NO_ROOT, _NO_FIFTH = 12.0, 3.0, 8.0, 2.0, 8.0, 8.0, 1.5
_BASS = (0.0, 2.0, 6.0, 3.0)
"""Cost of each note of the chord in the bass: root, third, fifth, seventh."""
_PARALLEL, _UNRESOLVED, _STEP, _LEAP, _REACH = 12.0, 4.0, 0.05, 2.0, 7
"""Parallels, a leading note or seventh left hanging, each semitone moved, and a leap of more than a fifth."""
_CENTRE = 0.05
"""Cost of each semitone from the middle of the range."""


def harmonise(melody: Roll, parts: Sequence[Part]) -> Roll:
    """Return a melody with the other voices written to it, shaped (parts, steps, 128).

    One chord a beat; a voice that moves by a third passes through the note between. No chance is in it: the same melody
    gets the same music.

    Args:
        melody: shaped (1, steps, 128), one note at a time, in C major or A minor.
        parts: of the genre, the melody first, from high to low.

    Raises:
        InputError: a part is not a voice, which these rules are not for.

    """
    if any(part.kind != "voice" for part in parts):
        raise InputError("The rules of part-writing are for voices only. Choose a genre such as chorale or quartet.")
    roll = np.zeros((len(parts), *melody.shape[1:]), np.uint8)
    roll[0] = melody[0]
    written = _voices(melody[0], chords(melody[0]), parts)
    for beat, voicing in written.items():
        start = beat * STEPS_PER_BEAT
        for number in range(1, len(parts)):
            pitch, after = int(voicing[number]), written.get(beat + 1)
            between = None if after is None else _passing(pitch, int(after[number]))
            length = STEPS_PER_BEAT if between is None else STEPS_PER_BEAT // 2
            write_note(roll[number], pitch, start, length)
            if between is not None:
                write_note(roll[number], between, start + length, length)
    return roll


def _voices(melody: Roll, plan: Sequence[Chord | None], parts: Sequence[Part]) -> dict[int, NDArray[np.int64]]:
    """Return the voicing of each beat with a chord; rests begin a new way, since nothing is led across them."""
    found: dict[int, NDArray[np.int64]] = {}
    way: list[tuple[int, Chord, Voicings, NDArray[np.float64], NDArray[np.intp]]] = []
    for beat, chord in enumerate([*plan, None]):
        if chord is None:
            found |= _back(way)
            way = []
            continue
        here, costs = _voicings(_heard(melody, beat), chord, parts)
        before = np.zeros(len(here), np.intp)
        if way:
            _, last, there, spent, _ = way[-1]
            ways = spent[:, None] + _leading_costs(there, last, here)
            before = ways.argmin(axis=0)
            costs = costs + ways.min(axis=0)
        way.append((beat, chord, here, costs, before))
    return found


def _back(
    way: Sequence[tuple[int, Chord, Voicings, NDArray[np.float64], NDArray[np.intp]]],
) -> dict[int, NDArray[np.int64]]:
    found = {}
    at = int(way[-1][3].argmin()) if way else 0
    for beat, _, here, _, before in reversed(way):
        found[beat] = here[at]
        at = int(before[at])
    return found


def _heard(melody: Roll, beat: int) -> int:
    """Return the pitch that the melody has in a beat, the first of them."""
    sounding = melody[beat * STEPS_PER_BEAT : (beat + 1) * STEPS_PER_BEAT] != SILENT
    return int(sounding[sounding.any(axis=1).argmax()].nonzero()[0].max())


def _voicings(melody: int, chord: Chord, parts: Sequence[Part]) -> tuple[Voicings, NDArray[np.float64]]:
    """Return the cheapest voicings of a chord under a melody note, and what each costs."""
    ranges = [[p for p in range(part.low, part.high + 1) if p % 12 in chord.classes] for part in parts[1:]]
    every = np.array([(melody, *voices) for voices in product(*ranges)], np.int64)
    classes = every % 12
    counts = {place: (classes == note).sum(axis=1) for place, note in enumerate(chord.classes)}
    gaps = every[:, :-1] - every[:, 1:]
    costs = _CROSSED * (gaps < 0).sum(axis=1) + _WIDE * (gaps[:, :-1] > 12).sum(axis=1)
    costs = costs + _NO_ROOT * (counts[0] == 0) + _NO_THIRD * (counts[1] == 0) + _NO_FIFTH * (counts[2] == 0)
    costs = costs + _DOUBLED_THIRD * (counts[1] > 1)
    if chord.leading is not None:
        costs = costs + _DOUBLED_LEADING * ((classes == chord.leading).sum(axis=1) > 1)
    for place, note in enumerate(chord.classes):
        costs = costs + _BASS[place] * (classes[:, -1] == note)
    middles = np.array([(part.low + part.high) / 2 for part in parts[1:]])
    costs = costs + _CENTRE * np.abs(every[:, 1:] - middles).sum(axis=1)
    best = np.argsort(costs, kind="stable")[:_MOST]
    return every[best], costs[best]


def _leading_costs(there: Voicings, chord: Chord, here: Voicings) -> NDArray[np.float64]:
    """Return what it costs to go from each voicing to each, ``(before, after)``; `chord` is the one before."""
    moved = here[None] - there[:, None]
    written = np.abs(moved[:, :, 1:])
    costs = _STEP * written.sum(axis=2) + _LEAP * (written > _REACH).sum(axis=2)
    for upper, lower in combinations(range(there.shape[1]), 2):
        before = (there[:, upper] - there[:, lower]) % 12
        after = (here[:, upper] - here[:, lower]) % 12
        parallel = (before[:, None] == after[None]) & np.isin(before, (0, 7))[:, None] & (moved[:, :, upper] != 0)
        costs = costs + _PARALLEL * (parallel & (moved[:, :, lower] != 0))
    for note, allowed in _tendencies(chord):
        hangs = (there[:, None] % 12 == note) & ~np.isin(moved, allowed)
        costs = costs + _UNRESOLVED * hangs[:, :, 1:].sum(axis=2)
    return np.asarray(costs)


def _tendencies(chord: Chord) -> list[tuple[int, tuple[int, ...]]]:
    """Return the notes of a chord that want to go somewhere, with the moves that they may make."""
    found: list[tuple[int, tuple[int, ...]]] = []
    if chord.leading is not None:
        found.append((chord.leading, (0, 1)))
    if len(chord.classes) > 3:
        found.append((chord.classes[3], (0, -1, -2)))
    return found


def _passing(pitch: int, after: int) -> int | None:
    """Return the note of C major between two pitches a third apart, or None."""
    if abs(after - pitch) not in (3, 4):
        return None
    between = [p for p in range(min(pitch, after) + 1, max(pitch, after)) if p % 12 in (0, 2, 4, 5, 7, 9, 11)]
    return between[0] if len(between) == 1 else None
