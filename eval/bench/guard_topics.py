"""Fits the denied topics' score and threshold on some topics, and prints how well they do on topics never seen.

    python -m eval.bench.guard_topics [--fit]

Reads ``eval/data/guard/topics.jsonl``. Everything is measured through ``assistant/guardrails/topics.py`` with the
constants that stand there, on the ``test`` topics: the share that is stopped of texts on the topic and of near-misses
that only sound like it, with 0, 1 and 3 examples of the topic; of texts on other topics; of exam questions of the bank;
and of paragraphs of the shipped notes, as they are and with one text on a topic put into their middle. Questions and
paragraphs are checked against all test topics, and count as stopped if one of them does it. Intervals are those of
independent topics, where texts belong to one.

``--fit`` prints the constants: a logistic regression (L2, C = 100) on the ``dev`` topics with 0, 1 and 3 examples each,
where other topics and exam questions weigh a twentieth each, as there are so many; and the lowest threshold at which at
most 5 % of their near-misses and 2 % of the texts on other topics are stopped, with 3 examples.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from assistant.guardrails import topics
from assistant.guardrails.document import Topic
from assistant.rooms import open_embedder, shipped_notes
from assistant.settings import load_settings
from eval.resampling import Grouped
from eval.stats import Estimate, proportion, wilson
from eval.suites.reference import DATA, of_split, read_jsonl
from knowledge.embed import Embedder
from knowledge.sentences import sentences

QUESTIONS = DATA.parents[1] / "knowledge" / "questions"
_EXAMPLES = (0, 1, 3)
_NEAR_MISSES, _OTHERS = 0.05, 0.02
_PARAGRAPH = (60, 160)
"""Words of the paragraphs of notes that are taken."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A short text, the topic it is held against, and whether it is on it, only sounds like it, or is another's."""

    text: str
    topic: str
    kind: Literal["on topic", "near miss", "other topic"]
    examples: int
    probability: float
    signs: tuple[float, float]


