"""Values with 95 % intervals, and whether one of two runs over the same samples is better."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from eval.resampling import Draws as Draws
from eval.resampling import Seed as Seed
from eval.resampling import group_numbers, resample

RESAMPLES = 10_000
_Z = 1.959964
"""97.5 % quantile of the standard normal distribution."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with the ends of its 95 % interval, over ``n`` samples. NaN where there is nothing to say.

    ``drawn`` is its value in each resample, where it was bootstrapped: with equal ``n``, seed and count of resamples
    two runs have the same samples in the same resample, so that `paired` can compare them.
    """

    value: float
    low: float
    high: float
    n: int
    drawn: NDArray[np.float64] | None = field(default=None, repr=False, compare=False)

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


@dataclass(frozen=True, slots=True)
class Difference:
    """B minus A (or B over A) with its 95 % interval, and the two-sided p of no difference, over ``n`` pairs."""

    value: float
    low: float
    high: float
    p: float
    n: int


NOTHING = Estimate(math.nan, math.nan, math.nan, 0)


def bootstrap(values: Sequence[float], resamples: int = RESAMPLES, seed: Seed = 0) -> Estimate:
    """Return the mean with a percentile bootstrap interval (Efron 1979) over the values.

    Where every value is 0 or 1 the ends are those of `proportion`: of values that are all the same the bootstrap's
    would have no width, however few there are.
    """
    data = np.asarray(values, float)
    found = bootstrap_of(len(data), lambda draws: data[draws].mean(axis=-1), resamples, seed)
    if not len(data) or not np.isin(data, (0.0, 1.0)).all():
        return found
    ends = proportion(values, seed)
    return replace(found, low=ends.low, high=ends.high)


def bootstrap_of(
    n: int, statistic: Callable[[Draws], NDArray[np.float64]], resamples: int = RESAMPLES, seed: Seed = 0
) -> Estimate:
    """Return a statistic of ``n`` samples with its percentile bootstrap interval.

    Args:
        n: how many samples there are.
        statistic: the statistic of each row of sample numbers, ``(rows, n)`` -> ``(rows,)``. It is called several
            times, and where samples come in groups with rows of several lengths.
        resamples: how many resamples the interval rests on.
        seed: of the resampling.

    """
    if n == 0:
        return NOTHING
    value = float(statistic(np.arange(n)[None, :])[0])
    drawn = np.empty(resamples)
    for places, draws in resample(n, resamples, seed):
        drawn[places] = statistic(draws)
    low, high = np.nanpercentile(drawn, [2.5, 97.5]) if not np.isnan(drawn).all() else (math.nan, math.nan)
    return Estimate(value, float(low), float(high), n, drawn)


def proportion(values: Sequence[float], seed: Seed = 0) -> Estimate:
    """Return the share of values that are 1, of values that are 0 or 1, with Wilson's interval.

    Where samples come in groups it is that of the number of independent samples that would tell as much: theirs by
    the design effect (Rao and Scott 1992); one a group where all values are the same.
    """
    data = np.asarray(values, float)
    found = wilson(round(float(data.sum())), len(data))
    if (groups := group_numbers(len(data), seed)) is None:
        return found
    number, count, share = groups.max() + 1, len(data), found.value
    independent = float(number)
    if 0 < share < 1 and number > 1:
        apart = np.bincount(groups, data - share)
        spread = number / (number - 1) * float((apart**2).sum()) / count**2
        independent = min(count, share * (1 - share) / spread) if spread else count
    low, high = _wilson_ends(share, independent)
    return replace(found, low=low, high=high)


def wilson(successes: float, n: int) -> Estimate:
    """Return a proportion with its Wilson score interval (Wilson 1927).

    ``successes`` may be a sum of shares from 0 to 1, such as those of several raters: they vary no more than zeros and
    ones of the same mean do, so that the interval is at least as wide as it should be.
    """
    if n == 0:
        return NOTHING
    return Estimate(successes / n, *_wilson_ends(successes / n, n), n)


def paired_bootstrap(a: Sequence[float], b: Sequence[float], resamples: int = RESAMPLES, seed: int = 0) -> Difference:
    """Return the mean of B minus that of A over the same samples, in the same order; see `paired`."""
    assert len(a) == len(b), "pairs have two sides"
    return paired(bootstrap(a, resamples, seed), bootstrap(b, resamples, seed))


def paired(a: Estimate, b: Estimate, *, ratio: bool = False, groups: int | None = None) -> Difference:
    """Compare a bootstrapped figure of two runs over the same samples in the same order.

    ``groups`` says how many groups the samples come in; without it each is on its own.

    The interval is the percentile interval of the difference (or ratio) in each resample, and p is twice the smaller
    share of resamples on one side of no difference (Efron and Tibshirani 1993, chapters 13 and 16), so that p < 0.05
    where the interval leaves it out. Below about 20 pairs, or groups, such intervals are too narrow; p is never below
    `least_p` of their number.
    """
    none = Difference(math.nan, math.nan, math.nan, math.nan, min(a.n, b.n))
    if a.drawn is None or b.drawn is None or a.n != b.n or a.drawn.shape != b.drawn.shape:
        return none
    with np.errstate(divide="ignore", invalid="ignore"):
        drawn = b.drawn / a.drawn if ratio else b.drawn - a.drawn
        value = float(np.float64(b.value) / a.value) if ratio else b.value - a.value
    drawn = drawn[np.isfinite(drawn) & ((drawn > 0) | (not ratio))]
    if not len(drawn) or not math.isfinite(value) or (ratio and value <= 0):
        return none
    same = 1.0 if ratio else 0.0
    least = min(int((drawn <= same).sum()), int((drawn >= same).sum()))
    p = min(1.0, max(2 * (1 + least) / (1 + len(drawn)), least_p(groups or a.n)))
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Difference(value, float(low), float(high), p, a.n)


def least_p(n: int) -> float:
    """Return the least two-sided p that ``n`` pairs can give: that of the exact sign-flip test, ``2 / 2**n``."""
    return 2.0 ** (1 - n)


def mcnemar(a: Sequence[float], b: Sequence[float]) -> Difference:
    """Compare two runs whose scores are 0 or 1, over the same samples in the same order.

    p is McNemar's exact test (1947): the binomial test of the pairs that differ. The interval of the difference of
    shares is Wald's after half a pair is added to each of the four cells (Agresti and Min 2005), which says something
    even where no pair differs. The test is the stricter of the two.
    """
    from scipy.stats import binomtest

    assert len(a) == len(b), "pairs have two sides"
    n = len(a)
    if n == 0:
        return Difference(math.nan, math.nan, math.nan, math.nan, 0)
    won = sum(y > x for x, y in zip(a, b, strict=True))
    lost = sum(y < x for x, y in zip(a, b, strict=True))
    middle = (won - lost) / (n + 2)
    half = _Z * math.sqrt(won + lost + 1 - (won - lost) ** 2 / (n + 2)) / (n + 2)
    p = float(binomtest(won, won + lost).pvalue) if won + lost else 1.0
    return Difference((won - lost) / n, max(-1.0, middle - half), min(1.0, middle + half), p, n)


def mcnemar_needed(differing: int, n: int, level: float) -> float:
    """Return the smallest difference of shares that `mcnemar` shows at a level where so many of ``n`` pairs differ.

    Where so few differ that even all of them one way would not do, it is that of as many as would. Above 1 there are
    too few pairs for any.
    """
    from scipy.stats import binomtest

    fewest = math.floor(1 - math.log2(level)) + 1
    of = max(differing, fewest)
    won = next(won for won in range(of // 2, of + 1) if binomtest(won, of).pvalue < level and 2 * won > of)
    return (2 * won - of) / n


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p values adjusted for their number (Holm 1979), in the same order."""
    adjusted = [0.0] * len(p_values)
    worst = 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=lambda n: p_values[n])):
        worst = max(worst, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = worst
    return adjusted


def _wilson_ends(share: float, n: float) -> tuple[float, float]:
    middle = (share + _Z * _Z / (2 * n)) / (1 + _Z * _Z / n)
    half = _Z * math.sqrt(share * (1 - share) / n + _Z * _Z / (4 * n * n)) / (1 + _Z * _Z / n)
    return max(0.0, middle - half), min(1.0, middle + half)
