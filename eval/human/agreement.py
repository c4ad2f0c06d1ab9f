"""How far raters agree beyond chance: Krippendorff's alpha, through the krippendorff package.

Krippendorff, Content Analysis (2004), chapter 11: 1 is perfect agreement, 0 what chance would give; he asks for 0.800,
and lets 0.667 do for tentative conclusions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.records import Rating
from eval.human.kinds import Kind
from eval.stats import NOTHING, Draws, Estimate, bootstrap_of

RESAMPLES = 2_000
RELIABLE, TENTATIVE = 0.8, 0.667
FEW = 10
"""Below so many items that two people rated, the interval says little."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Alpha with its interval over ``n`` items that at least two people rated, and what it means in a sentence."""

    alpha: Estimate
    raters: int
    level: str
    said: str


def agreement(ratings: Sequence[Rating], kind: Kind) -> Agreement:
    """Return the agreement on the items that at least two people rated, with a bootstrap interval over those items."""
    raters = len({rating.rater for rating in ratings})
    counts = _counts(ratings, kind)
    shared = counts[counts.sum(axis=1) >= 2]
    reason = _too_little(raters, shared)
    if reason:
        return Agreement(NOTHING, raters, kind.level, reason)
    alpha = bootstrap_of(len(shared), lambda draws: _alphas(shared, draws, kind), RESAMPLES)
    return Agreement(alpha, raters, kind.level, _reading(alpha))


def _counts(ratings: Sequence[Rating], kind: Kind) -> NDArray[np.int_]:
    """Return how many people gave each value to each item, ``(items, values)``."""
    items = {key: row for row, key in enumerate(dict.fromkeys(rating.item_id for rating in ratings))}
    counts = np.zeros((len(items), len(kind.values)), int)
    for rating in ratings:
        counts[items[rating.item_id], kind.values.index(rating.value)] += 1
    return counts


def _too_little(raters: int, shared: NDArray[np.int_]) -> str:
    if raters < 2:
        return f"Agreement needs two raters; there {'is one' if raters == 1 else 'are none'} so far."
    if len(shared) < 2:
        some = "no item was" if len(shared) == 0 else "only one item was"
        return f"Agreement needs items that two people rated; {some} so far."
    if np.count_nonzero(shared.sum(axis=0)) < 2:
        return "Everybody gave the same rating everywhere, so that agreement cannot be told from chance."
    return ""


def _alphas(shared: NDArray[np.int_], draws: Draws, kind: Kind) -> NDArray[np.float64]:
    """Return alpha of each row of item numbers; NaN for a resample in which only one value occurs."""
    import krippendorff

    found = np.full(len(draws), np.nan)
    for row, drawn in enumerate(draws):
        counts = shared[drawn]
        if np.count_nonzero(counts.sum(axis=0)) > 1:
            found[row] = krippendorff.alpha(value_counts=counts, level_of_measurement=kind.level)
    return found


def _reading(alpha: Estimate) -> str:
    if alpha.value >= RELIABLE:
        said = "The raters agree well enough to rely on."
    elif alpha.value >= TENTATIVE:
        said = "The raters agree well enough for tentative conclusions."
    else:
        said = "The raters agree too little to rely on the result."
    if alpha.n < FEW:
        said += f" Only {alpha.n} items were rated by two people: rate more before you trust this."
    elif alpha.low < TENTATIVE <= alpha.value:
        said += " The interval is wide: rate more before you trust this."
    return said
