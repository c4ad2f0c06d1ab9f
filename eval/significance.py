"""The scores of two runs over the same samples: which is better at what, and whether that could be chance.

A score of 0 or 1 is compared by McNemar's exact test, any other by the paired bootstrap of its own aggregate, times as
the ratio B / A. Where samples ask one question in several wordings, questions are drawn instead, for every score.

The few primary scores of a suite decide which run is better: their p values are adjusted together (Holm), and so are
those of cost. A difference counts when its adjusted p is below 0.05; where it does not, the verdict says which size it
would have taken. All other scores are exploratory: they show their own p, and decide nothing.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Literal

from eval.metrics.registry import Metric, Score, Scores, mean, metrics, numbers, share
from eval.stats import Difference, Estimate, holm, least_p, mcnemar, mcnemar_needed, paired

LEVEL = 0.05
_MCNEMAR, _BOOTSTRAP, _BY_QUESTION = "McNemar, exact", "paired bootstrap", "paired bootstrap over questions"
COST = "cost"
"""The metric whose scores say nothing about quality."""

_ANSWERS = ("must_hit", "right_and_cited", "refusal_correct", "bertscore_f1")
PRIMARY: Mapping[str, Sequence[str]] = {
    "qa": _ANSWERS,
    "own": ("accuracy", *_ANSWERS),
    "exam": ("accuracy",),
    "retrieval": ("recall@5", "mrr", "ndcg@10"),
    "robustness": ("same_outcome", "still_right", "must_hit"),
}
"""The scores that decide, by suite. Adjusted together with dozens that say nearly the same, none would show much."""

Winner = Literal["A", "B", ""]


@dataclass(frozen=True, slots=True)
class Row:
    """A score of both runs over the samples that have it in both.

    ``difference`` is B minus A, or B / A where ``ratio`` is set. ``needed`` is about the smallest difference (or
    factor) that this many pairs could have shown after the adjustment; infinite where they are too few to show any.
    Where ``exploratory`` is set nothing is adjusted: ``adjusted`` is NaN and there is no winner. NaN where nothing can
    be tested.
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
    exploratory: bool = False


def compare_scores(
    a: Sequence[Scores],
    b: Sequence[Scores],
    questions: Sequence[str],
    primary: Collection[str] = (),
    skipped: Collection[str] = (),
) -> list[Row]:
    """Compare every score that both runs have: the primary ones, then the exploratory ones, then costs.

    Args:
        a: the scores of A, a mapping for each sample.
        b: the scores of B for the same samples in the same order.
        questions: what each sample asks (`Sample.question`).
        primary: the scores that decide; where the runs have none of them, every score of quality does.
        skipped: metrics that are left out.

    """
    drafts = [
        draft
        for metric in metrics().values()
        if metric.name not in skipped
        for score in metric.scores
        if not score.hidden and (draft := _draft(metric, score, a, b, questions))
    ]
    costs = [draft for draft in drafts if draft.metric == COST]
    quality = [draft for draft in drafts if draft.metric != COST]
    deciding = [draft for draft in quality if draft.score.name in primary] or quality
    exploratory = [_row(draft, math.nan, 1) for draft in quality if draft not in deciding]
    return [*_family(deciding), *exploratory, *_family(costs)]


def over_all(rows: Sequence[Row], pairs: int, lost: tuple[int, int] = (0, 0)) -> tuple[Winner, str]:
    """Return which run is better in quality and the verdict in words; costs are told apart.

    ``lost`` are how many of the samples gave an error in A and in B. They are in no score, so a run that loses more may
    look better than it is, and the verdict says so.
    """
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
    uneven = [f"Of these samples A lost {lost[0]} and B lost {lost[1]} to errors, which no score counts"]
    costs = [f"{side} costs less: {', '.join(names)}" for side in ("A", "B") if (names := _cheaper(rows, side))]
    return winner, ". ".join([text, *(uneven if lost[0] != lost[1] else []), *costs]) + "."


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
    units: int
    """Pairs, or questions where several pairs ask one."""
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


