"""Which chord goes with each beat of a melody: the cheapest way through the chords of C major and A minor.

Dynamic programming (Viterbi) over costs that say which chord fits the melody and which chord follows which; the latter
from the table of usual root progressions of Piston, Harmony, 1941, chapter 3. The costs' sizes are ours, and were set
by hand on pieces to learn from.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.composer.roll import ONSET, SILENT, STEPS_PER_BAR, STEPS_PER_BEAT, Roll

USUAL = {
    1: ("45", "6", "23"),
    2: ("5", "46", "13"),
    3: ("6", "4", "125"),
    4: ("5", "12", "36"),
    5: ("1", "46", "23"),
    6: ("25", "34", "1"),
    7: ("13", "6", "245"),
}
"""What follows each degree of the scale: usually, sometimes, less often."""

_FOLLOWS = (0.0, 1.0, 2.0, 3.0)
"""Cost of what follows usually, sometimes, less often, and never."""
_STAYS, _STAYS_OVER_A_STRONG_BEAT = 1.5, 2.5
"""Cost of a chord that goes on; harmony changes on strong beats rather than off them (Piston, chapter 5)."""
_MODULATES = 3.0
_OUTSIDE, _OUTSIDE_ACCENTED = 1.0, 2.5
"""Cost of each step of a melody note that is not in the chord: on the off-beat it may pass, on the beat it grates."""
_RARE = {"diminished": 1.0, "seventh": 0.5, "mediant": 1.0}
_UNRESTED = 6.0
"""Cost of an end that is not on the tonic."""


@dataclass(frozen=True, slots=True)
class Chord:
    """A chord in a key.

    Args:
        classes: its pitch classes, root, third, fifth, and seventh where it has one.
        tonic: of its key, 0 for C major, 9 for A minor.
        degree: of its root in that key, 1 to 7.
        cost: of using it at all.

    """

    classes: tuple[int, ...]
    tonic: int
    degree: int
    cost: float = 0.0

    @property
    def leading(self) -> int | None:
        """The leading note of the key, where the chord has it."""
        note = (self.tonic - 1) % 12
        return note if note in self.classes else None


CHORDS = (
    Chord((0, 4, 7), 0, 1),
    Chord((2, 5, 9), 0, 2),
    Chord((4, 7, 11), 0, 3, _RARE["mediant"]),
    Chord((5, 9, 0), 0, 4),
    Chord((7, 11, 2), 0, 5),
    Chord((7, 11, 2, 5), 0, 5, _RARE["seventh"]),
    Chord((9, 0, 4), 0, 6),
    Chord((11, 2, 5), 0, 7, _RARE["diminished"]),
    Chord((9, 0, 4), 9, 1),
    Chord((11, 2, 5), 9, 2, _RARE["diminished"]),
    Chord((0, 4, 7), 9, 3, _RARE["mediant"]),
    Chord((2, 5, 9), 9, 4),
    Chord((4, 8, 11), 9, 5),
    Chord((4, 8, 11, 2), 9, 5, _RARE["seventh"]),
    Chord((5, 9, 0), 9, 6),
    Chord((8, 11, 2), 9, 7, _RARE["diminished"]),
)


def chords(melody: Roll) -> list[Chord | None]:
    """Return a chord for each beat of a melody, shaped (steps, 128), in C major or A minor; None where it rests."""
    fits = _fits(melody)
    sounds = np.isfinite(fits[:, 0])
    beats = np.flatnonzero(sounds)
    found: list[Chord | None] = [None] * len(fits)
    if not len(beats):
        return found
    costs, back = fits[beats[0]], []
    for beat in beats[1:]:
        ways = costs[:, None] + _MOVES[int(beat % (STEPS_PER_BAR // STEPS_PER_BEAT) in (0, 2))]
        back.append(ways.argmin(axis=0))
        costs = ways.min(axis=0) + fits[beat]
    at = int((costs + [0.0 if chord.degree == 1 else _UNRESTED for chord in CHORDS]).argmin())
    for beat, before in zip(beats[::-1], [*back[::-1], None], strict=True):
        found[int(beat)] = CHORDS[at]
        at = int(before[at]) if before is not None else at
    return found


def _fits(melody: Roll) -> NDArray[np.float64]:
    """Return what each chord costs at each beat, ``(beats, chords)``; infinity where the melody rests throughout."""
    padded = np.pad(melody, ((0, -len(melody) % STEPS_PER_BEAT), (0, 0)))
    has = np.array([[pitch % 12 in chord.classes for pitch in range(padded.shape[1])] for chord in CHORDS])
    weight = np.where(np.arange(len(padded)) % STEPS_PER_BEAT == 0, _OUTSIDE_ACCENTED, _OUTSIDE)
    sounding = padded != SILENT
    # A note tied over the beat is a suspension and no accent.
    weight = np.where((padded == ONSET).any(axis=1), weight, _OUTSIDE)
    outside = (sounding[:, None, :] & ~has[None]).any(axis=2) * weight[:, None]
    costs = outside.reshape(-1, STEPS_PER_BEAT, len(CHORDS)).sum(axis=1) + [chord.cost for chord in CHORDS]
    rests = ~sounding.any(axis=1).reshape(-1, STEPS_PER_BEAT).any(axis=1)
    return np.where(rests[:, None], np.inf, costs)


def _moves(strong: bool) -> NDArray[np.float64]:
    """Return what it costs to go from each chord to each, onto a strong beat or onto a weak one."""
    costs = np.zeros((len(CHORDS), len(CHORDS)))
    for row, before in enumerate(CHORDS):
        for column, after in enumerate(CHORDS):
            if before.classes[0] == after.classes[0]:
                cost = _STAYS_OVER_A_STRONG_BEAT if strong else _STAYS
            else:
                # The first chord of a new key is heard in the old one too, where it is there.
                degree = next(
                    (one.degree for one in CHORDS if one.tonic == before.tonic and one.classes == after.classes), None
                )
                rank = next((n for n, group in enumerate(USUAL[before.degree]) if str(degree) in group), 3)
                cost = _FOLLOWS[rank]
            costs[row, column] = cost + _MODULATES * (before.tonic != after.tonic)
    return costs


_MOVES = (_moves(strong=False), _moves(strong=True))
