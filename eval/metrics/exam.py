"""Multiple-choice answers: accuracy, partial credit, the scaled score, and whether probabilities can be believed.

Accuracy by domain is that of the samples' categories, which every summary has.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.exam.grade import HIGHEST, LOWEST, scaled_score
from eval.metrics.registry import Score, Scores, metric, share
from eval.sample import Case
from eval.stats import Draws, Estimate, Seed, bootstrap_of
from eval.tools import Tools

_BINS = 10


def calibration_error(rows: Sequence[Scores], name: str, seed: Seed) -> Estimate:
    """Return the expected calibration error of ``[confidence, right]`` pairs, with a bootstrap interval.

    The mean over cases of |share right - mean confidence| in the case's bin, ten bins of equal width (Guo et al. 2017,
    https://arxiv.org/abs/1706.04599). It leans upwards where bins hold few cases.
    """
    pairs = np.array([pair for row in rows if isinstance(pair := row.get(name), list)], float).reshape(-1, 2)
    bins = np.minimum((pairs[:, 0] * _BINS).astype(int), _BINS - 1)
    gaps = (pairs[:, 1] - pairs[:, 0]) * (bins == np.arange(_BINS)[:, None])

    def error(draws: Draws) -> NDArray[np.float64]:
        found = np.array([np.abs(gap[draws].sum(axis=-1)) for gap in gaps], float)
        return np.asarray(found.sum(axis=0) / draws.shape[-1])

    return bootstrap_of(len(pairs), error, 2_000, seed)


def scaled(rows: Sequence[Scores], name: str, seed: Seed) -> Estimate:
    """Return accuracy and the ends of its interval on the scale of the exam; like accuracy, but for the numbers."""
    found = share(rows, "accuracy", seed)
    value, low, high = (LOWEST + (HIGHEST - LOWEST) * x for x in (found.value, found.low, found.high))
    return Estimate(value, low, high, found.n)


@metric(
    "exam",
    Score("accuracy", "The letters are those of the key, all of them and no other.", share),
    Score("accuracy_single", "Accuracy on questions with one right answer.", share),
    Score("accuracy_multiple", "Accuracy on questions with several right answers.", share),
    Score("partial_credit", "Several right answers: (right - wrong letters) / letters of the key, not below 0."),
    Score("scaled_score", "Accuracy from 100 to 1000 on a straight line.", scaled, low=LOWEST, high=HIGHEST),
    Score("brier", "One right answer: squared error of all options' probabilities, summed.", better="lower", high=2.0),
    Score(
        "calibration_error",
        "One right answer: gap between confidence in the chosen letter and how often it is right.",
        calibration_error,
        better="lower",
    ),
    needs=["key", "options"],
    signature=lambda tools: f"Brier 1950; calibration error in {_BINS} bins",
)
def exam(cases: Sequence[Case], tools: Tools) -> list[Scores]:
    """Score letters against the key. No letter is a wrong answer; probabilities are scored where there are any."""
    return [{**_letters(case), **_probabilities(case)} for case in cases]


def _letters(case: Case) -> Scores:
    given, key = set(case.output.letters), set(case.sample.key)
    right = given == key
    scores: dict[str, float] = {"accuracy": float(right), "scaled_score": float(scaled_score(int(right), 1))}
    if case.sample.choose == 1:
        return scores | {"accuracy_single": float(right)}
    credit = max(0.0, (len(given & key) - len(given - key)) / len(key))
    return scores | {"accuracy_multiple": float(right), "partial_credit": credit}


def _probabilities(case: Case) -> Scores:
    given = case.output.probabilities
    if not given or case.sample.choose != 1:
        return {}
    errors = [(given.get(letter, 0.0) - (letter in case.sample.key)) ** 2 for letter in case.sample.options]
    likely = max(given, key=lambda letter: given[letter])
    return {"brier": sum(errors), "calibration_error": [given[likely], float(likely in case.sample.key)]}
