"""Citation markers, put in by code after the sentences that a passage supports.

The model never writes a marker: a small model guesses them. Each finished sentence is scored against the passages that
the model read, and gets the number of the best one that supports it; numbers are given in order of first use.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.chat.events import Citation
from assistant.chat.passages import Passage
from assistant.grounding import SUPPORTED, Grounding, Source, Support
from knowledge.embed import Embedder
from knowledge.sentences import sentences
from knowledge.store import sentence_texts

_WRITTEN_MARKER = re.compile(r"\s?\[\d{1,2}\](?!\()")
_SAME = 0.85
"""Score from which a second passage that supports a sentence as well as the best one is named beside it."""
_HALF_MARKER = re.compile(r"\s?\[\d{0,2}$|\s$")


class Citer:
    """Takes the model's words as they come and gives them back with markers.

    ``text`` is what was given back so far; ``support`` the best score of a sentence so far, 0 to 1.
    """

    def __init__(self, question: str, passages: Sequence[Passage], embedder: Embedder) -> None:
        self._passages = passages
        self._grounding = Grounding(question, [source_of(passage) for passage in passages], embedder)
        self._raw = ""
        self._sent = 0
        self._checked = 0
        self._numbers: dict[int, int] = {}
        self._used: dict[int, set[int]] = {}
        self.text = ""
        self.support = 0.0

    def add(self, words: str) -> Iterator[str]:
        """Yield what can be shown now: the words, and the marker of every sentence that has ended."""
        # A marker that the model writes all the same is taken out; half a marker waits for its other half.
        self._raw = _WRITTEN_MARKER.sub("", self._raw + words)
        held = _HALF_MARKER.search(self._raw)
        yield from self._emit(held.start() if held else len(self._raw), final=False)

    def finish(self) -> Iterator[str]:
        """Yield what was held back, and the last marker."""
        self._raw = self._raw.rstrip()
        yield from self._emit(len(self._raw), final=True)

    def citations(self) -> tuple[Citation, ...]:
        """Return the cited passages in the order of their markers."""
        return tuple(self._citation(passage, marker) for passage, marker in self._numbers.items())

    def _emit(self, end: int, *, final: bool) -> Iterator[str]:
        spans = sentences(self._raw)
        finished = spans if final else spans[:-1]
        for start, stop in finished:
            if start < self._checked:
                continue
            yield from self._show(self._raw[self._sent : stop])
            self._sent = max(self._sent, stop)
            yield from self._show(self._markers(self._raw[start:stop]))
            self._checked = stop
        if end > self._sent:
            yield from self._show(self._raw[self._sent : end])
            self._sent = end

    def _show(self, text: str) -> Iterator[str]:
        if text:
            self.text += text
            yield text

    def _markers(self, sentence: str) -> str:
        supports = self._grounding.check(sentence)
        if not supports:
            return ""
        best = supports[0]
        self.support = max(self.support, best.score)
        if best.score < SUPPORTED:
            return ""
        # Learners copy passages between files: what says the same as well is named too.
        named = [best, *(other for other in supports[1:2] if other.score >= max(_SAME, best.score - 0.05))]
        return "".join(f" [{self._number(support)}]" for support in named)

    def _number(self, support: Support) -> int:
        self._used.setdefault(support.source, set()).update(support.used)
        return self._numbers.setdefault(support.source, len(self._numbers) + 1)

    def _citation(self, number: int, marker: int) -> Citation:
        passage = self._passages[number]
        chunk = passage.hit.chunk
        spans = [(start, end) for start, end, _ in sentence_texts(chunk)]
        used = sorted({spans[passage.given[n]] for n in self._used[number]})
        return Citation(
            marker=marker,
            collection=passage.hit.collection,
            file=chunk.file,
            heading=chunk.heading,
            start_line=chunk.start_line,
            end_line=chunk.end_line,
            text=chunk.text,
            used=tuple(used),
        )


def source_of(passage: Passage) -> Source:
    """Return a passage as something to check against: what of it the model read."""
    parts = sentence_texts(passage.hit.chunk)
    given = [number for number in passage.given if number < len(passage.hit.vectors)]
    return Source(
        heading=" > ".join(passage.hit.chunk.heading),
        sentences=tuple(parts[number][2] for number in given),
        vectors=passage.hit.vectors[given],
    )
