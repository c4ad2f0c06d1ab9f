"""Blocks to pieces that fit a token limit.

Blocks are joined in order while they fit. One that is too long alone is cut at the next smaller joint: the blocks
inside a list item, table rows under a repeated header, code lines inside a repeated fence, lines, sentences, and words
only when nothing else is left.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

from knowledge.blocks import Block, BlockKind
from knowledge.plain import plain
from knowledge.sentences import sentences

CountTokens = Callable[[str], int]
Piece = tuple[int, int, str]
"""First line, last line (counted from 1, both included), text."""

_LONGEST_RUN = 80
"""Characters without a blank that are kept together when words must be cut."""
_FENCES = ("```", "~~~")


def pack(blocks: Iterable[Block], count: CountTokens, room: int) -> Iterator[Piece]:
    """Yield pieces whose plain text has at most ``room`` tokens."""
    for group in _groups(_fit(blocks, count, room), count, room):
        piece = _join(group)
        if plain(piece[2]):
            yield piece


def _groups(blocks: Iterable[Block], count: CountTokens, room: int) -> Iterator[list[Block]]:
    held: list[Block] = []
    size = marked = 0
    for block in blocks:
        tokens = _tokens(block.kind, block.text, count) + 1
        marked += count(block.text) + 1
        # The sum may be wrong where marks span blocks, such as a fence; with the marks counted it is an upper bound.
        if held and (size + tokens > room or (marked > room and count(plain(_join([*held, block])[2])) > room)):
            yield held
            held, size, marked = [], 0, count(block.text) + 1
        held.append(block)
        size += tokens
    if held:
        yield held


def _tokens(kind: BlockKind, text: str, count: CountTokens) -> int:
    # Code is kept as it is inside a fence and read as prose without one.
    return max(count(plain(text)), count(text)) if kind == "code" else count(plain(text))


def _join(blocks: list[Block]) -> Piece:
    text = blocks[0].text
    for before, block in pairwise(blocks):
        apart = block.start > before.end or "prose" not in (before.kind, block.kind)
        glue = "\n\n" if apart else " " if block.start < before.end else "\n"
        text += glue + block.text
    return blocks[0].start + 1, blocks[-1].end, text


def _fit(blocks: Iterable[Block], count: CountTokens, room: int) -> Iterator[Block]:
    for block in blocks:
        if _tokens(block.kind, block.text, count) < room:
            yield block
        elif block.kind == "table":
            yield from _cut_rows(block, count, room, head=2, tail=0)
        elif block.kind == "code":
            fenced = block.text.lstrip().startswith(_FENCES)
            yield from _cut_rows(block, count, room, head=int(fenced), tail=int(fenced))
        elif block.inner:
            yield from _fit(block.inner, count, room)
        elif block.end - block.start > 1:
            yield from _fit(_single_lines(block), count, room)
        else:
            yield from _cut_line(block, count, room)


def _single_lines(block: Block) -> Iterator[Block]:
    for offset, line in enumerate(block.text.split("\n")):
        if line.strip():
            yield Block("prose", block.start + offset, block.start + offset + 1, line)


def _cut_rows(block: Block, count: CountTokens, room: int, head: int, tail: int) -> Iterator[Block]:
    rows = block.text.split("\n")
    if tail and not (len(rows) > head and rows[-1].strip().startswith(_FENCES)):
        tail = 0
    header, footer = rows[:head], rows[len(rows) - tail :]
    frame = _tokens(block.kind, "\n".join(header + footer), count)
    if frame > room // 2:
        # A header that leaves no room for rows is a row like the others.
        header, footer, head, tail, frame = [], [], 0, 0, 0
    held: list[str] = []
    first, size = block.start, frame
    for number, row in enumerate(rows[head : len(rows) - tail], start=block.start + head):
        tokens = _tokens(block.kind, row, count) + 1
        too_long = frame + tokens > room
        # Before a row that is too long the header stands alone, since it can be repeated no more.
        alone = too_long and first < number and plain("\n".join(header))
        if (held and size + tokens > room) or alone:
            yield Block(block.kind, first, number, "\n".join(header + held + footer))
            held, first, size = [], number, frame
        if too_long:
            yield from _cut_line(Block("prose", number, number + 1, row), count, room)
            first = number + 1
        else:
            held.append(row)
            size += tokens
    if held:
        yield Block(block.kind, first, block.end, "\n".join(header + held + footer))


def _cut_line(block: Block, count: CountTokens, room: int) -> Iterator[Block]:
    """Cut one long line between sentences, and a long sentence between words."""
    text = block.text
    cuts: list[tuple[int, int]] = []
    first = last = size = 0
    for start, end in _joints(text, count, room):
        # Marks count here but not in the end, so the whole is counted where the sum comes near the limit.
        tokens = count(text[start:end])
        if last and size + tokens > room * 3 // 4 and count(plain(text[first:end])) >= room:
            cuts.append((first, last))
            first, size = start, 0
        size += tokens
        last = end
    for start, end in [*cuts, (first, last)]:
        if plain(piece := text[start:end].strip()):
            yield Block(block.kind, block.start, block.end, piece)


def _joints(text: str, count: CountTokens, room: int) -> Iterator[tuple[int, int]]:
    for start, end in sentences(text):
        if count(text[start:end]) < room:
            yield start, end
            continue
        held = (0, 0)
        size = 0
        for word in re.finditer(rf"\S{{1,{_LONGEST_RUN}}}", text[start:end]):
            tokens = count(word[0])
            if held[1] and size + tokens >= room:
                yield start + held[0], start + held[1]
                held, size = (word.start(), word.end()), 0
            held = (held[0], word.end()) if held[1] else word.span()
            size += tokens
        yield start + held[0], start + held[1]
