"""Do the notes cover a question? Decided in code, by measured weights, in three places.

1. Before the model reads anything, from the signs of the search: what is plainly far away costs no waiting.
2. At the model's first token, with how likely the model finds it to reply that the passages lack the answer.
3. When the answer is written, with how well a passage supports it: an answer that none supports is withdrawn.

Each is a logistic regression over the signs below, fitted on the ``dev`` half of ``eval/data/answers.jsonl`` by
``python -m eval.bench.coverage``; ``etude eval run qa --notes FOLDER`` says what they give on the ``test`` half.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import asdict, dataclass, replace

from knowledge.keyword import share_known, stems, weigh_stems
from knowledge.search import EmptyHeading, Hit
from knowledge.split import embedding_text

NOT_IN_NOTES = "NOT IN NOTES"
"""What the prompt asks the model to reply when the passages lack the answer."""

_NAME = re.compile(r"\b(?:[A-Z][\w.+#-]*[A-Z0-9][\w.+#-]*|[A-Z][a-z]{2,})\b")
_ASKING = frozenset(
    stems(
        "what which who whom whose when where why how much many long often name list give tell explain describe define "
        "mean meaning difference between compare example use used using need want can could would should does do did "
        "one two three four five thing things way ways kind kinds type types help work works call called make made "
        "have has get good best say said according notes note please"
    )
)


@dataclass(frozen=True, slots=True)
class Signs:
    """What speaks for and against an answer in the notes.

    ``score`` is that of the best passage, about 0 to 1. ``subject`` is the share of the question's content stems that
    the passages have, and ``names`` the share of its capitalised names, rare ones counting more. ``gap`` is by how
    much a heading with nothing under it is nearer to the question than any passage. ``denied`` is the log-odds, over
    10, of the model's "not in notes"; ``support`` how well a passage supports the best sentence of the answer.
    """

    score: float
    subject: float
    names: float
    gap: float
    denied: float = 0.0
    support: float = 0.0


@dataclass(frozen=True, slots=True)
class Regression:
    """A logistic regression: log-odds that the notes cover the question, and the log-odds from which they count."""

    weights: Mapping[str, float]
    intercept: float
    threshold: float

    def odds(self, signs: Signs) -> float:
        """Return the log-odds that the notes cover the question."""
        values = asdict(signs)
        return self.intercept + float(sum(weight * values[name] for name, weight in self.weights.items()))


EMPTY_IS_NEARER = 0.02
"""A ``gap`` above this says that the notes have only a heading for the question: of 130 dev questions that the notes
cover one has a gap at all, of 0.002; of 40 that they do not cover five have one of 0.03 or more."""
USUAL_DENIAL = -1.15
"""Median over covered questions; stands in where a model's own odds are not to be had or were not measured."""

# Ten-fold on the dev questions: keeps 129 of 130, refuses 22 of 40 (24 together with EMPTY_IS_NEARER).
SEARCH = Regression({"score": 7.42, "subject": 3.33, "names": 2.31, "gap": -1.91}, -6.12, -0.59)
# Keeps 50 of 50, refuses 29 of 40 (31).
READ = Regression({"score": 5.61, "subject": 5.52, "names": 2.34, "gap": -0.85, "denied": -2.87}, -9.94, -2.05)
# Keeps 50 of 50, refuses 37 of 40 (39).
WRITTEN = Regression(
    {"score": 2.85, "subject": 4.54, "names": 2.16, "gap": -0.94, "denied": -1.07, "support": 5.90}, -10.11, -0.93
)


def read_signs(
    question: str, hits: Sequence[Hit], rarity: Mapping[str, float], empty_headings: Sequence[EmptyHeading]
) -> Signs:
    """Measure the signs of the search.

    Args:
        question: as it was searched.
        hits: the passages that the model would read, best first.
        rarity: inverse document frequency by stem; a stem that is not there is the rarest.
        empty_headings: headings that have nothing under them. One whose words all stand in the heading path of a
            passage is passed over: "Vector databases" is empty, but "Vector databases - Types" follows it.

    """
    text = "\n".join(embedding_text(hit.chunk) for hit in hits)
    nearest = max((max(hit.scores["dense"], hit.scores["sentence"]) for hit in hits), default=0.0)
    titles = [set(stems(" ".join(hit.chunk.heading))) for hit in hits]
    empty = max(
        (cosine for cosine, _, path in empty_headings if not any(set(stems(path[-1])) <= title for title in titles)),
        default=0.0,
    )
    asked = {stem for stem in stems(question) if stem not in _ASKING}
    # A capital at the beginning of the question says nothing.
    names = {stem for name in _NAME.findall(question[:1].lower() + question[1:]) for stem in stems(name)}
    return Signs(
        score=hits[0].score if hits else 0.0,
        subject=_share(asked, text, rarity),
        names=_share(names, text, rarity),
        gap=max(0.0, empty - nearest),
    )


def _share(wanted: Set[str], text: str, rarity: Mapping[str, float]) -> float:
    return share_known(weigh_stems(wanted, rarity), set(stems(text)), of_none=1.0)


def log_odds(probability: float) -> float:
    """Return the log-odds of a probability over 10, kept inside -1 to 1."""
    probability = min(max(probability, 1e-5), 1 - 1e-5)
    return math.log(probability / (1 - probability)) / 10


def with_denial(signs: Signs, probability: float | None) -> Signs:
    """Add how likely the model finds it that the passages lack the answer; None when the back end gives no odds."""
    return replace(signs, denied=USUAL_DENIAL if probability is None else log_odds(probability))


def covered_by_search(signs: Signs) -> bool:
    """Say whether it is worth asking the model."""
    return signs.gap <= EMPTY_IS_NEARER and SEARCH.odds(signs) > SEARCH.threshold


def covered_after_reading(signs: Signs) -> bool:
    """Say whether the answer that the model begins to write should be shown."""
    return READ.odds(signs) > READ.threshold


def covered_when_written(signs: Signs, support: float) -> bool:
    """Say whether the answer may stay."""
    return WRITTEN.odds(replace(signs, support=support)) > WRITTEN.threshold
