"""Which of two systems people prefer: the Bradley-Terry model (Bradley and Terry 1952), through the choix package.

A tie, both good and both bad are half a win for each. The interval resamples items, since ratings of the same item by
several people are not independent. Whether a difference is shown is also asked of a paired permutation test over items,
which unlike the bootstrap stays honest for a handful of them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.records import Rating
from eval.human.kinds import KINDS
from eval.stats import NOTHING, Draws, Estimate, bootstrap_of

RESAMPLES = 10_000
LEVEL = 0.05
ELO = 400 / math.log(10)
"""Elo's scale (Elo 1978), as Chatbot Arena uses it (Chiang et al. 2024): P(A beats B) = 1 / (1 + 10^((R_B - R_A)/400)),
so that a difference of strengths on the natural scale is this many points."""
MIDDLE = 1000
_PRIOR = 0.01
"""choix's regularisation, which keeps strengths finite where one system wins every comparison."""


@dataclass(frozen=True, slots=True)
class Preference:
    """``win`` is the probability that A's answer is preferred to B's, ``elo`` A's points less B's, both over items.

    ``p`` is that of the permutation test; ``better`` is ``A``, ``B`` or empty where no difference is shown.
    """

    win: Estimate
    elo: Estimate
    p: float
    better: str

    @property
    def points(self) -> tuple[float, float]:
        """Elo points of A and B around 1000."""
        return MIDDLE + self.elo.value / 2, MIDDLE - self.elo.value / 2


def preference(ratings: Sequence[Rating]) -> Preference:
    """Return which of two systems is preferred; NaN without ratings."""
    wins = _wins(ratings)
    if not len(wins):
        return Preference(NOTHING, NOTHING, math.nan, "")
    strength = bootstrap_of(len(wins), lambda draws: _strengths(wins, draws), RESAMPLES)
    low, high = strength.low, strength.high
    if low == high:
        # Every item went the same way: resampling sees no spread, so the ends are those of the exact binomial interval.
        low, high = (_logit(end) for end in _exact(float(_shares(wins).sum()), len(wins)))
    p = _test(_shares(wins))
    better = "" if low <= 0 <= high or p > LEVEL else "A" if strength.value > 0 else "B"
    win = Estimate(_probability(strength.value), _probability(low), _probability(high), strength.n)
    return Preference(win, Estimate(strength.value * ELO, low * ELO, high * ELO, strength.n), p, better)


def _wins(ratings: Sequence[Rating]) -> NDArray[np.float64]:
    """Return what A and B have won on each item, ``(items, 2)``."""
    items = {key: row for row, key in enumerate(dict.fromkeys(rating.item_id for rating in ratings))}
    wins = np.zeros((len(items), 2))
    for rating in ratings:
        won = KINDS["preference"].scores[rating.value]
        wins[items[rating.item_id]] += (won, 1 - won)
    return wins


def _strengths(wins: NDArray[np.float64], draws: Draws) -> NDArray[np.float64]:
    """Return the strength of A less that of B, on the natural logarithm's scale, for each row of item numbers."""
    import choix

    totals, which = np.unique(wins[draws].sum(axis=1), axis=0, return_inverse=True)
    fitted = [choix.ilsr_pairwise_dense(np.array([[0, a], [b, 0]]), alpha=_PRIOR) for a, b in totals]
    return np.array([float(found[0] - found[1]) for found in fitted])[which.reshape(-1)]


def _shares(wins: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(wins[:, 0] / wins.sum(axis=1))


def _test(shares: NDArray[np.float64]) -> float:
    """Return the two-sided p of a paired permutation test: could A and B be exchanged within items."""
    from scipy.stats import permutation_test

    if len(shares) < 2:
        return 1.0
    found = permutation_test(
        (shares, 1 - shares),
        lambda a, b, axis: np.mean(a - b, axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=RESAMPLES - 1,
        rng=np.random.default_rng(0),
    )
    return float(found.pvalue)


def _exact(won: float, n: int) -> tuple[float, float]:
    """Return the interval of Clopper and Pearson (1934) for a share of n."""
    from scipy.stats import beta

    low = float(beta.ppf(0.025, won, n - won + 1)) if won > 0 else 0.0
    high = float(beta.ppf(0.975, won + 1, n - won)) if won < n else 1.0
    return low, high


def _probability(strength: float) -> float:
    return 1 / (1 + math.exp(-strength))


def _logit(probability: float) -> float:
    return (
        math.inf if probability >= 1 else -math.inf if probability <= 0 else math.log(probability / (1 - probability))
    )
