"""Detectors: rates of true and false alarms, the area under the ROC curve, and thresholds.

A sample's ``key`` is ``("positive",)`` where the detector should flag it, else ``("negative",)``. An output flags by
the letter ``positive`` and says how sure it is in ``probabilities["positive"]``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.errors import InputError
from eval.metrics.registry import Score, Scores, metric, share
from eval.sample import Case
from eval.stats import Draws, Estimate, Seed, bootstrap_of, wilson
from eval.tools import Tools

POSITIVE, NEGATIVE = "positive", "negative"


def area(rows: Sequence[Scores], name: str, seed: Seed) -> Estimate:
    """Return the area under the ROC curve of ``[score, label]`` pairs, with a bootstrap interval.

    It is the share of pairs of a positive and a negative case in which the positive one scores higher, ties counted
    half (Hanley and McNeil 1982), here from the sum of ranks. NaN where one of the classes is empty.
    """
    from scipy.stats import rankdata

    pairs = np.array([pair for row in rows if isinstance(pair := row.get(name), list)], float).reshape(-1, 2)

    def auc(draws: Draws) -> NDArray[np.float64]:
        ranks, labels = rankdata(pairs[draws, 0], axis=-1), pairs[draws, 1]
        positive, negative = labels.sum(axis=-1), (1 - labels).sum(axis=-1)
        above = (ranks * labels).sum(axis=-1) - positive * (positive + 1) / 2
        nothing = np.full(len(draws), math.nan)
        return np.asarray(np.divide(above, positive * negative, out=nothing, where=positive * negative > 0))

    return bootstrap_of(len(pairs), auc, 2_000, seed)


@metric(
    "detection",
    Score("true_positive_rate", "Share of positive samples that are flagged.", share),
    Score("false_positive_rate", "Share of negative samples that are flagged.", share, better="lower"),
    Score("roc_auc", "Chance that a positive sample scores above a negative one.", area),
    needs=["key"],
)
def detection(cases: Sequence[Case], tools: Tools) -> list[Scores]:
    """Score flags and probabilities; samples of another kind of key are passed over."""
    return [_score(case) for case in cases]


def _score(case: Case) -> Scores:
    if case.sample.key not in ((POSITIVE,), (NEGATIVE,)):
        return {}
    positive = case.sample.key == (POSITIVE,)
    rate = "true_positive_rate" if positive else "false_positive_rate"
    scores: dict[str, float | list[float]] = {rate: float(POSITIVE in case.output.letters)}
    if POSITIVE in case.output.probabilities:
        scores["roc_auc"] = [case.output.probabilities[POSITIVE], float(positive)]
    return scores


@dataclass(frozen=True, slots=True)
class Threshold:
    """Flag from this score on; infinite where no threshold keeps the promise. The rates are of the data it is from."""

    value: float
    true_positives: Estimate
    false_positives: Estimate


def threshold_at(scores: Sequence[float], labels: Sequence[bool], max_fpr: float) -> Threshold:
    """Return the lowest threshold whose share of flagged negatives is at most ``max_fpr``.

    Choose it on development data: on the data that chose it, its rates look better than they are.

    Raises:
        InputError: there is no positive or no negative sample.

    """
    given, positive = np.asarray(scores, float), np.asarray(labels, bool)
    if positive.all() or not positive.any():
        raise InputError("A threshold needs positive and negative samples. Add samples of the kind that is missing.")
    kept = [t for t in np.unique(given) if (given[~positive] >= t).mean() <= max_fpr]
    value = float(kept[0]) if kept else math.inf
    flagged = given >= value
    return Threshold(
        value,
        wilson(int(flagged[positive].sum()), int(positive.sum())),
        wilson(int(flagged[~positive].sum()), int((~positive).sum())),
    )