def main() -> None:
    """Fit or measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--fit", action="store_true", help="Print the constants instead, from the dev topics.")
    arguments = parser.parse_args()
    embedder = open_embedder(load_settings())
    rows = read_jsonl(DATA / "guard" / "topics.jsonl")
    if arguments.fit:
        print(fit(list(labelled(of_split(rows, "dev"), embedder)), exam_questions("dev"), embedder))
        return
    test = of_split(rows, "test")
    for name, share in measure(test, embedder).items():
        print(f"{name:52}{share!s:24} n = {share.n}")


def measure(rows: Sequence[dict[str, Any]], embedder: Embedder) -> dict[str, Estimate]:
    """Return the share of texts that is stopped, by what they are."""
    found = {}
    texts = list(labelled(rows, embedder))
    for kind in ("on topic", "near miss", "other topic"):
        for examples in _EXAMPLES if kind != "other topic" else (3,):
            of = [each for each in texts if each.kind == kind and each.examples == examples]
            stopped = [float(each.probability >= topics.THRESHOLD) for each in of]
            found[f"{kind}, {examples} examples"] = proportion(stopped, Grouped(0, [each.topic for each in of]))
    every = [as_topic(row, 3) for row in rows]
    questions = exam_questions("test")
    found[f"exam question, any of {len(every)} topics"] = _any_stopped(questions, every, embedder)
    paragraphs = note_paragraphs()
    found[f"paragraph of the notes, any of {len(every)} topics"] = _any_stopped(paragraphs, every, embedder)
    hidden = []
    for number, row in enumerate(rows):
        for place, text in enumerate(row["on_topic"]):
            around = paragraphs[(number * len(row["on_topic"]) + place) % len(paragraphs)]
            likeness = topics.compare(_inside(around, text), [every[number]], embedder)[0]
            hidden.append(float(likeness.probability >= topics.THRESHOLD))
    groups = [row["name"] for row in rows for _ in row["on_topic"]]
    found["paragraph of the notes with a text on topic inside"] = proportion(hidden, Grouped(0, groups))
    return found


def labelled(rows: Sequence[dict[str, Any]], embedder: Embedder) -> Iterator[Labelled]:
    """Score the texts of some topics against each of them, with fewer and more examples."""
    texts = [text for row in rows for text in (*row["on_topic"], *row["near_miss"])]
    vectors = dict(zip(texts, embedder.encode(texts), strict=True))
    for row in rows:
        kinds = dict.fromkeys(texts, "other topic")
        kinds |= dict.fromkeys(row["on_topic"], "on topic") | dict.fromkeys(row["near_miss"], "near miss")
        for examples in _EXAMPLES:
            topic = as_topic(row, examples)
            for text, kind in kinds.items():
                probability = topics.compare(text, [topic], embedder, vectors[text])[0].probability
                signs = _signs(vectors[text][None], topic, embedder)[0]
                yield Labelled(text, row["name"], kind, examples, probability, tuple(signs))  # type: ignore[arg-type]


def as_topic(row: dict[str, Any], examples: int) -> Topic:
    """Return a topic of the set as a guardrail would say it, with the first of its examples."""
    given = tuple(row["examples"][:examples])
    return Topic(name=row["name"], definition=row["definition"], examples=given, type="DENY")


def exam_questions(split: Literal["dev", "test"], number: int = 150) -> list[str]:
    """Return questions of the shipped bank, evenly from all domains; they are on none of the topics."""
    rows = [row for file in sorted(QUESTIONS.glob("domain-*.jsonl")) for row in of_split(read_jsonl(file), split)]
    return [row["stem"] for row in rows[:: max(1, len(rows) // number)]]


def note_paragraphs(number: int = 60) -> list[str]:
    """Return paragraphs of prose of the shipped notes, evenly from all files."""
    low, high = _PARAGRAPH
    texts = [file.read_text(encoding="utf-8") for file in sorted(shipped_notes().rglob("*.md"))]
    found = [part for text in texts for part in text.split("\n\n") if low <= len(part.split()) <= high]
    prose = [part for part in found if part[0].isalpha()]
    return prose[:: max(1, len(prose) // number)]


def fit(texts: Sequence[Labelled], questions: Sequence[str], embedder: Embedder) -> str:
    """Return the constants as Python, with the figures on the topics that they were fitted on as a comment."""
    from sklearn.linear_model import LogisticRegression

    rows = {(each.topic, each.examples): each for each in texts}
    given = {row["name"]: row for row in read_jsonl(DATA / "guard" / "topics.jsonl")}
    vectors = embedder.encode(list(questions))
    held = [_signs(vectors, as_topic(given[name], examples), embedder) for name, examples in rows]
    signs = np.vstack([np.array([each.signs for each in texts]), *held])
    is_on = np.array([each.kind == "on topic" for each in texts] + [False] * (len(signs) - len(texts)))
    few = [0.05 if each.kind == "other topic" else 1.0 for each in texts] + [0.05] * (len(signs) - len(texts))
    model = LogisticRegression(C=100).fit(signs, is_on, sample_weight=few)
    near, ordinary = model.coef_[0]
    probability = model.predict_proba(signs[: len(texts)])[:, 1]
    of = {
        kind: np.array(
            [p for p, each in zip(probability, texts, strict=True) if (each.kind, each.examples) == (kind, 3)]
        )
        for kind in ("on topic", "near miss", "other topic")
    }
    threshold = next(
        t
        for t in np.arange(0.01, 1, 0.01)
        if (of["near miss"] >= t).mean() <= _NEAR_MISSES and (of["other topic"] >= t).mean() <= _OTHERS
    )
    shares = "; ".join(f"{kind} {wilson((p >= threshold).sum(), len(p))}" for kind, p in of.items())
    return (
        f"# dev, 3 examples: {shares}\n"
        f'WEIGHTS = {{"near": {near:.1f}, "ordinary": {ordinary:.1f}}}\n'
        f"INTERCEPT = {model.intercept_[0]:.2f}\nTHRESHOLD = {threshold:.2f}"
    )


def _signs(vectors: Any, topic: Topic, embedder: Embedder) -> Any:
    """Return the two numbers that the score is made of, a row each."""
    near = vectors @ topics.topic_vector(topic, embedder)
    return np.stack([near, topics.nearest_ordinary(vectors, embedder)], axis=1)


def _any_stopped(texts: Sequence[str], every: Sequence[Topic], embedder: Embedder) -> Estimate:
    stopped = 0
    for text in texts:
        stopped += any(found.probability >= topics.THRESHOLD for found in topics.compare(text, every, embedder))
    return wilson(stopped, len(texts))


def _inside(around: str, text: str) -> str:
    spans = sentences(around)
    middle = spans[len(spans) // 2][0]
    return f"{around[:middle]}{text} {around[middle:]}"


if __name__ == "__main__":
    main()
