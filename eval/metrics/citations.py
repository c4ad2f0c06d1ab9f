"""Whether citations hold: whether the cited passage supports the sentence that its marker stands behind.

Etude puts its markers in with the quicker score of the same scorer (``assistant/grounding.py``), so that an error
which both share flatters Etude; ``cites_gold`` is free of that.
"""

from __future__ import annotations

from collections.abc import Sequence

from assistant.grounding import PROBABLE, Grounding
from eval.metrics.grounding import OpenSource, answer_sentences, source_opener
from eval.metrics.registry import Score, Scores, metric, share
from eval.sample import Case
from eval.tools import Tools


@metric(
    "citations",
    Score("citation_precision", "Share of an answer's citation markers whose passage supports the sentence."),
    Score("citation_coverage", "Share of an answer's sentences that have a marker whose passage supports them."),
    Score("cites_gold", "A section that holds the answer is cited; a refusal cites none.", share),
    signature=lambda tools: f"{tools.embedder.name}, supported from {PROBABLE}",
)
def citations(cases: Sequence[Case], tools: Tools) -> list[Scores]:
    """Score the citations; a system that cites nothing in any case is not one that cites.

    A refusal or an empty answer has no sentence that could be covered and no marker that could hold, so that only
    ``cites_gold`` counts it, as 0.
    """
    if not any(case.output.citations for case in cases):
        return [{} for _ in cases]
    open_source = source_opener(tools)
    return [_held(case, open_source, tools) | _gold(case) for case in cases]


def cites_gold(case: Case) -> bool:
    """Say whether a cited section is among those that hold the answer."""
    return any(cited.section in case.sample.gold for cited in case.output.citations)


def _gold(case: Case) -> dict[str, float]:
    if not case.sample.gold or case.sample.answerable is False:
        return {}
    return {"cites_gold": float(not case.output.refused and cites_gold(case))}


def _held(case: Case, open_source: OpenSource, tools: Tools) -> dict[str, float]:
    """Return precision and coverage; a marker without a passage supports nothing."""
    said = answer_sentences(case.output.prediction)
    if case.output.refused or not said:
        return {}
    scorers = {
        cited.marker: Grounding(case.sample.prompt, [open_source(cited.section, cited.text)], tools.embedder)
        for cited in case.output.citations
        if cited.text.strip()
    }
    held = [
        [marker in scorers and scorers[marker].probability(words) >= PROBABLE for marker in markers]
        for words, markers in said
    ]
    markers = [value for values in held for value in values]
    found = {"citation_coverage": sum(any(values) for values in held) / len(held)}
    return found | ({"citation_precision": sum(markers) / len(markers)} if markers else {})
