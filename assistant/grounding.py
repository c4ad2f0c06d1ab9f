"""Does a passage support a sentence? One score, shared by citations, refusals and guardrails.

The score of a sentence against a passage joins three signs, each 0 to 1:

- **recall**: share of the sentence's content stems that the passage has, where stems that the question already had
  count less: repeating the question proves nothing;
- **similarity**: the best cosine of the sentence with one sentence of the passage, both with their subject in front
  (question or heading), so that a bare "$0.0025" can be compared;
- **agreement**: numbers that stand neither in the passage nor in the question, and names that do not stand in the
  passage, cost most of the score; a negation on one side only costs some. A name that the question brought and the
  passage lacks costs most: what the passage says is then said of something else.

It does not see logic: a sentence that joins true words of a passage in a wrong way can pass.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.embed import Embedder, Vectors
from knowledge.keyword import stems

SUPPORTED = 0.55
"""Score from which a sentence counts as supported; see ``eval/data/README.md`` for the questions it was chosen on."""

_MOST_USED = 12
"""Sentences of one passage that one sentence of an answer can draw on: a list answer draws on many."""

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_NAME = re.compile(r"\b(?:[A-Z][A-Za-z]*[A-Z0-9][A-Za-z0-9]*|[A-Z][a-z]{2,})\b")
_NEGATION = re.compile(r"\b(?:not|no|never|cannot|without|none|neither)\b|n[’']t\b", re.IGNORECASE)
_COMMON = re.compile(
    r"(?:The|This|That|These|Those|There|They|It|In|On|For|With|When|While|Yes|No|You|Your|Use|Used|Using|One|Two|"
    r"Both|An|As|If|By|To|Its|Also|Each|From|Based|Example|Note|Notes|According|Because)$"
)


@dataclass(frozen=True, slots=True)
class Source:
    """A passage to check against: its heading and sentences as words, and their unit vectors, one row a sentence."""

    heading: str
    sentences: tuple[str, ...]
    vectors: Vectors


@dataclass(frozen=True, slots=True)
class Support:
    """How well one passage supports a sentence; ``used`` are the numbers of the passage's sentences that do."""

    source: int
    score: float
    used: tuple[int, ...]


class Grounding:
    """Scores sentences of one answer against the passages that the model read."""

    def __init__(self, question: str, sources: Sequence[Source], embedder: Embedder) -> None:
        self._question = question
        self._asked = set(stems(question))
        self._sources = sources
        self._embedder = embedder
        self._texts = [f"{s.heading}\n" + "\n".join(s.sentences) for s in sources]
        self._stems = [set(stems(text)) for text in self._texts]
        self._sentence_stems = [[set(stems(sentence)) for sentence in source.sentences] for source in sources]

    def check(self, sentence: str) -> list[Support]:
        """Return the support of every source for a sentence, best first."""
        found = set(stems(sentence))
        if not found or not self._sources:
            return []
        short = len(found) < 6
        vector = self._embedder.encode([f"{self._question} {sentence}" if short else sentence])[0]
        supports = [self._support(number, sentence, found, vector) for number in range(len(self._sources))]
        return sorted(supports, key=lambda support: -support.score)

    def _support(self, number: int, sentence: str, found: set[str], vector: Vectors) -> Support:
        source = self._sources[number]
        recall = self._recall(found, self._stems[number])
        cosines = source.vectors @ vector if len(source.vectors) else np.zeros(0, np.float32)
        overlap = np.array([self._recall(found, known) for known in self._sentence_stems[number]][: len(cosines)])
        each = 0.5 * cosines + 0.5 * overlap if len(cosines) else cosines
        best = float(each.max(initial=0.0))
        similarity = float(cosines.max(initial=0.0))
        score = 0.55 * recall + 0.45 * min(1.0, similarity / 0.8)
        score *= self._agreement(sentence, number, int(each.argmax()) if len(each) else -1)
        used = tuple(int(n) for n in np.argsort(-each)[:_MOST_USED] if each[n] >= max(0.3, best - 0.25))
        return Support(number, score, tuple(sorted(used)))

    def _recall(self, found: set[str], known: set[str]) -> float:
        weights = {stem: 0.25 if stem in self._asked else 1.0 for stem in found}
        return sum(weight for stem, weight in weights.items() if stem in known) / sum(weights.values())

    def _agreement(self, sentence: str, number: int, nearest: int) -> float:
        text = self._texts[number]
        numbers = {_plain_number(value) for value in _NUMBER.findall(sentence)}
        strange = numbers - {_plain_number(value) for value in _NUMBER.findall(f"{text} {self._question}")}
        names = {name for name in _NAME.findall(sentence[1:]) if not _COMMON.match(name)}
        unknown = {name for name in names if not self._has(number, name)}
        factor = 1.0
        if strange:
            factor *= 0.4
        if any(name.casefold() in self._question.casefold() for name in unknown):
            factor *= 0.5
        elif unknown:
            factor *= 1 - 0.5 * len(unknown) / len(names)
        if nearest >= 0 and bool(_NEGATION.search(sentence)) != bool(
            _NEGATION.search(self._sources[number].sentences[nearest])
        ):
            factor *= 0.9
        return factor

    def _has(self, number: int, name: str) -> bool:
        return name.casefold() in self._texts[number].casefold() or set(stems(name)) <= self._stems[number]


def _plain_number(value: str) -> str:
    return value.replace(",", "").rstrip(".")
