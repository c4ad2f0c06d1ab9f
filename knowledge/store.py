"""Vectors of chunks and of their sentences, in Chroma.

Each chunk has one vector for its whole text (``chunks``) and one for every sentence (``sentences``): a question often
matches one bullet of a section much better than the section as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import chromadb
import numpy as np
from chromadb.config import Settings as ChromaSettings

from knowledge.embed import Vectors
from knowledge.sentences import sentences
from knowledge.split import Chunk, plain
from knowledge.tables import table_rows

_CHUNKS, _SENTENCES = "chunks", "sentences"


def sentence_texts(chunk: Chunk) -> list[tuple[int, int, str]]:
    """Return ``(start, end, words)`` of every sentence of a chunk; the span is in ``chunk.text``.

    A row of a table counts as a sentence, with the words of the header beside its cells.
    """
    rows = table_rows(chunk.text)
    spans = ((start, end, rows.get(chunk.text.count("\n", 0, start))) for start, end in sentences(chunk.text))
    found = (
        (start, end, plain(chunk.text[start:end] if row is None else row).removeprefix("- "))
        for start, end, row in spans
    )
    return [(start, end, words) for start, end, words in found if any(letter.isalnum() for letter in words)]


def sentence_embedding_texts(chunk: Chunk) -> list[str]:
    """Return what the embedding model reads for each sentence: the nearest heading gives a bare bullet its subject."""
    title = f"{chunk.heading[-1]}: " if chunk.heading else ""
    return [title + words for _, _, words in sentence_texts(chunk)]


class VectorStore:
    """The two Chroma collections of one generation of the index. One client, closed by ``close``."""

    def __init__(self, folder: Path) -> None:
        self._client = chromadb.PersistentClient(str(folder), settings=ChromaSettings(anonymized_telemetry=False))
        self._batch = self._client.get_max_batch_size()
        self._chunks, self._sentences = (self._open(name) for name in (_CHUNKS, _SENTENCES))

    def _open(self, name: str) -> chromadb.Collection:
        # The embedding function is ours; Chroma's default would fetch a model from the network.
        return self._client.get_or_create_collection(
            name, embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
        )

    def close(self) -> None:
        """Release the files."""
        self._client.close()  # type: ignore[attr-defined]

    def put(self, collection: str, chunks: Sequence[Chunk], whole: Vectors, parts: Sequence[Vectors]) -> None:
        """Write vectors of chunks: ``whole`` has shape ``(chunks, dimension)``, ``parts`` one such array a chunk."""
        self._upsert(self._chunks, [c.id for c in chunks], whole, [_metadata(collection, c) for c in chunks])
        self._upsert(
            self._sentences,
            [f"{c.id}:{n}" for c, part in zip(chunks, parts, strict=True) for n in range(len(part))],
            np.concatenate(parts) if parts else whole[:0],
            [_metadata(collection, c) for c, part in zip(chunks, parts, strict=True) for _ in range(len(part))],
        )

    def _upsert(self, target: chromadb.Collection, ids: list[str], vectors: Vectors, metadata: list[Any]) -> None:
        for start in range(0, len(ids), self._batch):
            piece = slice(start, start + self._batch)
            target.upsert(ids=ids[piece], embeddings=vectors[piece], metadatas=metadata[piece])

    def keep_only(self, chunk_ids: Iterable[str]) -> None:
        """Delete every vector whose chunk is not named."""
        wanted = set(chunk_ids)
        for target in (self._chunks, self._sentences):
            stale = [key for key in target.get(include=[])["ids"] if key.partition(":")[0] not in wanted]
            for start in range(0, len(stale), self._batch):
                target.delete(ids=stale[start : start + self._batch])

    def known(self, chunk_ids: Sequence[str]) -> set[str]:
        """Return those of the chunks that have a vector already."""
        return set(self._chunks.get(ids=list(chunk_ids), include=[])["ids"]) if chunk_ids else set()

    def nearest(self, query: Vectors, count: int, where: dict[str, Any] | None = None) -> list[str]:
        """Return ids of the chunks nearest to a query vector as a whole or by one sentence, about ``count`` of each."""
        found: dict[str, None] = {}
        for target, wanted in ((self._chunks, count), (self._sentences, 3 * count)):
            result = target.query(query_embeddings=query[None, :], n_results=wanted, where=where, include=[])
            found |= dict.fromkeys(key.partition(":")[0] for key in result["ids"][0])
        return list(found)

    def vectors(self, chunks: Sequence[Chunk]) -> tuple[dict[str, Vectors], dict[str, Vectors]]:
        """Return for each chunk id the vector of the whole, and the vectors of its sentences in order."""
        if not chunks:
            return {}, {}
        wholes = self._chunks.get(ids=[c.id for c in chunks], include=["embeddings"])
        keys = [f"{c.id}:{n}" for c in chunks for n in range(len(sentence_texts(c)))]
        parts: dict[str, Vectors] = {}
        for start in range(0, len(keys), self._batch):
            found = self._sentences.get(ids=keys[start : start + self._batch], include=["embeddings"])
            parts |= dict(zip(found["ids"], _arrays(found), strict=True))
        by_chunk = {
            c.id: np.array([parts[key] for n in range(len(sentence_texts(c))) if (key := f"{c.id}:{n}") in parts])
            for c in chunks
        }
        return dict(zip(wholes["ids"], _arrays(wholes), strict=True)), by_chunk


def _arrays(found: Any) -> list[Vectors]:
    return [np.asarray(vector, np.float32) for vector in found["embeddings"]]


def _metadata(collection: str, chunk: Chunk) -> dict[str, str]:
    return {"collection": collection, "file": chunk.file, "kind": chunk.kind}
