"""The metrics of a set of rolls, by name, such as "consonance.alto"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.composer.genres import Part
from assistant.composer.metrics import harmony, rhythm
from assistant.composer.metrics.tape import Counted, tape_of
from assistant.composer.roll import STEPS_PER_BAR, Roll
from assistant.errors import InputError

FAMILIES = (
    rhythm.empty_bars,
    rhythm.qualified_notes,
    rhythm.drum_pattern,
    harmony.pitch_classes,
    harmony.in_key,
    harmony.consonance,
    harmony.voice_crossing,
    harmony.tonal_distance,
)


@dataclass(frozen=True, slots=True)
class Tallies:
    """What each metric counts in each of n rolls, or of n stretches of rolls.

    Every metric is a sum over a sum (crossed steps over steps where both sound), so that the metrics of any choice of
    rolls follow from these without looking at the rolls again.

    Args:
        names: of the m metrics.
        counted: the numerators, ``(n, m)``.
        among: the denominators, ``(n, m)``.

    """

    names: tuple[str, ...]
    counted: NDArray[np.float64]
    among: NDArray[np.float64]

    def values(self, weights: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
        """Return the metrics of all rolls, ``(m,)``, or of b choices of them, ``(b, m)``.

        NaN where there is nothing to count: consonance where the part never sounds.

        Args:
            weights: how often each choice holds each roll, ``(b, n)``.

        """
        if weights is None:
            weights = np.ones(len(self.counted))
        counted, among = weights @ self.counted, weights @ self.among
        return np.asarray(np.divide(counted, among, out=np.full(counted.shape, np.nan), where=among > 0))


def measure(rolls: Sequence[Roll], parts: Sequence[Part]) -> dict[str, float]:
    """Return every metric that fits the parts, over all rolls together; NaN where there was nothing to count.

    Shares are 0 to 1, pitch classes are a number a bar, tonal distance is a length. What each is, is said at
    `assistant.composer.metrics.rhythm` and `assistant.composer.metrics.harmony`. Notes and bars that a roll's end cuts
    weigh on some of them: compare rolls that are cut alike.

    Args:
        rolls: each shaped (parts, steps, 128), in the normalised key; a begun bar is filled with silence.
        parts: of the genre, in the rolls' order, the melody first.

    Raises:
        InputError: there are no rolls, one is empty, or one has another number of parts.

    """
    tallies = tally(rolls, parts)
    return dict(zip(tallies.names, tallies.values().tolist(), strict=True))


def tally(rolls: Sequence[Roll], parts: Sequence[Part], stretch: int | None = None) -> Tallies:
    """Return what `measure` counts, roll by roll, or by stretches of at most so many bars; raises as `measure` does."""
    tape = tape_of(rolls, parts)
    starts = tape.starts
    if stretch:
        ends = np.append(starts[1:], tape.bars)
        starts = np.concatenate([np.arange(start, end, stretch) for start, end in zip(starts, ends, strict=True)])
    found: dict[str, Counted] = {}
    for family in FAMILIES:
        found |= {name: _sums(pair, starts, tape.bars) for name, pair in family(tape)}
    counted, among = (np.stack([pair[side] for pair in found.values()], axis=1) for side in (0, 1))
    return Tallies(tuple(found), counted, among)


def bars_of(rolls: Sequence[Roll], bars: int = 2) -> tuple[list[Roll], list[int]]:
    """Cut rolls into windows of so many bars, one after another; what is left over at the end of a roll is dropped.

    Returns:
        The windows, and for each the number of the roll that it is from.

    Raises:
        InputError: no roll is as long as a window.

    """
    steps = bars * STEPS_PER_BAR
    cut = [
        (roll[:, start : start + steps], number)
        for number, roll in enumerate(rolls)
        for start in range(0, roll.shape[1] - steps + 1, steps)
    ]
    if not cut:
        raise InputError(f"There are no {bars} bars to measure. Give longer music.")
    return [window for window, _ in cut], [number for _, number in cut]


def _sums(pair: Counted, starts: NDArray[np.intp], bars: int) -> Counted:
    """Return both sides summed from each start to the next; sides have one number a step, a beat or a bar."""
    counted, among = (np.add.reduceat(side.astype(np.float64), starts * (len(side) // bars)) for side in pair)
    return counted, among
