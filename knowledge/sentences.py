"""Where sentences begin and end in notes and answers.

Notes are half prose, half lists: a line break or a list item always ends a sentence. A rule of our own rather than a
library because pysbd has been unmaintained since 2021 and merges list items, and spaCy's splitter loads a model.
"""

from __future__ import annotations

import re

_END = re.compile(
    r"""[.!?…]+["'”’)\]*_]*      # closing marks belong to the sentence
        (?:\s*\[\d+\])*          # and so do citation markers
        (?=\s+["'“‘(\[*_]*[A-Z0-9“"'(]|\s*$)""",
    re.VERBOSE,
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|cf|al|approx|fig|no|dr|mr|mrs|ms|prof|st|inc|ltd|ex|incl|resp)|\b[A-Za-z]|^\s*\d+)\.$",
    re.IGNORECASE,
)
_LONGEST_ABBREVIATION = 12


def sentences(text: str) -> list[tuple[int, int]]:
    """Return the character spans of the sentences of a text, start included, end excluded, blanks left out."""
    spans: list[tuple[int, int]] = []
    offset = 0
    for line in text.split("\n"):
        start = 0
        for match in _END.finditer(line):
            end = match.end()
            nearby = line[max(start, match.start() - _LONGEST_ABBREVIATION) : match.start() + 1]
            if end < len(line) and _ABBREVIATION.search(nearby):
                continue
            _add(spans, text, offset + start, offset + end)
            start = end
        _add(spans, text, offset + start, offset + len(line))
        offset += len(line) + 1
    return spans


def _add(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    if piece.strip():
        spans.append((start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())))
