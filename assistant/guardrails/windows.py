"""Overlapping windows of a text, so that a short attack in a long text is not drowned by the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator

_BREAK = re.compile(r"[.!?。！？][\"'”’)\]]{0,3}\s+|[。！？]|\n\s*")
_WORDS = re.compile(r"\S+\s*")


def windows(text: str, words: int) -> Iterator[tuple[int, int]]:
    """Yield the spans of windows of about so many words, at sentence ends where there are some, each half overlapping.

    A text of no more words is one window. A sentence of more words is a window too, and cut where it has more than
    twice as many: a part of a sentence says something else than the sentence.
    """
    pieces = _pieces(text, words)
    if sum(count for _, _, count in pieces) <= words:
        yield 0, len(text)
        return
    first = 0
    while first < len(pieces):
        last, total = first, 0
        while last < len(pieces) and (last == first or total + pieces[last][2] <= words):
            total += pieces[last][2]
            last += 1
        yield pieces[first][0], pieces[last - 1][1]
        if last == len(pieces):
            return
        # The next one begins in the middle of this one.
        passed = 0
        while first < last - 1 and passed < total / 2:
            passed += pieces[first][2]
            first += 1
        first = first if passed else last


def _pieces(text: str, window: int) -> list[tuple[int, int, int]]:
    """Return sentences and lines with their number of words; one of more than two windows is cut."""
    found, begin = [], 0
    for stop in [*(match.end() for match in _BREAK.finditer(text)), len(text)]:
        words = [match.span() for match in _WORDS.finditer(text, begin, stop)]
        size = len(words) if len(words) <= 2 * window else max(1, window // 2)
        for place in range(0, len(words), size or 1):
            part = words[place : place + size]
            found.append((part[0][0], part[-1][1], len(part)))
        begin = stop
    return found
