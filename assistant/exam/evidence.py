"""What the notes say about a question and each of its options, before any language model reads it.

The stem is searched, each option, and each option together with the stem. The passages found are ranked by how well
they speak of the whole question, options included: a scenario shares few words with the section that decides it, but
its options name that section's terms. What a sentence says counts for an option only as far as the sentence, or its
heading, names the option.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.chat.events import Dropped
from assistant.exam.asked import Asked
from knowledge.embed import Vectors
from knowledge.keyword import share_known, stems, weigh_stems
from knowledge.search import EVERYTHING, Filter, Hit, Searcher
from knowledge.store import sentence_texts

RANKING = {"stem": 1.1, "joined": 3.0, "option": 2.0, "link": 3.3, "names": 4.8, "title": 1.6, "recall": 9.4}
"""Weights of a passage's signs, fitted on the dev part of the bank, where the section that proves the key comes first
for 74 % of questions and among the first two for 87 % (five-fold cross-validation); the stem alone finds it for 49 %
and 64 %."""

_FOR_STEM, _FOR_JOINED, _FOR_OPTION = 6, 4, 3
_PASSAGES = 3
_FIRST_SHARE = 0.6
"""Of the budget, at most this much goes to the first passage, so that the second is read too."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the notes: the hit it stands in, its number there, its words, and its unit vector."""

    hit: Hit
    number: int
    words: str
    vector: Vectors


@dataclass(frozen=True, slots=True)
class Claim:
    """What speaks for one option.

    ``signs`` are numbers of about 0 to 1 by name; ``best`` is the sentence that links option and stem most closely,
    None where the notes do not name the option.
    """

    signs: Mapping[str, float]
    best: Sentence | None


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage with the relevance of each of its sentences to the question, in their order."""

    sentences: tuple[Sentence, ...]
    relevance: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Claims by letter, and the best passages, best first; ``dropped`` are what a guardrail kept out of both."""

    claims: Mapping[str, Claim]
    passages: tuple[Passage, ...]
    dropped: tuple[Dropped, ...] = ()


Keep = Callable[[Sequence[Sequence[Hit]]], tuple[list[list[Hit]], tuple[Dropped, ...]]]


def gather(searcher: Searcher, asked: Asked, where: Filter = EVERYTHING, keep: Keep | None = None) -> Evidence:
    """Search the notes for a question and each of its options.

    Args:
        searcher: over the notes.
        asked: the question.
        where: which notes to search.
        keep: returns what of the hits of each search may be read, and what may not; without it, all may.

    Raises:
        CollectionNotFound: nothing is synced.
        IndexMismatch: the index was made with another embedding model.

    """
    letters = list(asked.options)
    count = len(letters)
    queries = [asked.stem, *(_joined(asked, letter) for letter in letters), *asked.options.values()]
    hits, vectors = searcher.search_many(queries, _FOR_STEM, where)
    hits, dropped = keep(hits) if keep else (hits, ())
    of_stem, of_joined, of_option = hits[0], hits[1 : count + 1], hits[count + 1 :]
    found = [*of_stem, *_first(of_joined, _FOR_JOINED), *_first(of_option, _FOR_OPTION)]
    sentences = _sentences(found)
    if not sentences:
        return Evidence({letter: Claim(dict.fromkeys(_SIGNS, 0.0), None) for letter in letters}, (), dropped)
    table = _Table(sentences, asked, vectors, searcher.rarity())
    search = [max((hit.score for hit in own), default=0.0) for own in of_joined]
    scores = {
        "stem": _scores([of_stem]),
        "joined": _scores([own[:_FOR_JOINED] for own in of_joined]),
        "option": _scores([own[:_FOR_OPTION] for own in of_option]),
    }
    passages = table.passages(scores)
    claims = {letter: table.claim(at, search[at], passages[0]) for at, letter in enumerate(letters)}
    return Evidence(claims, passages, dropped)


def context(evidence: Evidence, budget: int, count: Callable[[str], int]) -> str:
    """Return the best passages as lines, each cut to its most relevant sentences, within ``budget`` tokens."""
    lines: list[str] = []
    left = budget
    for number, passage in enumerate(evidence.passages):
        line, cost = _cut(passage, int(budget * _FIRST_SHARE) if number == 0 else left, count)
        if line and cost <= left:
            lines.append(line)
            left -= cost
    return "\n".join(lines)


