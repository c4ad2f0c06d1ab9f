"""What the notes say about a question and each of its options, before any language model reads it.

The stem is searched once and again with each option. Every sentence found is then compared with the stem and with the
stem and option together; what a sentence says counts for an option only as far as the sentence, or its heading, names
the option. All vectors are those of the index, so that a question costs a handful of short embeddings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.exam.asked import Asked
from knowledge.embed import Vectors
from knowledge.keyword import stems
from knowledge.search import EVERYTHING, Filter, Hit, Searcher
from knowledge.store import sentence_texts

_FOR_STEM = 6
_FOR_OPTION = 4
"""Passages looked at; on the dev questions more of them change nothing but the time."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the notes: the hit it stands in, its number there, its words, and its unit vector."""

    hit: Hit
    number: int
    words: str
    vector: Vectors

    @property
    def titled(self) -> str:
        """The words after their nearest heading, as the models read them."""
        title = self.hit.chunk.heading[-1] if self.hit.chunk.heading else ""
        return f"{title}: {self.words}" if title else self.words


@dataclass(frozen=True, slots=True)
class Claim:
    """What speaks for one option.

    ``signs`` are numbers of about 0 to 1 by name; ``best`` is the sentence that links option and stem most closely,
    None where the notes do not name the option; ``found`` are its passages, best first.
    """

    signs: Mapping[str, float]
    best: Sentence | None
    found: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Claims by letter, the passages found for the stem, and its nearest sentences, best first."""

    claims: Mapping[str, Claim]
    found: tuple[Hit, ...]
    nearest: tuple[Sentence, ...]


def gather(searcher: Searcher, asked: Asked, where: Filter = EVERYTHING) -> Evidence:
    """Search the notes for a question and each of its options.

    Raises:
        CollectionNotFound: nothing is synced.
        IndexMismatch: the index was made with another embedding model.

    """
    letters = list(asked.options)
    count = len(letters)
    queries = [asked.stem, *(_joined(asked, letter) for letter in letters), *asked.options.values()]
    hits, vectors = searcher.search_many(queries, _FOR_STEM, where)
    found = tuple(hits[0])
    own = {letter: tuple(hits[at][:_FOR_OPTION]) for at, letter in enumerate(letters, 1)}
    stem, joined, alone = vectors[0], vectors[1 : count + 1], vectors[count + 1 :]
    rarity = searcher.rarity()
    common = _shared_stems([asked.options[letter] for letter in letters])
    sentences = _sentences([*found, *(hit for hits in own.values() for hit in hits)])
    stemmed = [set(stems(sentence.titled)) for sentence in sentences]
    matrix = np.stack([sentence.vector for sentence in sentences]) if sentences else np.zeros((0, len(stem)))
    to_stem = matrix @ stem
    claims: dict[str, Claim] = {}
    for position, letter in enumerate(letters):
        wanted = [word for word in dict.fromkeys(stems(asked.options[letter])) if word not in common]
        named = np.array([_recall(wanted, words, rarity) for words in stemmed])
        linked = to_stem * named
        to_joined = matrix @ joined[position]
        to_option = matrix @ alone[position]
        best = int(np.argmax(linked + 0.5 * to_joined)) if len(sentences) else -1
        signs = {
            "search": own[letter][0].score if own[letter] else 0.0,
            "linked": float(linked.max(initial=0.0)),
            "joined": float((to_joined * named).max(initial=0.0)),
            "like": float((to_stem * to_option).max(initial=0.0)),
            "direct": float(stem @ alone[position]),
            "named": float(named.max(initial=0.0)),
        }
        told = sentences[best] if best >= 0 and named[best] > 0 else None
        claims[letter] = Claim(signs, told, own[letter])
    order = np.argsort(-to_stem)
    return Evidence(claims, found, tuple(sentences[int(at)] for at in order[:8]))


def _joined(asked: Asked, letter: str) -> str:
    return f"{asked.stem} {asked.options[letter]}"


def _sentences(hits: Sequence[Hit]) -> list[Sentence]:
    seen: dict[tuple[str, int], Sentence] = {}
    for hit in hits:
        for number, ((_, _, words), vector) in enumerate(zip(sentence_texts(hit.chunk), hit.vectors, strict=False)):
            seen.setdefault((hit.chunk.id, number), Sentence(hit, number, words, vector))
    return list(seen.values())


def _shared_stems(options: Sequence[str]) -> set[str]:
    """Return the stems that every option has: "Amazon" tells nothing where all are Amazon's."""
    sets = [set(stems(text)) for text in options]
    return set.intersection(*sets) if sets else set()


def _recall(wanted: Sequence[str], words: set[str], rarity: Mapping[str, float]) -> float:
    rarest = max(rarity.values(), default=1.0)
    weights = [rarity.get(word, rarest) for word in wanted]
    total = sum(weights)
    return sum(weight for word, weight in zip(wanted, weights, strict=True) if word in words) / total if total else 0.0
