"""Judges the scores of two runs over the same samples: which is better at what, and whether that could be chance.

A score of 0 or 1 is compared by McNemar's exact test, any other by the paired bootstrap of its own aggregate, times as
the ratio B / A. The p values of all scores of quality are adjusted together (Holm), and so are those of cost. A
difference counts when its adjusted p is below 0.05; where it does not, the verdict says which size it would have taken.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

from eval.metrics.registry import Metric, Score, Scores, mean, metrics, numbers, share
from eval.stats import Difference, Estimate, holm, least_p, mcnemar, mcnemar_needed, paired

LEVEL = 0.05
_MCNEMAR = "McNemar, exact"
COST = "cost"
"""The metric whose scores say nothing about quality."""

Winner = Literal["A", "B", ""]


@dataclass(frozen=True, slots=True)
class Row:
    """A score of both runs over the samples that have it in both.

    ``difference`` is B minus A, or B / A where ``ratio`` is set. ``needed`` is about the smallest difference (or
    factor) that this many pairs could have shown after the adjustment; infinite where they are too few to show any.
    NaN where nothing can be tested.
    """

    name: str
    metric: str
    a: Estimate
    b: Estimate
    difference: Difference
    ratio: bool
    method: str
    adjusted: float
    needed: float
    winner: Winner
    verdict: str


def judge(a: Sequence[Scores], b: Sequence[Scores], skipped: Collection[str] = ()) -> list[Row]:
    """Compare every score that both runs have.

    Args:
        a: the scores of A, a mapping for each sample.
        b: the scores of B for the same samples in the same order.
        skipped: metrics that are left out.

    """
    drafts = [
        draft
        for metric in metrics().values()
        if metric.name not in skipped
        for score in metric.scores
        if not score.hidden and (draft := _draft(metric, score, a, b))
    ]
    return [row for cost in (False, True) for row in _judged([d for d in drafts if (d.metric == COST) is cost])]


def over_all(rows: Sequence[Row], pairs: int) -> tuple[Winner, str]:
    """Return which run is better in quality and the verdict in words; costs are told apart."""
    quality = [row for row in rows if row.metric != COST and not math.isnan(row.adjusted)]
    better = {side: [row.name for row in quality if row.winner == side] for side in ("A", "B")}
    winner: Winner = ""
    if better["A"] and better["B"]:
        text = f"Neither is better in everything: A in {', '.join(better['A'])}; B in {', '.join(better['B'])}"
    elif better["A"] or better["B"]:
        winner = "B" if better["B"] else "A"
        names = better[winner]
        text = f"{winner} is better: in {', '.join(names)}; no difference shown in {len(quality) - len(names)} others"
    elif quality:
        text = (
            f"No difference shown over {pairs} samples in {len(quality)} scores, each of which says what it would take"
        )
    else:
        text = "No score of quality can be compared"
    costs = [f"{side} costs less: {', '.join(names)}" for side in ("A", "B") if (names := _cheaper(rows, side))]
    return winner, ". ".join([text, *costs]) + "."


def size(value: float, ratio: bool) -> str:
    """Write a difference, or a factor."""
    return f"×{value:.2f}" if ratio else f"{value:.3f}" if abs(value) < 10 else f"{value:.4g}"


@dataclass(frozen=True, slots=True)
class _Draft:
    """A score of both runs before it is known how many are compared with it."""

    score: Score
    metric: str
    a: Estimate
    b: Estimate
    difference: Difference
    method: str
    differing: int = 0

    @property
    def ratio(self) -> bool:
        return self.score.unit == "s"

    @property
    def alike(self) -> bool:
        same = 1.0 if self.ratio else 0.0
        return self.difference.low == self.difference.high == same

    @property
    def tested(self) -> bool:
        return self.score.better != "neither" and not math.isnan(self.difference.p) and not self.alike


def _draft(metric: Metric, score: Score, a: Sequence[Scores], b: Sequence[Scores]) -> _Draft | None:
    pairs = [
        (x, y) for x, y in zip(a, b, strict=True) if x.get(score.name) is not None and y.get(score.name) is not None
    ]
    rows_a, rows_b = [x for x, _ in pairs], [y for _, y in pairs]
    one, two = score.aggregate(rows_a, score.name, 0), score.aggregate(rows_b, score.name, 0)
    if one.n == 0 or two.n == 0:
        return None
    values = numbers(rows_a, score.name), numbers(rows_b, score.name)
    if score.aggregate in (mean, share) and score.high == 1.0 and {*values[0], *values[1]} <= {0.0, 1.0}:
        differing = sum(x != y for x, y in zip(*values, strict=True))
        return _Draft(score, metric.name, one, two, mcnemar(*values), _MCNEMAR, differing)
    difference = paired(one, two, ratio=score.unit == "s")
    method = "paired bootstrap" if not math.isnan(difference.p) else ""
    return _Draft(score, metric.name, one, two, difference, method)


def _judged(drafts: Sequence[_Draft]) -> list[Row]:
    tested = [draft for draft in drafts if draft.tested]
    adjusted = holm([draft.difference.p for draft in tested])
    p_values = {draft.score.name: p for draft, p in zip(tested, adjusted, strict=True)}
    return [_row(draft, p_values.get(draft.score.name, math.nan), len(tested)) for draft in drafts]


def _row(draft: _Draft, p: float, tests: int) -> Row:
    score, found = draft.score, draft.difference
    needed = _needed(draft, tests) if draft.tested else math.nan
    winner: Winner = ""
    if p < LEVEL:
        winner = "B" if (found.value > (1.0 if draft.ratio else 0.0)) == (score.better == "higher") else "A"
    if winner:
        verdict = f"{winner} is better"
    elif draft.tested:
        takes = f"it would take {size(needed, draft.ratio)}" if needed < math.inf else "too few samples for any"
        verdict = f"no difference shown ({takes})"
    else:
        verdict = "equal" if draft.alike else "not tested"
    return Row(
        *(score.name, draft.metric, draft.a, draft.b, found, draft.ratio, draft.method, p, needed, winner, verdict)
    )


def _needed(draft: _Draft, tests: int) -> float:
    """Return about the smallest difference that the strictest step of Holm's method shows; a factor for a ratio.

    Of the bootstrap it is the half of the interval towards no difference, widened as a normal distribution asks.
    """
    found, level = draft.difference, LEVEL / tests
    if draft.method == _MCNEMAR:
        return needed if (needed := mcnemar_needed(draft.differing, found.n, level)) <= 1 else math.inf
    if least_p(found.n) >= level:
        return math.inf
    value, low, high = (math.log(x) if draft.ratio else x for x in (found.value, found.low, found.high))
    half = max(high - value if value <= 0 else 0.0, value - low if value >= 0 else 0.0)
    needed = half * NormalDist().inv_cdf(1 - level / 2) / NormalDist().inv_cdf(1 - LEVEL / 2)
    return math.exp(needed) if draft.ratio else needed


def _cheaper(rows: Sequence[Row], side: str) -> list[str]:
    return [row.name for row in rows if row.metric == COST and row.winner == side]
