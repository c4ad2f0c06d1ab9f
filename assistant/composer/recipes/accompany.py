"""An accompaniment for dance tunes by rules: guitar chords and a bass under a melody in C major or A minor.

One chord each half bar, chosen for the notes on the beats first and with cadences at the ends of sections, as lessons
for backing guitarists teach it (such as those on folkfriend.co.uk). Chords are the cheapest way (Viterbi) through
triads of the key and of the flat seventh that modal tunes use; the costs are ours, set by hand and not fitted:

- a melody note outside of the chord costs its length, twice on a beat;
- a change costs a little, more in the middle of a bar, and chords other than the tonic, fourth and fifth cost a little;
- a section of eight bars ends on the chord of the tune's last note, best from its fifth or from the tone below it: the
  cadences of major and of modal tunes.

Guitar and bass then play one of three patterns, another each section; the tune's name decides which.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.composer.roll import PITCHES, SILENT, STEPS_PER_BAR, STEPS_PER_BEAT, Roll, bars, notes, write_note

HALF = STEPS_PER_BAR // 2
SECTION = 16
"""Half bars in a section."""

_CHANGE, _CHANGE_INSIDE = 1.0, 2.5
_NO_CADENCE, _WEAK_CADENCE = 12.0, 2.0
_BASS_LOW, _GUITAR = 33, range(52, 68)
_SCALE = (0, 2, 4, 5, 7, 9, 11)


@dataclass(frozen=True, slots=True)
class _Chord:
    root: int
    classes: frozenset[int]
    cost: float


def _triad(root: int, third: int, cost: float) -> _Chord:
    return _Chord(root, frozenset({root, (root + third) % 12, (root + 7) % 12}), cost)


_CHORDS = (
    _triad(0, 4, 0.0),
    _triad(5, 4, 0.0),
    _triad(7, 4, 0.0),
    _triad(9, 3, 0.0),
    _triad(2, 3, 0.5),
    _triad(4, 3, 1.0),
    _triad(4, 4, 1.5),
    _triad(10, 4, 1.5),
)
"""C, F, G, A minor, D minor, E minor, E and B flat."""

# Of each half bar: when the guitar strikes and how long, and when the bass plays, how long, and whether the fifth.
_PATTERNS = (
    (((4, 3),), ((0, 4, False),)),
    (((0, 4), (4, 2), (6, 2)), ((0, 8, False),)),
    (((2, 2), (6, 2)), ((0, 4, False), (4, 4, True))),
)


def accompany(melody: Roll, name: str) -> tuple[Roll, Roll]:
    """Return the guitar and the bass to a melody, each shaped (steps, 128).

    Args:
        melody: shaped (steps, 128), one voice in C major or A minor, in whole bars; the first one is a pickup where
            nothing sounds at its beginning.
        name: of the tune; the same name and melody get the same accompaniment.

    """
    guitar, bass = np.zeros_like(melody), np.zeros_like(melody)
    plan = _plan(melody)
    choice = hashlib.sha256(name.encode()).digest()
    for half, chord in enumerate(plan):
        sounds = melody[half * HALF : (half + 1) * HALF] != SILENT
        if not sounds[:-STEPS_PER_BEAT].any():
            continue
        strokes, steps = _PATTERNS[choice[half // SECTION % len(choice)] % len(_PATTERNS)]
        for start, length in strokes:
            for pitch in _GUITAR:
                if pitch % 12 in chord.classes:
                    write_note(guitar, pitch, half * HALF + start, length)
        again = half % 2 == 1 and plan[half - 1] is chord
        for start, length, fifth in steps:
            pitch = _BASS_LOW + (chord.root - _BASS_LOW) % 12
            write_note(bass, pitch + (7 if pitch < 38 else -5) * (fifth or again), half * HALF + start, length)
    return guitar, bass


def _plan(melody: Roll) -> list[_Chord]:
    halves = 2 * bars(melody)
    costs = _fits(melody, halves) + [chord.cost for chord in _CHORDS]
    home = _home(melody)
    pickup = 0 if melody[0].any() else 2
    closing = {*range(pickup + SECTION - 1, halves, SECTION), halves - 1}
    costs[sorted(closing)] += np.where(home, 0.0, _NO_CADENCE)
    total, back = costs[0], []
    for half in range(1, halves):
        ways = total[:, None] + _moves(inside=half % 2 == 1, ends=half in closing)
        back.append(ways.argmin(axis=0))
        total = ways.min(axis=0) + costs[half]
    path = [int(total.argmin())]
    for before in reversed(back):
        path.append(int(before[path[-1]]))
    return [_CHORDS[at] for at in reversed(path)]


def _fits(melody: Roll, halves: int) -> NDArray[np.float64]:
    """Return what the melody makes each chord cost, shaped (half bars, chords)."""
    outside = np.array([[pitch % 12 not in chord.classes for chord in _CHORDS] for pitch in range(PITCHES)], float)
    costs = np.zeros((halves, len(_CHORDS)))
    for start, pitch, length in notes(melody):
        weight = length / 2 * (1 + (start % STEPS_PER_BEAT == 0))
        costs[start // HALF] += weight * outside[pitch]
    return costs


def _home(melody: Roll) -> NDArray[np.bool_]:
    """Say which chords a section may end on: those on the tune's last note, else those that have it.

    The last note is the last one of at least a beat: shorter ones may lead back to the beginning.
    """
    written = notes(melody)
    closing = [note for note in written if note[2] >= STEPS_PER_BEAT] or written
    last = closing[-1][1] % 12 if closing else 0
    rooted = np.array([chord.root == last for chord in _CHORDS])
    return rooted if rooted.any() else np.array([last in chord.classes for chord in _CHORDS])


def _moves(*, inside: bool, ends: bool) -> NDArray[np.float64]:
    """Return what each chord costs after each, shaped (chords, chords)."""
    costs = np.full((len(_CHORDS), len(_CHORDS)), _CHANGE_INSIDE if inside and not ends else _CHANGE)
    np.fill_diagonal(costs, 0.0)
    if ends:
        for row, before in enumerate(_CHORDS):
            for column, after in enumerate(_CHORDS):
                rises = (after.root - before.root) % 12
                costs[row, column] += 0.0 if rises in (5, 2) else _WEAK_CADENCE
    return costs
