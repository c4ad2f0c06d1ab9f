"""Ways to rank passages that Etude's search is compared with: each of its parts alone, and plain rank fusion."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from knowledge.embed import Embedder
from knowledge.errors import CollectionNotFound
from knowledge.index import Generation, IndexFolder
from knowledge.manifest import Entry
from knowledge.search import EVERYTHING, Filter, Hit, Searcher

_K = 60
"""The constant of reciprocal rank fusion (Cormack, Clarke and Büttcher 2009)."""
_POOL = 100
"""So many of Etude's best passages are put into the order of another ranking; its own first few are among them."""

Score = Callable[["Rankings", str], NDArray[np.float64]]


class Rankings:
    """Ranks every passage of an index; exact, without an approximate index of neighbours."""

    def __init__(self, index: IndexFolder, embedder: Embedder) -> None:
        generation = index.current()
        if generation is None:
            raise CollectionNotFound(f"There is nothing in the index {index.folder}. Sync notes into it.")
        self._generation: Generation = generation
        self._embedder = embedder
        self._places = [n for n, entry in enumerate(generation.entries) if entry.chunk.kind == "text"]
        self._entries = [generation.entries[n] for n in self._places]

    def rank(self, name: str, query: str) -> list[Entry]:
        """Return every passage, best first, by one of ``RANKINGS``."""
        return [self._entries[n] for n in np.argsort(-RANKINGS[name](self, query), kind="stable")]

    def dense(self, query: str) -> NDArray[np.float64]:
        """Return the cosine of the query with each passage."""
        return np.asarray(self._wholes @ self._embedder.encode([query])[0], float)

    def bm25(self, query: str) -> NDArray[np.float64]:
        """Return the BM25 score of each passage."""
        return np.asarray(self._generation.keywords.scores(query)[self._places], float)

    def sentence(self, query: str) -> NDArray[np.float64]:
        """Return for each passage the cosine of the query with its nearest sentence."""
        vector = self._embedder.encode([query])[0]
        return np.array([(part @ vector).max() if len(part) else 0.0 for part in self._parts], float)

    def rrf(self, query: str) -> NDArray[np.float64]:
        """Return the reciprocal rank fusion of dense and BM25."""
        return _reciprocal(self.dense(query)) + _reciprocal(self.bm25(query))

    @cached_property
    def _vectors(self) -> tuple[NDArray[np.float32], list[NDArray[np.float32]]]:
        wholes, parts = self._generation.store.vectors([entry.chunk for entry in self._entries])
        return (
            np.stack([wholes[entry.chunk.id] for entry in self._entries]),
            [parts[entry.chunk.id] for entry in self._entries],
        )

    @property
    def _wholes(self) -> NDArray[np.float32]:
        return self._vectors[0]

    @property
    def _parts(self) -> Sequence[NDArray[np.float32]]:
        return self._vectors[1]


RANKINGS: Mapping[str, Score] = {
    "dense": Rankings.dense,
    "bm25": Rankings.bm25,
    "sentence": Rankings.sentence,
    "rrf": Rankings.rrf,
}


class RankedSearcher(Searcher):
    """Etude's search with its best passages in the order of another ranking.

    Hits keep Etude's scores, since what decides whether the notes cover a question was fitted on them. So another
    retriever changes which passages are read first, and nothing else.
    """

    def __init__(self, index: IndexFolder, embedder: Embedder, ranking: str) -> None:
        super().__init__(index, embedder)
        self._rankings = Rankings(index, embedder)
        self._ranking = ranking

    def search(self, query: str, k: int = 5, where: Filter = EVERYTHING) -> list[Hit]:
        """Return the ``k`` best chunks, best first; errors as those of Etude's search."""
        hits = super().search(query, max(_POOL, k), where)
        order = {entry.chunk.id: n for n, entry in enumerate(self._rankings.rank(self._ranking, query))}
        return sorted(hits, key=lambda hit: order[hit.chunk.id])[:k]


def _reciprocal(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1 / (_K + 1 + (-scores).argsort(kind="stable").argsort()), float)
