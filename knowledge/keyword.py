"""Keyword search: BM25 (bm25s) over stems, with the heading path counted as text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from knowledge.split import Chunk, plain

if TYPE_CHECKING:
    import bm25s

_SAVED = "bm25"


class KeywordIndex:
    """BM25 scores of a fixed list of chunks; positions are those of the list."""

    def __init__(self, chunks: Sequence[Chunk]) -> None:
        self._size = len(chunks)
        self._bm25: bm25s.BM25 | None = None
        tokens = [stems(keyword_text(chunk)) for chunk in chunks]
        if any(tokens):
            import bm25s

            self._bm25 = bm25s.BM25()
            self._bm25.index(tokens, show_progress=False)

    def save(self, folder: Path) -> None:
        """Write the index into a folder."""
        if self._bm25:
            self._bm25.save(folder / _SAVED, show_progress=False)

    @classmethod
    def load(cls, folder: Path, chunks: Sequence[Chunk]) -> KeywordIndex:
        """Read a saved index; one that does not fit the chunks is built anew."""
        import bm25s

        index = cls.__new__(cls)
        index._size = len(chunks)
        try:
            index._bm25 = bm25s.BM25.load(folder / _SAVED, show_progress=False)
        except (OSError, ValueError, KeyError, EOFError):
            return cls(chunks)
        return index if index._bm25.scores["num_docs"] == len(chunks) else cls(chunks)

    def scores(self, query: str) -> NDArray[np.float32]:
        """Return the BM25 score of every chunk, shape ``(chunks,)``; 0 where no stem is shared."""
        known = [stem for stem in stems(query) if self._bm25 and stem in self._bm25.vocab_dict]
        if not known or not self._bm25:
            return np.zeros(self._size, np.float32)
        return np.asarray(self._bm25.get_scores(known), np.float32)


def keyword_text(chunk: Chunk) -> str:
    """Return the words that count: the nearest heading and the text."""
    return f"{chunk.heading[-1]}\n{plain(chunk.text)}" if chunk.heading else plain(chunk.text)


def stems(text: str) -> list[str]:
    """Return the English stems of a text in order, stop words left out."""
    import bm25s
    import Stemmer

    found = bm25s.tokenize(
        text, stopwords="en", stemmer=Stemmer.Stemmer("english"), return_ids=False, show_progress=False
    )
    return list(found[0])


def weigh_stems(wanted: Iterable[str], rarity: Mapping[str, float]) -> dict[str, float]:
    """Return the weight of each stem: its inverse document frequency; one that is not known is the rarest."""
    rarest = max(rarity.values(), default=1.0)
    return {stem: rarity.get(stem, rarest) for stem in wanted}


def share_known(weights: Mapping[str, float], known: Set[str], of_none: float) -> float:
    """Return the weighted share of stems that are known, 0 to 1; ``of_none`` where there is none to know."""
    if not weights:
        return of_none
    return sum(weight for stem, weight in weights.items() if stem in known) / sum(weights.values())
