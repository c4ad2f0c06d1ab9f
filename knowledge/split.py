"""Markdown lines to chunks: by heading, with tables and code whole, inside a token limit.

``split`` is the door. A chunk never crosses a heading; ``blocks`` finds the sections and ``pack`` cuts them to size.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from knowledge.blocks import Section, sections
from knowledge.pack import CountTokens, pack
from knowledge.plain import plain as plain

Kind = Literal["text", "outline"]

_PREFIX = 160
"""Most characters of a heading path before the text of a chunk; one outside ASCII counts as three."""
_CHARACTERS_A_TOKEN = 12
"""No prose comes near it; a blob without blanks, which a tokenizer may count as one unknown word, goes far above."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of one section.

    ``file`` is relative to the synced folder; ``heading`` is the path of headings from the top; lines count from 1,
    both ends included. An ``outline`` holds headings without text beneath them: they tell what a note leaves open,
    and never support an answer. ``id`` is a hash of all the rest.
    """

    id: str
    file: str
    heading: tuple[str, ...]
    start_line: int
    end_line: int
    text: str
    kind: Kind = "text"


def split(file: str, lines: Sequence[str], count: CountTokens, limit: int) -> list[Chunk]:
    """Cut a document into chunks.

    Args:
        file: the name that chunks carry.
        lines: Markdown, without line ends.
        count: tokens of a text, as the embedding model counts them.
        limit: most tokens of ``embedding_text(chunk)``.

    """

    def measure(text: str) -> int:
        return max(count(text), len(text) // _CHARACTERS_A_TOKEN)

    found = list(sections(lines))
    drafts: list[_Draft] = []
    for section in found:
        room = _room(section.heading, measure, limit)
        drafts += ((section.heading, *piece, "text") for piece in pack(section.blocks, measure, room))
    for run in _empty_runs(found):
        drafts += _outlines(run, measure, _room(run[0].heading[:-1], measure, limit))
    seen: Counter[_Draft] = Counter()
    chunks: list[Chunk] = []
    for draft in sorted(drafts, key=lambda draft: draft[1]):
        chunks.append(_chunk(file, draft, seen[draft]))
        seen[draft] += 1
    return chunks


def embedding_text(chunk: Chunk) -> str:
    """Return what the embedding model and the keyword index read: the heading path, then the words without markup."""
    return f"{_prefix(chunk.heading)}{plain(chunk.text)}"


_Draft = tuple[tuple[str, ...], int, int, str, Kind]


def _chunk(file: str, draft: _Draft, twins: int) -> Chunk:
    """Give a draft its id; ``twins`` counts equal ones before it, such as the pieces of a line that repeats itself."""
    heading, start, end, text, kind = draft
    parts = [file, *heading, str(start), str(end), kind, text, *([str(twins)] if twins else [])]
    return Chunk(hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:24], file, heading, start, end, text, kind)


def _room(heading: Sequence[str], measure: CountTokens, limit: int) -> int:
    return max(limit - measure(_prefix(heading)), limit // 3)


def _prefix(heading: Sequence[str]) -> str:
    parts = list(heading[-3:])
    while len(parts) > 1 and _weight(" > ".join(parts)) > _PREFIX:
        del parts[0]
    text = " > ".join(parts)
    while _weight(text) > _PREFIX:
        text = text[: len(text) * 3 // 4]
    return f"{text}\n" if text else ""


def _weight(text: str) -> int:
    return len(text) + 2 * sum(character > "\x7f" for character in text)


def _empty_runs(found: Sequence[Section]) -> Iterator[list[Section]]:
    """Yield runs of neighbours under one parent that have neither text nor headings beneath them."""
    run: list[Section] = []
    for section, following in zip(found, [*found[1:], None], strict=True):
        parent = following is not None and following.heading[: len(section.heading)] == section.heading
        empty = section.heading and not section.blocks and not parent
        if run and not (empty and run[0].heading[:-1] == section.heading[:-1]):
            yield run
            run = []
        if empty:
            run.append(section)
    if run:
        yield run


def _outlines(run: Sequence[Section], measure: CountTokens, room: int) -> Iterator[_Draft]:
    held: list[Section] = []
    size = 0
    for section in run:
        tokens = measure(f"- {section.heading[-1]}") + 1
        if held and size + tokens > room:
            yield _outline(held)
            held, size = [], 0
        held.append(section)
        size += tokens
    yield _outline(held)


def _outline(run: Sequence[Section]) -> _Draft:
    text = "\n".join(f"- {section.heading[-1]}" for section in run)
    return run[0].heading[:-1], run[0].line, run[-1].line, text, "outline"
