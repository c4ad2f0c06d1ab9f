"""Values with 95 % intervals, and whether one of two runs over the same samples is better."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 10_000
_Z = 1.959964
"""97.5 % quantile of the standard normal distribution."""

Draws = NDArray[np.intp]
"""Which samples each resample holds, ``(resamples, n)``."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with the ends of its 95 % interval, over ``n`` samples. NaN where there is nothing to say."""

    value: float
    low: float
    high: float
    n: int

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


NOTHING = Estimate(math.nan, math.nan, math.nan, 0)


def bootstrap(values: Sequence[float], resamples: int = RESAMPLES, seed: int = 0) -> Estimate:
    """Return the mean with a percentile bootstrap interval (Efron 1979) over the values."""
    data = np.asarray(values, float)
    return bootstrap_of(len(data), lambda draws: data[draws].mean(axis=-1), resamples, seed)


def bootstrap_of(
    n: int, statistic: Callable[[Draws], NDArray[np.float64]], resamples: int = RESAMPLES, seed: int = 0
) -> Estimate:
    """Return a statistic of ``n`` samples with its percentile bootstrap interval.

    Args:
        n: how many samples there are.
        statistic: the statistic of each row of sample numbers, ``(rows, n)`` -> ``(rows,)``.
        resamples: how many resamples the interval rests on.
        seed: of the resampling.

    """
    if n == 0:
        return NOTHING
    value = float(statistic(np.arange(n)[None, :])[0])
    drawn = statistic(np.random.default_rng(seed).integers(0, n, (resamples, n)))
    low, high = np.nanpercentile(drawn, [2.5, 97.5]) if not np.isnan(drawn).all() else (math.nan, math.nan)
    return Estimate(value, float(low), float(high), n)


def wilson(successes: int, n: int) -> Estimate:
    """Return a proportion with its Wilson score interval (Wilson 1927)."""
    if n == 0:
        return NOTHING
    share = successes / n
    middle = (share + _Z * _Z / (2 * n)) / (1 + _Z * _Z / n)
    half = _Z * math.sqrt(share * (1 - share) / n + _Z * _Z / (4 * n * n)) / (1 + _Z * _Z / n)
    return Estimate(share, max(0.0, middle - half), min(1.0, middle + half), n)
