"""How well ``assistant/guardrails/grounded.py`` tells the answer to a question from answers to other questions.

    python -m eval.bench.relevance [--fit]

Reads the answerable questions of ``eval/data/free_answers.jsonl`` and ``answers.jsonl``: each with its reference
(right) and with three references of other questions, drawn by a seed from the same half, whose gold sections differ
(wrong).
All are about the same few subjects, so that wrong ones are harder than a random text. ROC AUC has a bootstrap interval
over pairs (2,000 resamples), the shares Wilson's. References are short and well written: what a model writes is longer.

``--fit`` prints the weights: a logistic regression over the cosine on ``dev``, both classes weighted alike.
"""

from __future__ import annotations

import argparse
import random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.guardrails.grounded import INTERCEPT, SLOPE, relevance_of
from assistant.rooms import open_embedder
from assistant.settings import load_settings
from eval.metrics.detection import area
from eval.stats import wilson
from eval.suites.reference import DATA, read_jsonl
from knowledge.embed import Embedder

FILES = ("free_answers.jsonl", "answers.jsonl")
THRESHOLDS = (0.1, 0.3, 0.5)
WRONG = 3
"""Wrong answers for each question."""


def main() -> None:
    """Print the figures, or the weights."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--fit", action="store_true")
    embedder = open_embedder(load_settings())
    if parser.parse_args().fit:
        print(fit(*pairs("dev", embedder)))
        return
    print(f"slope {SLOPE}, intercept {INTERCEPT}\n")
    for split in ("dev", "test"):
        cosines, right = pairs(split, embedder)
        scores = [relevance_of(cosine) for cosine in cosines]
        rows = [{"auc": [score, float(label)]} for score, label in zip(scores, right, strict=True)]
        print(f"{split}: {right.sum()} right, {(~right).sum()} wrong pairs; AUC {area(rows, 'auc', 0)}")
        for threshold in THRESHOLDS:
            passed = np.array(scores) >= threshold
            shares = (wilson(int(passed[kind].sum()), int(kind.sum())) for kind in (right, ~right))
            print(f"  from {threshold}: right that pass {next(shares)}, wrong that pass {next(shares)}")


def pairs(split: str, embedder: Embedder) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the cosines of questions and answers of a half, and which are right pairs; ``(4n,)`` each."""
    rows = [row for file in FILES for row in read_jsonl(DATA / file) if row["answerable"] and row["split"] == split]
    asked = embedder.encode([row["question"] for row in rows])
    given = embedder.encode([row["reference"] for row in rows])
    draw = random.Random(0)
    numbers = [
        (number, other)
        for number, row in enumerate(rows)
        for other in (number, *draw.sample([n for n, other in enumerate(rows) if _apart(row, other)], WRONG))
    ]
    cosines = [float(asked[number] @ given[other]) for number, other in numbers]
    return np.array(cosines), np.array([number == other for number, other in numbers])


def fit(cosines: NDArray[np.float64], right: NDArray[np.bool_]) -> str:
    """Return the weights as Python."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=10, class_weight="balanced").fit(cosines[:, None], right)
    return f"SLOPE, INTERCEPT = {model.coef_[0][0]:.2f}, {model.intercept_[0]:.2f}"


def _apart(row: dict[str, Any], other: dict[str, Any]) -> bool:
    return bool(row["id"] != other["id"] and row["gold"] != other["gold"])


if __name__ == "__main__":
    main()
