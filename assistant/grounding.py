"""Does a passage support a sentence? One scorer, shared by citations, refusals, metrics and guardrails.

`Grounding.check` gives a quick score against every passage, which says where a sentence comes from. It joins three
signs, each 0 to 1:

- **recall**: share of the sentence's content stems that the passage has, where stems that the question already had
  count less: repeating the question proves nothing;
- **similarity**: the best cosine of the sentence with one sentence of the passage, both with their subject in front
  (question or heading), so that a bare "$0.0025" can be compared;
- **agreement**: numbers that stand neither in the passage nor in the question, and names that do not stand in the
  passage, cost most of the score; a negation on one side only costs some. A name that the question brought and the
  passage lacks costs most: what the passage says is then said of something else.

The score does not see logic: a sentence that joins true words of a passage in a wrong way can pass.

`Grounding.probability` says how likely a sentence is supported, by a logistic regression over `Signs` of trouble that
also look at negations and at what is said of what (``assistant/relations.py``). Its weights were fitted on the ``dev``
half of ``eval/data/grounding.jsonl`` by ``python -m eval.bench.grounding --fit``, which also prints how good both are.
That half is harder than what a model writes: half of it is wrong, and mostly wrong by one word. So 0.5 is a threshold
to begin with, and not the share of true sentences at it in other people's answers.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from assistant.relations import flipped, kept
from knowledge.embed import Embedder, Vectors
from knowledge.keyword import stems
from knowledge.split import Chunk
from knowledge.store import sentence_embedding_texts, sentence_texts

SUPPORTED = 0.55
"""Score from which a sentence counts as supported; see ``eval/data/README.md`` for the questions it was chosen on."""

PROBABLE = 0.5
"""Probability from which metrics and guardrails count a sentence as supported."""

# Passages left out nine-fold: AUC 0.894, log loss 0.404, right at 0.5: 0.825.
WEIGHTS = {"thin": -0.86, "number": -2.85, "name": -1.55, "far": -2.52, "flipped": -2.31, "kept": 1.57}
INTERCEPT = 0.85

_MOST_USED = 12
"""Sentences of one passage that one sentence of an answer can draw on: a list answer draws on many."""

_THIN = 0.5
"""Below this, words in common and similarity speak against a sentence; above, they do not tell right from wrong."""
_COUNTED = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_NUMBER_WORDS = {word: str(number) for number, word in enumerate(_COUNTED, start=2)}
_NUMBER_WORD = re.compile(rf"\b(?:{'|'.join(_NUMBER_WORDS)})\b", re.IGNORECASE)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_NAME = re.compile(r"\b(?:[A-Z][A-Za-z]*[A-Z0-9][A-Za-z0-9]*|[A-Z][a-z]{2,})\b")
_FIRST_WORD = re.compile(r"^\W*[A-Z][a-z]+\b")
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
    """How well one passage supports a sentence.

    ``used`` are the numbers of the passage's sentences that do, ``nearest`` is the number of the best one, or -1;
    ``likeness`` is the score before agreement counts.
    """

    source: int
    score: float
    used: tuple[int, ...]
    likeness: float
    nearest: int


@dataclass(frozen=True, slots=True)
class Signs:
    """What speaks against a sentence, and for it (``kept``).

    ``thin`` is 0 where enough words are in common, up to 5 where none are. ``number``, ``name``, ``far`` and
    ``flipped`` are 0 or 1: a number that neither the passage nor the question has, a name that the passage lacks, a
    name that the sentences nearest by lack, a word that is negated on one side only. ``kept`` is -1 to 1, as in
    `assistant.relations.kept`.
    """

    thin: float
    number: float
    name: float
    far: float
    flipped: float
    kept: float

    @property
    def probability(self) -> float:
        """How likely the sentence is supported."""
        odds = INTERCEPT + sum(WEIGHTS[name] * value for name, value in asdict(self).items())
        return 1 / (1 + math.exp(-odds))


def read_source(heading: str, text: str, embedder: Embedder) -> Source:
    """Return a passage of Markdown as something to check against, its sentences as the index would embed them."""
    chunk = Chunk("", "", (heading,) if heading else (), 1, 1, text)
    words = tuple(words for _, _, words in sentence_texts(chunk))
    return Source(heading, words, embedder.encode(sentence_embedding_texts(chunk)))


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

    def probability(self, sentence: str) -> float:
        """Return how likely a passage supports a sentence: that of the best one, 0 where there is nothing to check."""
        return max((self.signs(sentence, support).probability for support in self.check(sentence)), default=0.0)

    def signs(self, sentence: str, support: Support) -> Signs:
        """Measure the signs of one of the supports that `check` gave for a sentence."""
        source = self._sources[support.source]
        used = [source.sentences[number] for number in support.used]
        near = f"{source.heading}\n" + "\n".join(used)
        # A plain word at the beginning of a sentence has a capital too.
        names = {name for name in _NAME.findall(_FIRST_WORD.sub("", sentence)) if not _COMMON.match(name)}
        nearest = [source.sentences[support.nearest]] if support.nearest >= 0 else []
        return Signs(
            thin=10 * max(0.0, _THIN - support.likeness),
            number=float(bool(_numbers(sentence) - _numbers(f"{self._texts[support.source]} {self._question}"))),
            name=float(any(not self._has(support.source, name) for name in names)),
            far=float(any(not _has(near, set(stems(near)), name) for name in names)),
            flipped=float(flipped(sentence, nearest) > 0),
            kept=kept(sentence, source.sentences),
        )

    def _support(self, number: int, sentence: str, found: set[str], vector: Vectors) -> Support:
        source = self._sources[number]
        recall = self._recall(found, self._stems[number])
        cosines = source.vectors @ vector if len(source.vectors) else np.zeros(0, np.float32)
        overlap = np.array([self._recall(found, known) for known in self._sentence_stems[number]][: len(cosines)])
        each = 0.5 * cosines + 0.5 * overlap if len(cosines) else cosines
        best = float(each.max(initial=0.0))
        similarity = float(cosines.max(initial=0.0))
        likeness = 0.55 * recall + 0.45 * min(1.0, similarity / 0.8)
        nearest = int(each.argmax()) if len(each) else -1
        score = likeness * self._agreement(sentence, number, nearest)
        used = tuple(int(n) for n in np.argsort(-each)[:_MOST_USED] if each[n] >= max(0.3, best - 0.25))
        return Support(number, score, tuple(sorted(used)), likeness, nearest)

    def _recall(self, found: set[str], known: set[str]) -> float:
        weights = {stem: 0.25 if stem in self._asked else 1.0 for stem in found}
        return sum(weight for stem, weight in weights.items() if stem in known) / sum(weights.values())

    def _agreement(self, sentence: str, number: int, nearest: int) -> float:
        text = self._texts[number]
        numbers = {_plain_number(value) for value in _NUMBER.findall(sentence)}
        strange = numbers - _numbers(f"{text} {self._question}")
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
        return _has(self._texts[number], self._stems[number], name)


def _has(text: str, known: set[str], name: str) -> bool:
    return name.casefold() in text.casefold() or set(stems(name)) <= known


def _numbers(text: str) -> set[str]:
    digits = _NUMBER_WORD.sub(lambda word: _NUMBER_WORDS[word[0].lower()], text)
    return {_plain_number(value) for value in _NUMBER.findall(digits)}


def _plain_number(value: str) -> str:
    return value.replace(",", "").rstrip(".")
