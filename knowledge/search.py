"""Hybrid search over the notes.

``Searcher.search`` is the door. Candidates come from three lists (chunks near the question, sentences near the
question, keywords) and are ordered by a weighted sum of

- **dense**: cosine of question and chunk (heading path included);
- **sentence**: the best cosine of question and one sentence of the chunk (its heading included);
- **keyword**: BM25, saturated to 0..1 as ``s / (s + 5)`` so that it can be added;
- **late**: MaxSim over token vectors (Khattab and Zaharia 2020, ColBERT), for the best few only, computed with the
  same embedding model: no second model has to be fetched.

The weights were chosen on the ``dev`` half of ``eval/data/retrieval.jsonl``; ``etude eval run
retrieval --notes FOLDER --system dense,bm25,sentence,rrf,etude`` measures each part alone, plain reciprocal rank
fusion, and this sum on the ``test`` half.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from knowledge.embed import Embedder, Vectors
from knowledge.errors import CollectionNotFound, InputError
from knowledge.index import Generation, IndexFolder
from knowledge.manifest import Entry
from knowledge.split import Chunk, embedding_text
from knowledge.store import sentence_texts
from knowledge.sync import check_stamp

WEIGHTS = {"dense": 0.25, "sentence": 0.3, "keyword": 0.2, "late": 0.25}
_SATURATION = 5.0
_CANDIDATES = 40
_RERANKED = 12
_MAX_QUERY_CHARACTERS = 2000


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk that was found.

    ``score`` is the weighted sum, about 0 to 1; ``scores`` are its parts; ``sentences`` are cosines of the question
    with each of ``sentence_texts(chunk)``, and ``vectors`` the unit vectors of these sentences.
    """

    collection: str
    chunk: Chunk
    score: float
    scores: dict[str, float]
    sentences: tuple[float, ...]
    vectors: Vectors = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which chunks may be found; ``file`` and ``heading`` are matched as parts, ignoring case."""

    collections: tuple[str, ...] = ()
    file: str = ""
    heading: str = ""

    def allows(self, entry: Entry) -> bool:
        """Say whether a chunk passes."""
        if self.collections and entry.collection not in self.collections:
            return False
        if self.file.casefold() not in entry.chunk.file.casefold():
            return False
        return self.heading.casefold() in " > ".join(entry.chunk.heading).casefold()


EVERYTHING = Filter()

EmptyHeading = tuple[float, str, tuple[str, ...]]
"""Cosine with the query, file, heading path of a heading that has nothing under it."""


class Searcher:
    """Searches the current generation of an index; follows a newer one by itself. Safe to share between threads."""

    def __init__(self, index: IndexFolder, embedder: Embedder) -> None:
        self._index = index
        self.embedder = embedder
        self._token_cache: OrderedDict[str, Vectors] = OrderedDict()

    def warm(self) -> None:
        """Load the embedding model and open the index, so that the first search does not wait.

        Raises:
            KnowledgeError: the embedding model cannot be loaded.

        """
        self.embedder.encode_tokens(["warm"])
        if generation := self._index.current():
            _ = (generation.keywords, generation.rarity, generation.store)

    def count_tokens(self, text: str) -> int:
        """Return how many tokens a text has for the embedding model, a fair guess for other English models."""
        return self.embedder.count(text)

    def size(self, where: Filter = EVERYTHING) -> int:
        """Return how many chunks would be searched.

        Raises:
            CollectionNotFound: nothing is synced, or not under that name.
            IndexMismatch: a collection was made with another embedding model.

        """
        return len(self._allowed(self._generation(where), where, "text"))

    def search(self, query: str, k: int = 5, where: Filter = EVERYTHING) -> list[Hit]:
        """Return the ``k`` best chunks, best first.

        Raises:
            InputError: the query is empty.
            CollectionNotFound: nothing is synced, or not under that name.
            IndexMismatch: a collection was made with another embedding model.

        """
        query = _clean(query)
        if not query:
            raise InputError("The search is empty. Type what you are looking for.")
        generation = self._generation(where)
        allowed = self._allowed(generation, where, "text")
        if not allowed:
            return []
        vector = self.embedder.encode([query])[0]
        hits = self._first_pass(generation, allowed, query, vector, where, max(_CANDIDATES, 2 * k))
        return self._rerank(query, hits)[:k]

    def search_many(
        self, queries: Sequence[str], k: int = 5, where: Filter = EVERYTHING
    ) -> tuple[list[list[Hit]], Vectors]:
        """Search for several short queries at once, without the late part, which costs most of the time.

        Returns:
            The ``k`` best chunks for each query, best first, and the unit vectors of the queries,
            shape ``(queries, dimension)``.

        Raises:
            CollectionNotFound: nothing is synced, or not under that name.
            IndexMismatch: a collection was made with another embedding model.

        """
        generation = self._generation(where)
        allowed = self._allowed(generation, where, "text")
        cleaned = [_clean(query) for query in queries]
        vectors = self.embedder.encode(cleaned)
        found = [
            self._first_pass(generation, allowed, query, vector, where, _CANDIDATES)[:k]
            for query, vector in zip(cleaned, vectors, strict=True)
        ]
        return found, vectors

    def _first_pass(
        self,
        generation: Generation,
        allowed: dict[str, tuple[int, Entry]],
        query: str,
        vector: Vectors,
        where: Filter,
        count: int,
    ) -> list[Hit]:
        keyword = generation.keywords.scores(query)
        chosen = self._candidates(generation, allowed, vector, keyword, where, count)
        return self._score(generation, [allowed[key] for key in chosen], vector, keyword)

    def empty_headings(self, query: str, where: Filter = EVERYTHING) -> list[EmptyHeading]:
        """Return every heading that has nothing under it."""
        generation = self._generation(where)
        outlines = [entry.chunk for _, entry in self._allowed(generation, where, "outline").values()]
        vector = self.embedder.encode([_clean(query)])[0]
        _, parts = generation.store.vectors(outlines)
        return [
            (float(part @ vector), chunk.file, (*chunk.heading, words))
            for chunk in outlines
            for (_, _, words), part in zip(sentence_texts(chunk), parts[chunk.id], strict=False)
        ]

    def rarity(self) -> Mapping[str, float]:
        """Return the inverse document frequency of every stem in the index, ``ln(1 + chunks / chunks with it)``."""
        generation = self._index.current()
        return generation.rarity if generation else {}

    def _generation(self, where: Filter) -> Generation:
        generation = self._index.current()
        stamps = {c.name: c for c in generation.manifest.collections()} if generation else {}
        if not generation or not stamps:
            raise CollectionNotFound("No notes have been synced yet. Run `etude sync FOLDER` with a folder of notes.")
        for name in where.collections:
            if name not in stamps:
                raise CollectionNotFound(
                    f"There is no collection {name!r}; there are {', '.join(stamps)}. "
                    f"Make it with `etude sync FOLDER --collection {name}`."
                )
        for stamp in stamps.values():
            if not where.collections or stamp.name in where.collections:
                check_stamp(stamp, self.embedder)
        return generation

    def _allowed(self, generation: Generation, where: Filter, kind: str) -> dict[str, tuple[int, Entry]]:
        """Return id -> (position in the keyword index, entry) of what may be found."""
        return {
            entry.chunk.id: (position, entry)
            for position, entry in enumerate(generation.entries)
            if entry.chunk.kind == kind and where.allows(entry)
        }

    def _candidates(
        self,
        generation: Generation,
        allowed: dict[str, tuple[int, Entry]],
        vector: Vectors,
        keyword: Any,
        where: Filter,
        count: int,
    ) -> list[str]:
        if len(allowed) <= 2 * count:
            return list(allowed)
        clauses: list[dict[str, Any]] = [{"kind": "text"}]
        if where.collections:
            clauses.append({"collection": {"$in": list(where.collections)}})
        if where.file or where.heading:
            clauses.append({"file": {"$in": sorted({entry.chunk.file for _, entry in allowed.values()})}})
        near = generation.store.nearest(vector, count, {"$and": clauses} if len(clauses) > 1 else clauses[0])
        by_keyword = sorted(allowed, key=lambda key: -keyword[allowed[key][0]])[:count]
        return list(dict.fromkeys(key for key in [*near, *by_keyword] if key in allowed))

    def _score(
        self, generation: Generation, entries: Sequence[tuple[int, Entry]], vector: Vectors, keyword: Any
    ) -> list[Hit]:
        wholes, parts = generation.store.vectors([entry.chunk for _, entry in entries])
        hits: list[Hit] = []
        for position, entry in entries:
            key = entry.chunk.id
            if key not in wholes:
                continue
            cosines = tuple(float(part @ vector) for part in parts[key])
            bm25 = float(keyword[position])
            scores = {
                "dense": float(wholes[key] @ vector),
                "sentence": max(cosines, default=0.0),
                "keyword": bm25 / (bm25 + _SATURATION),
            }
            score = sum(WEIGHTS[name] * value for name, value in scores.items())
            hits.append(Hit(entry.collection, entry.chunk, score, scores, cosines, parts[key]))
        return sorted(hits, key=lambda hit: -hit.score)

    def _rerank(self, query: str, hits: list[Hit]) -> list[Hit]:
        """Add the late part to the best hits; the others keep their order below them."""
        head, tail = hits[:_RERANKED], hits[_RERANKED:]
        tokens = self._token_vectors([hit.chunk for hit in head])
        (question,) = self.embedder.encode_tokens([query])
        late = [float((question @ matrix.T).max(axis=1).mean()) if len(matrix) else 0.0 for matrix in tokens]
        floor = min(late, default=0.0)
        best = [_with_late(hit, value) for hit, value in zip(head, late, strict=True)]
        rest = [_with_late(hit, floor) for hit in tail]
        return [*sorted(best, key=lambda hit: -hit.score), *rest]

    def _token_vectors(self, chunks: Sequence[Chunk]) -> list[Vectors]:
        missing = [chunk for chunk in chunks if chunk.id not in self._token_cache]
        for chunk, matrix in zip(
            missing, self.embedder.encode_tokens([embedding_text(c) for c in missing]) if missing else [], strict=True
        ):
            self._token_cache[chunk.id] = matrix
        found = [self._token_cache[chunk.id] for chunk in chunks]
        while len(self._token_cache) > 512:
            self._token_cache.popitem(last=False)
        return found


def nearest_headings(
    hits: Sequence[Hit], empty: Sequence[EmptyHeading], k: int = 3
) -> list[tuple[str, tuple[str, ...]]]:
    """Return ``(file, heading path)`` of the ``k`` headings nearest to a query.

    Args:
        hits: what was found for it.
        empty: the headings with nothing under them, from ``Searcher.empty_headings`` for the same query.
        k: how many.

    """
    found = [(max(hit.scores["dense"], hit.scores["sentence"]), hit.chunk.file, hit.chunk.heading) for hit in hits]
    ordered = sorted([*found, *empty], key=lambda item: -item[0])
    return list({(file, heading): None for _, file, heading in ordered if heading})[:k]


def _clean(query: str) -> str:
    return " ".join(query.split())[:_MAX_QUERY_CHARACTERS]


def _with_late(hit: Hit, late: float) -> Hit:
    scores = {**hit.scores, "late": late}
    return replace(hit, score=hit.score + WEIGHTS["late"] * late, scores=scores)
