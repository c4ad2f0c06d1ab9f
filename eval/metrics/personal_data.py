"""Personal data: how much of it was found, and how much of what was found is personal data.

What counts is said in ``assistant/guardrails/agreement.py``. Spans are counted over all texts, so that a text with many
weighs more; the bootstrap draws texts.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.guardrails.agreement import Agreement
from eval.metrics.registry import Score, Scores, metric
from eval.sample import Case
from eval.stats import Draws, Estimate, Seed, bootstrap_of
from eval.tools import Tools


def ratio(rows: Sequence[Scores], name: str, seed: Seed) -> Estimate:
    """Return the sum of the first over the sum of the second of ``[part, whole]`` pairs, with a bootstrap interval."""
    pairs = np.array([pair for row in rows if isinstance(pair := row.get(name), list)], float).reshape(-1, 2)

    def share(draws: Draws) -> NDArray[np.float64]:
        parts, wholes = pairs[draws, 0].sum(axis=-1), pairs[draws, 1].sum(axis=-1)
        nothing = np.full(len(draws), math.nan)
        return np.asarray(np.divide(parts, wholes, out=nothing, where=wholes > 0))

    return bootstrap_of(len(pairs), share, 2_000, seed)


@metric(
    "personal_data",
    Score("pii_recall", "Share of the marked spans that were found, with their type.", ratio),
    Score("pii_hidden", "Share of the marked spans of which a mask would leave nothing.", ratio),
    Score("pii_precision", "Share of the findings that are right.", ratio),
    needs=["spans"],
)
def personal_data(cases: Sequence[Case], tools: Tools) -> list[Scores]:
    """Score spans; a text without any, where nothing was found, has no score."""
    return [_score(case) for case in cases]


def _score(case: Case) -> Scores:
    counts = Agreement()
    counts.add(case.sample.prompt, case.output.spans, case.sample.spans)
    marked, found = float(counts.marked.total()), float(counts.found.total())
    scores: dict[str, list[float]] = {}
    if marked:
        scores["pii_recall"] = [float(counts.caught.total()), marked]
        scores["pii_hidden"] = [float(counts.hidden.total()), marked]
    if found:
        scores["pii_precision"] = [float(counts.right.total()), found]
    return scores