def _draft(
    metric: Metric, score: Score, a: Sequence[Scores], b: Sequence[Scores], questions: Sequence[str]
) -> _Draft | None:
    both = [
        (x, y, question)
        for x, y, question in zip(a, b, questions, strict=True)
        if x.get(score.name) is not None and y.get(score.name) is not None
    ]
    rows_a, rows_b, asked = [x for x, _, _ in both], [y for _, y, _ in both], [question for _, _, question in both]
    units = len(set(asked))
    # A share keeps no resamples, which pairs of questions need; the mean of zeros and ones is the same.
    joined = replace(score, aggregate=mean) if score.aggregate is share else score
    one, two = joined.estimate(rows_a, 0, asked), joined.estimate(rows_b, 0, asked)
    if one.n == 0 or two.n == 0:
        return None
    values = numbers(rows_a, score.name), numbers(rows_b, score.name)
    zero_or_one = joined.aggregate is mean and score.high == 1.0 and {*values[0], *values[1]} <= {0.0, 1.0}
    if zero_or_one and units == len(both):
        differing = sum(x != y for x, y in zip(*values, strict=True))
        return _Draft(score, metric.name, one, two, mcnemar(*values), _MCNEMAR, units, differing)
    difference = paired(one, two, ratio=score.unit == "s", groups=units)
    method = _BOOTSTRAP if units == len(both) else _BY_QUESTION
    return _Draft(score, metric.name, one, two, difference, "" if math.isnan(difference.p) else method, units)


def _family(drafts: Sequence[_Draft]) -> list[Row]:
    """Return the rows of scores whose p values are adjusted together."""
    tested = [draft for draft in drafts if draft.tested]
    adjusted = holm([draft.difference.p for draft in tested])
    p_values = {draft.score.name: p for draft, p in zip(tested, adjusted, strict=True)}
    return [_row(draft, p_values.get(draft.score.name, math.nan), len(tested)) for draft in drafts]


def _row(draft: _Draft, p: float, tests: int) -> Row:
    """Return a row; ``p`` is the adjusted one, NaN for an exploratory score."""
    score, found = draft.score, draft.difference
    needed = _needed(draft, tests) if draft.tested else math.nan
    exploratory = draft.tested and math.isnan(p)
    higher: Winner = "B" if (found.value > (1.0 if draft.ratio else 0.0)) == (score.better == "higher") else "A"
    winner: Winner = higher if p < LEVEL else ""
    if winner:
        verdict = f"{winner} is better"
    elif exploratory and found.p < LEVEL:
        verdict = f"{higher} looks better (exploratory)"
    elif draft.tested:
        takes = f"it would take {size(needed, draft.ratio)}" if needed < math.inf else "too few samples for any"
        verdict = f"no difference shown ({takes})"
    else:
        verdict = "equal" if draft.alike else "not tested"
    return Row(
        *(score.name, draft.metric, draft.a, draft.b, found, draft.ratio, draft.method, p, needed, winner, verdict),
        exploratory=exploratory,
    )


def _needed(draft: _Draft, tests: int) -> float:
    """Return about the smallest difference that the strictest step of Holm's method shows; a factor for a ratio.

    Of the bootstrap it is the half of the interval towards no difference, widened as a normal distribution asks.
    """
    found, level = draft.difference, LEVEL / tests
    if draft.method == _MCNEMAR:
        return needed if (needed := mcnemar_needed(draft.differing, found.n, level)) <= 1 else math.inf
    if least_p(draft.units) >= level:
        return math.inf
    value, low, high = (math.log(x) if draft.ratio else x for x in (found.value, found.low, found.high))
    half = max(high - value if value <= 0 else 0.0, value - low if value >= 0 else 0.0)
    needed = half * NormalDist().inv_cdf(1 - level / 2) / NormalDist().inv_cdf(1 - LEVEL / 2)
    return math.exp(needed) if draft.ratio else needed


def _cheaper(rows: Sequence[Row], side: str) -> list[str]:
    return [row.name for row in rows if row.metric == COST and row.winner == side]
