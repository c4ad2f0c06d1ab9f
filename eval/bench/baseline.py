"""The pipeline that everyone writes, as the row to compare with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage
from langchain_text_splitters import RecursiveCharacterTextSplitter

from knowledge.embed import Embedder
from knowledge.read import read_file

_SYSTEM = (
    "You are a helpful assistant. Answer the question using only the context. "
    "If the context does not contain the answer, say that you do not know."
)


@dataclass(frozen=True, slots=True)
class BaselineChunk:
    """A piece of a file by characters, and the lines that it overlaps."""

    file: str
    first_line: int
    last_line: int
    text: str


class Baseline:
    """1,000-character chunks with 200 overlapping, MiniLM, cosine, the best five."""

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200, add_start_index=True)
        self._embedder = embedder
        self._chunks: list[BaselineChunk] = []
        self._headings: dict[tuple[str, str], list[tuple[int, int]]] = {}
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            lines = read_file(path).lines
            name = path.relative_to(folder).as_posix()
            self._note_headings(name, lines)
            text = "\n".join(lines)
            for document in splitter.create_documents([text]):
                start = document.metadata["start_index"]
                first = text.count("\n", 0, start) + 1
                piece = document.page_content
                self._chunks.append(BaselineChunk(name, first, first + piece.count("\n"), piece))
        self._vectors = embedder.encode([chunk.text for chunk in self._chunks])

    def retrieve(self, question: str, k: int = 5) -> list[BaselineChunk]:
        """Return the ``k`` chunks nearest to a question."""
        order = np.argsort(-(self._vectors @ self._embedder.encode([question])[0]))
        return [self._chunks[n] for n in order[:k]]

    def messages(self, question: str, chunks: list[BaselineChunk]) -> list[BaseMessage]:
        """Return the usual prompt."""
        context = "\n\n".join(chunk.text for chunk in chunks)
        return [SystemMessage(_SYSTEM), HumanMessage(f"Context:\n{context}\n\nQuestion: {question}\nAnswer:")]

    def overlaps(self, chunk: BaselineChunk, place: dict[str, str]) -> bool:
        """Say whether a chunk has lines of a section."""
        spans = self._headings.get((place["file"], place["heading"].strip()), [])
        return chunk.file == place["file"] and any(a <= chunk.last_line and b >= chunk.first_line for a, b in spans)

    def _note_headings(self, name: str, lines: list[str]) -> None:
        marks = [n for n, line in enumerate(lines, start=1) if line.lstrip().startswith("#")]
        for mark, following in zip(marks, [*marks[1:], len(lines) + 1], strict=True):
            title = lines[mark - 1].strip().strip("#").replace("**", "").strip()
            self._headings.setdefault((name, title), []).append((mark, following - 1))