def _cut(passage: Passage, room: int, count: Callable[[str], int]) -> tuple[str, int]:
    hit = passage.sentences[0].hit
    title = f"- {hit.chunk.heading[-1]}:" if hit.chunk.heading else "-"
    room -= count(title)
    kept: list[int] = []
    for at in sorted(range(len(passage.sentences)), key=lambda at: -passage.relevance[at]):
        cost = count(f" {passage.sentences[at].words}")
        if cost <= room:
            kept.append(at)
            room -= cost
    if not kept:
        return "", 0
    line = " ".join([title, *(passage.sentences[at].words for at in sorted(kept))])
    return line, count(line)


_SIGNS = ("search", "linked", "covered", "first")


class _Table:
    """Every sentence found, measured against the stem and each option."""

    def __init__(
        self, sentences: Sequence[Sentence], asked: Asked, vectors: Vectors, rarity: Mapping[str, float]
    ) -> None:
        count = len(asked.options)
        self.sentences = sentences
        matrix = np.stack([sentence.vector for sentence in sentences])
        self.to_stem = matrix @ vectors[0]
        self.to_joined = matrix @ vectors[1 : count + 1].T
        options = [list(dict.fromkeys(stems(text))) for text in asked.options.values()]
        # "Amazon" tells nothing where all options are Amazon's.
        common = set.intersection(*(set(words) for words in options))
        wanted = [weigh_stems((word for word in words if word not in common), rarity) for words in options]
        titles = {s.hit.chunk.id: set(stems(" ".join(s.hit.chunk.heading[-1:]))) for s in sentences}
        words = [titles[s.hit.chunk.id] | set(stems(s.words)) for s in sentences]
        self.named = np.array([[share_known(own, said, of_none=0.0) for own in wanted] for said in words])
        self.title = {key: max(share_known(own, said, of_none=0.0) for own in wanted) for key, said in titles.items()}
        of_stem = weigh_stems(stems(asked.stem), rarity)
        self.recall = np.array([share_known(of_stem, said, of_none=0.0) for said in words])
        self.rows: dict[str, list[int]] = defaultdict(list)
        for row, sentence in enumerate(sentences):
            self.rows[sentence.hit.chunk.id].append(row)

    def claim(self, option: int, search: float, first: Passage) -> Claim:
        """Return what speaks for one option; ``first`` is the best passage."""
        named, joined = self.named[:, option], self.to_joined[:, option]
        linked = self.to_stem * named
        best = int(np.argmax(linked + 0.5 * joined))
        signs = {
            "search": search,
            "linked": float(linked.max()),
            "covered": float((self.recall * named).max()),
            "first": float(named[self.rows[first.sentences[0].hit.chunk.id]].max()),
        }
        return Claim(signs, self.sentences[best] if named[best] > 0 else None)

    def passages(self, scores: Mapping[str, Mapping[str, float]]) -> tuple[Passage, ...]:
        """Return the best passages, best first."""

        def rank(key: str) -> float:
            rows = self.rows[key]
            signs = {
                **{name: own.get(key, 0.0) for name, own in scores.items()},
                "link": float(self.to_joined[rows].max(axis=0).mean()),
                "names": float(self.named[rows].max(axis=0).mean()),
                "title": self.title[key],
                "recall": float(self.recall[rows].max()),
            }
            return sum(weight * signs[name] for name, weight in RANKING.items())

        relevance = self.to_stem + self.to_joined.max(axis=1) + self.named.max(axis=1) + self.recall
        return tuple(
            Passage(
                tuple(self.sentences[row] for row in self.rows[key]),
                tuple(float(relevance[row]) for row in self.rows[key]),
            )
            for key in sorted(self.rows, key=rank, reverse=True)[:_PASSAGES]
        )


def _joined(asked: Asked, letter: str) -> str:
    # The last paragraph asks; a case before it would drown the option.
    return f"{asked.stem.strip().splitlines()[-1]} {asked.options[letter]}"


def _first(several: Sequence[Sequence[Hit]], count: int) -> list[Hit]:
    return [hit for hits in several for hit in hits[:count]]


def _scores(several: Sequence[Sequence[Hit]]) -> dict[str, float]:
    """Return the best score of each passage over several searches."""
    best: dict[str, float] = {}
    for hits in several:
        for hit in hits:
            best[hit.chunk.id] = max(best.get(hit.chunk.id, 0.0), hit.score)
    return best


def _sentences(hits: Sequence[Hit]) -> list[Sentence]:
    seen: dict[tuple[str, int], Sentence] = {}
    for hit in hits:
        for number, ((_, _, words), vector) in enumerate(zip(sentence_texts(hit.chunk), hit.vectors, strict=False)):
            seen.setdefault((hit.chunk.id, number), Sentence(hit, number, words, vector))
    return list(seen.values())
