"""The naive baseline with a looser rule for what it found: any line of a gold section counts."""

from __future__ import annotations

from pathlib import Path

from eval.systems.naive import Naive, NaiveChunk
from knowledge.embed import Embedder


class Baseline(Naive):
    """Over one folder."""

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        super().__init__({"": folder}, embedder)
        self._headings: dict[tuple[str, str], list[tuple[int, int]]] = {}
        for (_, name), lines in self.lines.items():
            self._note_headings(name, lines)

    def overlaps(self, chunk: NaiveChunk, place: dict[str, str]) -> bool:
        """Say whether a chunk has lines of a section."""
        spans = self._headings.get((place["file"], place["heading"].strip()), [])
        return chunk.file == place["file"] and any(a <= chunk.end_line and b >= chunk.start_line for a, b in spans)

    def _note_headings(self, name: str, lines: list[str]) -> None:
        marks = [n for n, line in enumerate(lines, start=1) if line.lstrip().startswith("#")]
        for mark, following in zip(marks, [*marks[1:], len(lines) + 1], strict=True):
            title = lines[mark - 1].strip().strip("#").replace("**", "").strip()
            self._headings.setdefault((name, title), []).append((mark, following - 1))
