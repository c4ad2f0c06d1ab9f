"""Exact match and token F1 with SQuAD's normalisation (Rajpurkar et al. 2016, https://arxiv.org/abs/1606.05250)."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence

from eval.metrics.registry import Score, Scores, metric, share
from eval.sample import Case
from eval.tools import Tools

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


def normalize(text: str) -> str:
    """Lower the case, drop punctuation and English articles, and join words by single spaces."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


@metric(
    "exact",
    Score("exact_match", "The answer is a reference, but for case, punctuation and articles.", share),
    Score("token_f1", "Harmonic mean of precision and recall of words against the best reference."),
    needs=["references"],
    signature=lambda tools: "SQuAD 1.1 normalisation|best reference|two empty texts agree, as in SQuAD 2.0",
)
def exact(cases: Sequence[Case], tools: Tools) -> list[Scores]:
    """Score predictions against the best of their references."""
    return [
        {
            "exact_match": float(any(normalize(given) == normalize(r) for r in case.sample.references)),
            "token_f1": max(token_f1(given, reference) for reference in case.sample.references),
        }
        for case in cases
        for given in [case.output.prediction]
    ]


def token_f1(prediction: str, reference: str) -> float:
    """Return the F1 of the bags of normalised words; two empty texts agree."""
    given, wanted = normalize(prediction).split(), normalize(reference).split()
    if not given or not wanted:
        return float(given == wanted)
    common = sum((Counter(given) & Counter(wanted)).values())
    return 2 * common / (len(given) + len(wanted))
