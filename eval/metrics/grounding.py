"""Whether the passages that were read support what the answer says, by ``assistant/grounding.py``.

The scorer tells most wrong numbers, names and negations, and swapped statements in part; ``eval.bench.grounding``
prints how many. It looks at each passage alone, so that a sentence which joins two of them gets less than it is due.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache

from assistant.grounding import PROBABLE, Grounding, Source, read_source
from eval.metrics.registry import Score, Scores, metric
from eval.sample import Case, passages_read
from eval.tools import Tools
from knowledge.sentences import sentences

_MARKER = re.compile(r"\s*\[(\d{1,2})\](?!\()")

OpenSource = Callable[[str, str], Source]
"""``(name of a section, text of a passage)`` -> the passage, ready to be checked against."""


def _signature(tools: Tools) -> str:
    return f"{tools.embedder.name}, supported from {PROBABLE}"


@metric(
    "grounding",
    Score("grounded", "Share of the answer's sentences that a passage which was read supports."),
    Score("grounding_probability", "Mean probability that a sentence of the answer is supported."),
    needs=["prediction", "passages"],
    signature=_signature,
)
def grounding(cases: Sequence[Case], tools: Tools) -> list[Scores]:
    """Score answers. A refusal or an empty answer says nothing that could be supported: it is left out, and in no n."""
    open_source = source_opener(tools)
    return [{} if case.output.refused else _score(case, open_source, tools) for case in cases]


def answer_sentences(answer: str) -> list[tuple[str, tuple[int, ...]]]:
    """Return each sentence of an answer without its citation markers, and the numbers of these."""
    found = []
    for start, end in sentences(answer):
        words = _MARKER.sub("", answer[start:end]).strip()
        if any(letter.isalnum() for letter in words):
            found.append((words, tuple(int(number) for number in _MARKER.findall(answer[start:end]))))
    return found


def source_opener(tools: Tools) -> OpenSource:
    """Return what reads a passage of a section once, however many answers it stands behind."""

    @cache
    def open_source(section: str, text: str) -> Source:
        return read_source(re.sub(r"[-_]", " ", section.rpartition("#")[2]), text, tools.embedder)

    return open_source


def _score(case: Case, open_source: OpenSource, tools: Tools) -> Scores:
    sources = [
        open_source(passage.section, passage.text) for passage in passages_read(case.output) if passage.text.strip()
    ]
    said = [words for words, _ in answer_sentences(case.output.prediction)]
    if not sources or not said:
        return {}
    scorer = Grounding(case.sample.prompt, sources, tools.embedder)
    found = [scorer.probability(words) for words in said]
    return {
        "grounded": sum(probability >= PROBABLE for probability in found) / len(found),
        "grounding_probability": sum(found) / len(found),
    }
