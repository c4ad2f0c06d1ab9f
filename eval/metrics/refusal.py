"""Whether a system answers what it should and refuses what it should, and whether the answers are right."""

from __future__ import annotations

import re
from collections.abc import Sequence

from eval.metrics.citations import cites_gold
from eval.metrics.registry import Score, Scores, metric, share
from eval.sample import Case
from eval.tools import Tools

_MARKER = re.compile(r"\s*\[\d+\]")


@metric(
    "refusal",
    Score("refusal_correct", "Answered where the notes hold an answer, refused where they do not.", share),
    Score("answered_share", "Answered, of the questions that the notes answer.", share),
    Score("refused_share", "Refused, of the questions that the notes do not answer.", share),
    needs=["answerable"],
)
def refusal(cases: Sequence[Case], tools: Tools) -> list[Scores]:
    """Score the decision alone; an answer may still be wrong."""
    return [_decision(case) for case in cases]


@metric(
    "right",
    Score("must_hit", "The answer has one alternative of everything that a right one must say.", share),
    Score("right_and_cited", "It has, and it cites a section that holds the answer.", share),
    needs=["must"],
    signature=lambda tools: "lower case, citation markers left out",
)
def right(cases: Sequence[Case], tools: Tools) -> list[Scores]:
    """Score answers by the facts that they name; a refusal names none."""
    cited = any(case.output.citations for case in cases)
    return [
        {"must_hit": float(hit)}
        | ({"right_and_cited": float(hit and cites_gold(case))} if cited and case.sample.gold else {})
        for case in cases
        for hit in [must_hit(case)]
    ]


def must_hit(case: Case) -> bool:
    """Say whether an answer has one alternative of every group of ``Sample.must``, and is no refusal."""
    said = _MARKER.sub("", case.output.prediction).casefold()
    return not case.output.refused and all(
        any(alternative.casefold() in said for alternative in group) for group in case.sample.must
    )


def _decision(case: Case) -> Scores:
    refused = case.output.refused
    name = "answered_share" if case.sample.answerable else "refused_share"
    right = float(refused is not case.sample.answerable)
    return {"refusal_correct": right, name: right}
