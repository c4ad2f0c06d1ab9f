"""Whether an answer rests on its passages (GROUNDING) and speaks to its question (RELEVANCE), in conversation too.

**Grounding.** Every sentence of the answer is held against the passages that it cites, or against all where it cites
none, by `assistant.grounding.Grounding.probability`. A sentence below the filter's threshold is removed where the
filter's action is BLOCK, and marked where it is NONE. The score of an answer is that of its weakest sentence.

**Relevance.** The cosine of question and answer under the embedding model, as a probability by a logistic regression:
how likely this is the answer to this question where half of the answers belong to another one. An answer below the
threshold is withheld where the action is BLOCK. Weights are from the ``dev`` half of the reference answers in
``eval/data``, right pairs against answers to other questions about the same subjects, by ``python -m
eval.bench.relevance --fit``, which also prints the area under the ROC curve. Keywords and the best sentence were tried
as further signs and told right from wrong no better.

In a conversation a question may lean on the ones before ("and in how many languages?"). Give them as ``earlier``: what
was asked last then counts as asked, both for names that a sentence repeats and for what it is relevant to.

What this does not protect against: a passage that is itself wrong or forged; true words of a passage joined in a wrong
way (about one such sentence in two passes, see ``eval/data/README.md``); a sentence that two passages support only
together; an answer that is on the subject but beside the question, which looks relevant; short answers and languages
that the embedding model knows little of, which look less relevant than they are.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.grounding import Grounding, Source
from assistant.guardrails.assessment import Grounds
from assistant.guardrails.document import ContextualGroundingPolicy, GroundingFilter, GroundingType
from assistant.guardrails.findings import Finding
from knowledge.embed import Embedder
from knowledge.keyword import stems
from knowledge.sentences import sentences

SLOPE, INTERCEPT = 14.23, -3.33
"""Of the log-odds of relevance, over the cosine."""

_MARKER = re.compile(r"\s*\[(\d{1,2})\](?!\()")


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of an answer: where it stands, its words without markers, and the passages that it cites, from 0."""

    start: int
    end: int
    words: str
    cited: tuple[int, ...]


class Grounded:
    """Holds the answers to one question against its passages.

    Args:
        query: the question; best as it was searched, which stands alone.
        sources: the passages that the model read, in the order of their markers.
        policy: filters, thresholds and actions.
        embedder: the embedding model that the passages were read with.
        earlier: the questions before it in the conversation, the last one last.

    """

    def __init__(
        self,
        query: str,
        sources: Sequence[Source],
        policy: ContextualGroundingPolicy,
        embedder: Embedder,
        earlier: Sequence[str] = (),
    ) -> None:
        self._asked = [query, *([f"{earlier[-1]} {query}"] if earlier else [])]
        self._sources = sources
        self._filters = {each.type: each for each in policy.filtersConfig if each.enabled}
        self._embedder = embedder
        self._grounding = Grounding(self._asked[-1], sources, embedder)

    def check(self, answer: str) -> tuple[list[Finding], Grounds]:
        """Return what falls below a threshold, and the scores; a sentence without a word that counts has none."""
        each = [(said, score) for said in answer_sentences(answer) if (score := self.score(said)) is not None]
        relevance = self.relevance(answer)
        found = [*(self.sentence(said, score) for said, score in each), self.answer(relevance)]
        grounds = self.grounds(answer, [score for _, score in each], relevance)
        return [finding for finding in found if finding], grounds

    def score(self, said: Said) -> float | None:
        """Return how well a sentence is grounded, 0 to 1; None where it has no content or nobody asks."""
        return self.probability(said) if "GROUNDING" in self._filters and stems(said.words) else None

    def relevance(self, answer: str) -> float | None:
        """Return how likely an answer is one to this question; None where it has no content or nobody asks."""
        if "RELEVANCE" not in self._filters or not stems(answer):
            return None
        vectors = self._embedder.encode([_MARKER.sub("", answer), *self._asked])
        return relevance_of(max(float(vectors[0] @ vector) for vector in vectors[1:]))

    def sentence(self, said: Said, score: float | None) -> Finding | None:
        """Return the finding of a sentence with this score; None where it reaches the threshold."""
        why = "What it cites does not support this sentence." if said.cited else "No passage supports this sentence."
        return _below(self._filters["GROUNDING"], score, why, said) if score is not None else None

    def answer(self, relevance: float | None) -> Finding | None:
        """Return the finding of an answer with this relevance; None where it reaches the threshold."""
        why = "The answer does not speak to the question."
        return _below(self._filters["RELEVANCE"], relevance, why) if relevance is not None else None

    def grounds(self, answer: str, scores: Sequence[float], relevance: float | None) -> Grounds:
        """Return the scores of an answer from those of its sentences."""
        found: dict[GroundingType, float] = {"GROUNDING": min(scores)} if scores else {}
        if relevance is not None:
            found["RELEVANCE"] = relevance
        read = sum(len(source.heading) + sum(map(len, source.sentences)) for source in self._sources)
        return Grounds(found, len(answer) + read + len(self._asked[0]))

    def probability(self, said: Said) -> float:
        """Return how likely the passages that a sentence cites support it; markers of no passage count as none."""
        cited = {number for number in said.cited if 0 <= number < len(self._sources)}
        return max(
            (
                self._grounding.signs(said.words, support).probability
                for support in self._grounding.check(said.words)
                if not cited or support.source in cited
            ),
            default=0.0,
        )


def answer_sentences(answer: str) -> Iterator[Said]:
    """Yield the sentences of an answer that say something; markers are numbers in brackets, from 1."""
    for start, end in sentences(answer):
        words = _MARKER.sub("", answer[start:end]).strip()
        if any(letter.isalnum() for letter in words):
            yield Said(start, end, words, tuple(int(number) - 1 for number in _MARKER.findall(answer[start:end])))


def relevance_of(cosine: float) -> float:
    """Return the relevance of a cosine of question and answer."""
    return 1 / (1 + math.exp(-(SLOPE * cosine + INTERCEPT)))


def _below(each: GroundingFilter, score: float, why: str, said: Said | None = None) -> Finding | None:
    if score >= each.threshold:
        return None
    start, end, match = (said.start, said.end, said.words) if said else (0, 0, "")
    return Finding("contextualGroundingPolicy", each.type, each.action, start, end, match, score, each.threshold, why)
