"""How an answer differs from its reference, word by word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

# Chinese and Japanese are not spaced, so each of their characters is a word.
_CJK = r"\u2e80-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORDS = re.compile(rf"[{_CJK}]|[^\W{_CJK}]+(?:['’.,-][^\W{_CJK}]+)*|[^\w\s]")
_LONGEST = 2_000

Piece = tuple[str, str]
"""``=`` both have it, ``+`` only the answer, ``-`` only the reference; and the text."""


def words_diff(answer: str, references: Sequence[str]) -> list[Piece]:
    """Return the answer and its nearest reference as one text, in pieces that are marked by who has them.

    Words are compared without case. Texts are cut after 2,000 words.

    Returns:
        pieces in reading order; none where there is nothing to compare.

    """
    given = _split(answer)
    texts = [words for words in map(_split, references) if words]
    if not given or not texts:
        return []
    matchers = [SequenceMatcher(None, _folded(words), _folded(given)) for words in texts]
    nearest, wanted = max(zip(matchers, texts, strict=True), key=lambda pair: pair[0].ratio())
    pieces: list[Piece] = []
    for tag, a, b, c, d in nearest.get_opcodes():
        if tag == "equal":
            pieces.append(("=", "".join(given[c:d])))
        else:
            if b > a and pieces and wanted[a - 1][-1:].isspace() and not pieces[-1][1][-1:].isspace():
                pieces.append(("=", " "))
            pieces += [(mark, text) for mark, text in (("-", "".join(wanted[a:b])), ("+", "".join(given[c:d]))) if text]
    return pieces


def _split(text: str) -> list[str]:
    """Split a text before each word; spaces stay with the word before them."""
    starts = [match.start() for match in _WORDS.finditer(text)][: _LONGEST + 1]
    if not starts:
        return []
    ends = [*starts[1:], len(text)]
    return [text[start:end] for start, end in zip(starts, ends, strict=True)][:_LONGEST]


def _folded(words: Sequence[str]) -> list[str]:
    return [word.strip().casefold() for word in words]
