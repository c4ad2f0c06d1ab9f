"""The pipeline that most tutorials build, as the row to compare with."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage

from eval.runs import runs_folder
from eval.systems.chunking import by_characters
from eval.tools import Tools
from knowledge.embed import Embedder, Vectors
from knowledge.folder import look
from knowledge.read import read_file

PASSAGES = 5
_SIZE = 1000
_BLOCK = 128
"""Chunks that are encoded and kept together, so that a kill costs seconds."""
_SYSTEM = (
    "You are a helpful assistant. Answer the question using only the context. "
    "If the context does not contain the answer, say that you do not know."
)


@dataclass(frozen=True, slots=True)
class NaiveChunk:
    """A piece of a file by characters; lines count from 1, both ends included."""

    collection: str
    file: str
    start_line: int
    end_line: int
    text: str


class Naive:
    """1,000-character chunks with 200 overlapping, as they stand in the files; cosine; the best five pasted in.

    Args:
        folders: of notes, by collection.
        embedder: makes the vectors.
        keep: a folder in which vectors are kept from run to run; they are found again by the texts.
        tell: hears how far the encoding is.

    """

    def __init__(
        self,
        folders: Mapping[str, Path],
        embedder: Embedder,
        keep: Path | None = None,
        tell: Callable[[str], None] | None = None,
    ) -> None:
        self._embedder = embedder
        self.lines = {
            (collection, name): read_file(path, name).lines
            for collection, folder in folders.items()
            for name, path in sorted(look(folder).files.items())
        }
        self._chunks = [
            NaiveChunk(collection, name, *piece)
            for (collection, name), lines in self.lines.items()
            for piece in by_characters(lines, _SIZE)
        ]
        self._vectors = _encoded([chunk.text for chunk in self._chunks], embedder, keep, tell)

    def retrieve(self, question: str, k: int = PASSAGES) -> list[NaiveChunk]:
        """Return the ``k`` chunks nearest to a question."""
        return [chunk for chunk, _ in self.ranked(question, k)]

    def ranked(self, question: str, k: int) -> list[tuple[NaiveChunk, float]]:
        """Return the ``k`` chunks nearest to a question with their cosines."""
        scores = self._vectors @ self._embedder.encode([question])[0]
        return [(self._chunks[n], float(scores[n])) for n in np.argsort(-scores, kind="stable")[:k]]

    def messages(self, question: str, chunks: Sequence[NaiveChunk]) -> list[BaseMessage]:
        """Return the usual prompt."""
        context = "\n\n".join(chunk.text for chunk in chunks)
        return [SystemMessage(_SYSTEM), HumanMessage(f"Context:\n{context}\n\nQuestion: {question}\nAnswer:")]


def open_naive(tools: Tools, folders: Mapping[str, Path]) -> Naive:
    """Return the baseline over some folders of notes, with vectors that are kept for the next run.

    Raises:
        InputError: a folder or a file cannot be read.

    """
    return Naive(folders, tools.embedder, runs_folder(tools.settings), tools.tell)


def _encoded(
    texts: Sequence[str], embedder: Embedder, keep: Path | None, tell: Callable[[str], None] | None
) -> Vectors:
    if keep is None:
        return embedder.encode(texts)
    digest = hashlib.sha256("\x1f".join((embedder.name, *texts)).encode()).hexdigest()
    keep = keep / f"naive-{digest[:16]}"
    keep.mkdir(parents=True, exist_ok=True)
    blocks: list[Vectors] = []
    for start in range(0, len(texts), _BLOCK):
        file = keep / f"{start:08d}.npy"
        if not file.is_file():
            if tell:
                tell(f"Encoding the notes for the baseline, {start:,} of {len(texts):,} chunks")
            new = file.with_suffix(f".{os.getpid()}.new")
            with new.open("wb") as out:
                np.save(out, embedder.encode(texts[start : start + _BLOCK]))
            new.replace(file)
        blocks.append(np.load(file))
    return np.concatenate(blocks) if blocks else np.zeros((0, embedder.dimension), np.float32)
