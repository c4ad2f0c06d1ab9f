"""Vectors of chunks and of their sentences, in Chroma.

Each chunk has one vector for its whole text (``chunks``) and one for every sentence (``sentences``): a question often
matches one bullet of a section much better than the section as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from knowledge.embed import Vectors
from knowledge.sentences import sentences
from knowledge.split import Chunk, plain
from knowledge.tables import table_rows

if TYPE_CHECKING:
    from chromadb import Collection as ChromaCollection

_CHUNKS, _SENTENCES = "chunks", "sentences"


def sentence_texts(chunk: Chunk) -> list[tuple[int, int, str]]:
    """Return ``(start, end, words)`` of every sentence of a chunk; the span is in ``chunk.text``.

    A row of a table counts as a sentence, with the words of the header beside its cells.
    """
    return list(_sentence_texts(chunk.text))


@lru_cache(maxsize=8192)
def _sentence_texts(text: str) -> tuple[tuple[int, int, str], ...]:
    # Kept, since one search asks for those of dozens of chunks, again and again.
    rows = table_rows(text)
    spans = ((start, end, rows.get(text.count("\n", 0, start))) for start, end in sentences(text))
    found = (
        (start, end, plain(text[start:end] if row is None else row).removeprefix("- ")) for start, end, row in spans
    )
    return tuple((start, end, words) for start, end, words in found if any(letter.isalnum() for letter in words))


def sentence_embedding_texts(chunk: Chunk) -> list[str]:
    """Return what the embedding model reads for each sentence: the nearest heading gives a bare bullet its subject."""
    title = f"{chunk.heading[-1]}: " if chunk.heading else ""
    return [title + words for _, _, words in sentence_texts(chunk)]


class VectorStore:
    """The Chroma collections of one generation of the index. One client, closed by ``close``.

    There are two for each length of vectors, such as ``chunks-384`` and ``sentences-384``, since notes embedded with
    different models may stand side by side.
    """

    def __init__(self, folder: Path) -> None:
        import chromadb
        from chromadb.api.shared_system_client import SharedSystemClient
        from chromadb.config import Settings

        try:
            self._client = chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))
        except Exception:
            # Chroma keeps what failed to open and hands it out again for the same folder, broken as it is.
            SharedSystemClient._identifier_to_system.pop(str(folder), None)
            SharedSystemClient._identifier_to_refcount.pop(str(folder), None)
            raise
        self._batch = self._client.get_max_batch_size()
        self._tables = {table.name: self._open(table.name) for table in self._client.list_collections()}

    def _open(self, name: str) -> ChromaCollection:
        # The embedding function is ours; Chroma's default would fetch a model from the network.
        return self._client.get_or_create_collection(
            name, embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
        )

    def _table(self, kind: str, dimension: int) -> ChromaCollection:
        name = f"{kind}-{dimension}"
        if name not in self._tables:
            self._tables[name] = self._open(name)
        return self._tables[name]

    def _all(self, kind: str) -> list[ChromaCollection]:
        return [table for name, table in self._tables.items() if name.startswith(f"{kind}-")]

    def close(self) -> None:
        """Release the files."""
        self._client.close()  # type: ignore[attr-defined]

    def put(self, collection: str, chunks: Sequence[Chunk], whole: Vectors, parts: Sequence[Vectors]) -> None:
        """Write vectors of chunks: ``whole`` has shape ``(chunks, dimension)``, ``parts`` one such array a chunk.

        The vector of the whole is written last: a chunk that is ``known`` has all of its sentences.
        """
        if not chunks:
            return
        dimension = whole.shape[1]
        self._upsert(
            self._table(_SENTENCES, dimension),
            [f"{c.id}:{n}" for c, part in zip(chunks, parts, strict=True) for n in range(len(part))],
            np.concatenate(parts),
            [_metadata(collection, c) for c, part in zip(chunks, parts, strict=True) for _ in range(len(part))],
        )
        self._upsert(
            self._table(_CHUNKS, dimension), [c.id for c in chunks], whole, [_metadata(collection, c) for c in chunks]
        )

    def _upsert(self, target: ChromaCollection, ids: list[str], vectors: Vectors, metadata: list[Any]) -> None:
        for start in range(0, len(ids), self._batch):
            piece = slice(start, start + self._batch)
            target.upsert(ids=ids[piece], embeddings=vectors[piece], metadatas=metadata[piece])

    def keep_only(self, chunk_ids: Iterable[str]) -> None:
        """Delete every vector whose chunk is not named."""
        wanted = set(chunk_ids)
        for name, target in list(self._tables.items()):
            keys = target.get(include=[])["ids"]
            stale = [key for key in keys if key.partition(":")[0] not in wanted]
            if len(stale) == len(keys):
                self._client.delete_collection(name)
                del self._tables[name]
                continue
            for start in range(0, len(stale), self._batch):
                target.delete(ids=stale[start : start + self._batch])

    def known(self, chunk_ids: Sequence[str]) -> set[str]:
        """Return those of the chunks that have their vectors already."""
        return {key for table in self._all(_CHUNKS) for found in self._get(table, chunk_ids) for key in found["ids"]}

    def nearest(self, query: Vectors, count: int, where: dict[str, Any] | None = None) -> list[str]:
        """Return ids of the chunks nearest to a query vector as a whole or by one sentence, about ``count`` of each."""
        found: dict[str, None] = {}
        for kind, wanted in ((_CHUNKS, count), (_SENTENCES, 3 * count)):
            table = self._table(kind, query.shape[0])
            result = table.query(query_embeddings=query[None, :], n_results=wanted, where=where, include=[])
            found |= dict.fromkeys(key.partition(":")[0] for key in result["ids"][0])
        return list(found)

    def vectors(self, chunks: Sequence[Chunk]) -> tuple[dict[str, Vectors], dict[str, Vectors]]:
        """Return for each chunk id the vector of the whole, and the vectors of its sentences in order."""
        keys = {c.id: [f"{c.id}:{n}" for n in range(len(sentence_texts(c)))] for c in chunks}
        wholes = self._vectors(_CHUNKS, list(keys))
        parts = self._vectors(_SENTENCES, [key for several in keys.values() for key in several])
        return wholes, {
            chunk_id: np.array([parts[key] for key in several if key in parts]) for chunk_id, several in keys.items()
        }

    def _vectors(self, kind: str, keys: Sequence[str]) -> dict[str, Vectors]:
        return {
            key: np.asarray(vector, np.float32)
            for table in self._all(kind)
            for found in self._get(table, keys, ["embeddings"])
            for key, vector in zip(found["ids"], found["embeddings"], strict=True)
        }

    def _get(self, table: ChromaCollection, keys: Sequence[str], include: list[Any] | None = None) -> Iterator[Any]:
        for start in range(0, len(keys), self._batch):
            yield table.get(ids=list(keys[start : start + self._batch]), include=include or [])


def _metadata(collection: str, chunk: Chunk) -> dict[str, str]:
    return {"collection": collection, "file": chunk.file, "kind": chunk.kind}
