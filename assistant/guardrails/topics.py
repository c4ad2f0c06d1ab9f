"""The topic policy: subjects that are not to be talked about, each said in a definition and a few examples.

A topic is the mean of the embeddings of its definition and examples. A text is on it when it is nearer to that than to
the ordinary requests of learners in ``ordinary.txt``: so "what is a bond?" stays a question about economics where
"should I buy bonds?" asks for advice. Every sentence is judged on
its own, so that one of a long text is found. Two sentences, a definition and an example, make a topic; three to five
examples make a good one.

What this does not protect against: hints, irony and requests that take several messages to make; sentences that need
the ones before them to be understood; other languages than the embedding model reads (all-MiniLM-L6-v2: English); and
somebody who knows the wording and goes round it. Definitions that say what is *not* meant are not understood as such.
The figures hold for all-MiniLM-L6-v2: fit again for another embedding model (``python -m eval.bench.guard_topics``).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import regex  # type: ignore[import-untyped]
from numpy.typing import NDArray

from assistant.guardrails.document import Topic, TopicPolicy
from assistant.guardrails.findings import Finding, Source
from assistant.guardrails.windows import windows
from knowledge.embed import Embedder, Vectors

# Stopped of ten topics never seen, with 3 examples: 0.783 [0.675, 0.863] of 120 texts on the topic (0.492 without
# examples), 0.075 [0.025, 0.202] of 80 near-misses, 0.019 [0.011, 0.033] of texts on other topics; 0.085 [0.049, 0.142]
# of 142 exam questions by any of the ten; 0.800 [0.690, 0.878] of 120 texts inside a paragraph of notes.
WEIGHTS = {"near": 18.4, "ordinary": -30.3}
INTERCEPT = 2.03
THRESHOLD = 0.79

_ORDINARY = Path(__file__).parent / "ordinary.txt"
_NEAREST = 3
"""Ordinary requests that a text is compared with: one alone is a matter of chance."""
_SENTENCE = regex.compile(r"(?:[^.!?。！？\n]++|[.!?](?=\S))*+[.!?。！？\n]?+\s*+")
_LONGEST = 40
"""Words of a sentence that is judged whole; the embedding of a longer one would drown its parts."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """How likely some words of a text are on a topic."""

    probability: float
    start: int
    end: int


def check(
    text: str, policy: TopicPolicy, embedder: Embedder, vector: Vectors | None = None, source: Source = "INPUT"
) -> list[Finding]:
    """Return the denied topics that a text is on, with the words that are most on it.

    Args:
        text: what is checked.
        policy: the denied topics.
        embedder: of the model that the thresholds were chosen for.
        vector: unit vector of the whole text, where it was embedded already.
        source: where the text comes from; a topic that is switched off for it is left out.

    """
    actions = [(topic, topic.action_on(source)) for topic in policy.topicsConfig]
    asked = [(topic, action) for topic, action in actions if action is not None]
    if not asked or not text.strip():
        return []
    likenesses = compare(text, [topic for topic, _ in asked], embedder, vector)
    return [
        Finding(
            "topicPolicy",
            topic.name,
            action,
            found.start,
            found.end,
            text[found.start : found.end],
            found.probability,
            THRESHOLD,
            f"It is nearer to the denied topic {topic.name!r} than to what learners ask.",
        )
        for (topic, action), found in zip(asked, likenesses, strict=True)
        if found.probability >= THRESHOLD
    ]


def compare(text: str, topics: Sequence[Topic], embedder: Embedder, vector: Vectors | None = None) -> list[Likeness]:
    """Return how likely a text is on each of the topics, at the place where it is most so."""
    spans = list(_parts(text)) or [(0, len(text))]
    if len(spans) == 1 and vector is not None:
        vectors = np.asarray(vector, np.float32).reshape(1, -1)
    else:
        vectors = embedder.encode([text[start:end] for start, end in spans])
    ordinary = nearest_ordinary(vectors, embedder)
    found = []
    for topic in topics:
        odds = INTERCEPT + WEIGHTS["near"] * (vectors @ topic_vector(topic, embedder)) + WEIGHTS["ordinary"] * ordinary
        best = int(odds.argmax())
        found.append(Likeness(1 / (1 + math.exp(-float(odds[best]))), *spans[best]))
    return found


@lru_cache(maxsize=256)
def topic_vector(topic: Topic, embedder: Embedder) -> Vectors:
    """Return the unit vector of a topic: the mean of those of its definition, with its name, and of its examples."""
    mean = embedder.encode([f"{topic.name}: {topic.definition}", *topic.examples]).mean(axis=0)
    return np.asarray(mean / np.linalg.norm(mean), np.float32)


def nearest_ordinary(vectors: Vectors, embedder: Embedder) -> NDArray[np.float32]:
    """Return the mean cosine of each vector, a row, with the ordinary requests that are nearest to it."""
    cosines = vectors @ _ordinary(embedder).T
    return np.asarray(np.sort(cosines, axis=1)[:, -_NEAREST:].mean(axis=1), np.float32)


@lru_cache(maxsize=4)
def _ordinary(embedder: Embedder) -> Vectors:
    lines = _ORDINARY.read_text(encoding="utf-8").splitlines()
    return embedder.encode([line for line in lines if not line.startswith("#")])


def _parts(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of the sentences, of long ones those of overlapping windows."""
    for sentence in _SENTENCE.finditer(text):
        for start, end in windows(sentence[0], _LONGEST):
            part = sentence[0][start:end]
            if part.strip():
                first = sentence.start() + start
                yield first + len(part) - len(part.lstrip()), first + len(part.rstrip())
