"""Do the notes cover a question? Decided in code, by measured weights, in three places.

1. Before the model reads anything: the signs of the search alone say no.
2. At the model's first token: the same signs, and how likely the model finds it to reply that the passages lack the
   answer.
3. At the end: no sentence of the answer is supported by a passage.

``SEARCH`` and ``READ`` are logistic regressions over the signs below, fitted on the ``dev`` half of
``eval/data/answers.jsonl`` by ``python -m eval.bench.coverage``; ``python -m eval.bench.answers`` prints what they give
on the ``test`` half.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from knowledge.keyword import stems
from knowledge.search import Hit
from knowledge.split import embedding_text

NOT_IN_NOTES = "NOT IN NOTES"
"""What the prompt asks the model to reply when the passages lack the answer."""

_NAME = re.compile(r"\b(?:[A-Z][\w.+#-]*[A-Z0-9][\w.+#-]*|[A-Z][a-z]{2,})\b")
_ASKING = frozenset(
    stem
    for word in (
        "what which who whom whose when where why how many much long often name list give tell explain describe define "
        "mean meaning difference between compare example use used using need want can could would should does do did "
        "one two three four five thing things way ways kind kinds type types help work works call called make made "
        "have has get good best say said according notes note please"
    ).split()
    for stem in stems(word)
)


@dataclass(frozen=True, slots=True)
class Signs:
    """What speaks for and against an answer in the notes; every field 0 to 1, more is better, except the last two.

    ``subject`` is the share of the question's content stems that the passages have, rare ones counting more;
    ``names`` the share of its capitalised names that they have. ``gap`` is by how much a heading with nothing under
    it is nearer to the question than any passage; ``denied`` the log-odds, over 10, of the model's "not in notes".
    """

    score: float
    dense: float
    sentence: float
    late: float
    subject: float
    names: float
    gap: float
    denied: float = 0.0


def read_signs(question: str, hits: Sequence[Hit], rarity: Mapping[str, float], empty_heading: float) -> Signs:
    """Measure the signs of the search.

    Args:
        question: as it was searched.
        hits: the passages that the model would read, best first.
        rarity: inverse document frequency by stem; a stem that is not there is the rarest.
        empty_heading: best cosine of the question with a heading that has nothing under it.

    """
    best = {name: max((hit.scores[name] for hit in hits), default=0.0) for name in ("dense", "sentence", "late")}
    text = "\n".join(embedding_text(hit.chunk) for hit in hits)
    known = set(stems(text))
    asked = [stem for stem in dict.fromkeys(stems(question)) if stem not in _ASKING]
    rarest = max(rarity.values(), default=1.0)
    weights = {stem: rarity.get(stem, rarest) for stem in asked}
    subject = sum(w for stem, w in weights.items() if stem in known) / sum(weights.values()) if weights else 1.0
    names = [name for name in _NAME.findall(question[:1].lower() + question[1:])]
    lowered = text.casefold()
    named = sum(name.casefold().rstrip("s") in lowered for name in names) / len(names) if names else 1.0
    return Signs(
        score=hits[0].score if hits else 0.0,
        dense=best["dense"],
        sentence=best["sentence"],
        late=best["late"],
        subject=subject,
        names=named,
        gap=max(0.0, empty_heading - max(best["dense"], best["sentence"])),
    )


def log_odds(probability: float) -> float:
    """Return the log-odds of a probability over 10, kept inside -1 to 1."""
    probability = min(max(probability, 1e-5), 1 - 1e-5)
    return math.log(probability / (1 - probability)) / 10
