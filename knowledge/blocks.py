"""Markdown lines to sections of blocks, through markdown-it.

A section is a heading with what stands beneath it up to the next heading. Its blocks keep their lines: paragraphs, list
items, tables, code. Every line with words is in one of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token

from knowledge.plain import plain

_LONGEST_TITLE = 160
"""Characters. A longer heading is a paragraph that somebody put a ``#`` before; its words also become a block."""

_ANCHOR = re.compile(r"\s*\{#([A-Za-z][\w-]*)\}\s*$")
"""An id given to a heading, as Pandoc and kramdown write it: ``## Tokens {#tokens}``. It is not part of the title."""

BlockKind = Literal["prose", "table", "code"]


@dataclass(frozen=True, slots=True)
class Block:
    """Lines ``start`` to ``end`` (counted from 0, the end excluded) or, in a piece of one, their text in part.

    ``inner`` are the blocks inside a list item, for when the whole is too long.
    """

    kind: BlockKind
    start: int
    end: int
    text: str
    inner: tuple[Block, ...] = ()


@dataclass(slots=True)
class Section:
    """A heading path, the line of its last heading counted from 1, the blocks beneath, and the id it was given."""

    heading: tuple[str, ...]
    line: int
    blocks: list[Block]
    anchor: str = ""


def sections(lines: Sequence[str]) -> Iterator[Section]:
    """Yield the sections of a document in order; the first holds what stands before any heading."""
    tokens = _parser().parse("\n".join(lines))
    path: list[tuple[int, str]] = []
    section = Section((), 1, [])
    for position, token in enumerate(tokens):
        if token.level != 0 or token.map is None:
            continue
        if token.type == "heading_open":
            yield section
            start, end = token.map
            level = int(token.tag[1])
            written = tokens[position + 1].content
            anchor = _ANCHOR.search(written)
            title = plain(written[: anchor.start()] if anchor else written).strip() or "Untitled"
            blocks = list(_block("prose", lines, start, end)) if len(title) > _LONGEST_TITLE else []
            path = [*((depth, name) for depth, name in path if depth < level), (level, _shortened(title))]
            section = Section(tuple(name for _, name in path), start + 1, blocks, anchor[1] if anchor else "")
        elif token.type != "hr":
            section.blocks += _blocks(tokens, position, lines)
    yield section


@cache
def _parser() -> MarkdownIt:
    # Off: setext headings, since a line of dashes under a list is a divider in learners' notes; link definitions,
    # since "[RAG]: retrieval" is a note to itself; the inline pass, since it is slow on long lines and not needed.
    return MarkdownIt("commonmark", {"maxNesting": 100}).enable("table").disable(["lheading", "reference", "inline"])


def _blocks(tokens: Sequence[Token], position: int, lines: Sequence[str]) -> Iterator[Block]:
    token = tokens[position]
    if token.map is None:
        return
    start, end = token.map
    if token.type in {"bullet_list_open", "ordered_list_open"}:
        for item in _children(tokens, position):
            first, last = tokens[item].map or (start, end)
            inner = tuple(block for child in _children(tokens, item) for block in _blocks(tokens, child, lines))
            yield from _block("prose", lines, first, last, inner)
    elif token.type in {"fence", "code_block"}:
        yield from _block("code", lines, start, end)
    elif token.type == "table_open":
        yield from _block("table", lines, start, end)
    else:
        yield from _block("prose", lines, start, end)


def _children(tokens: Sequence[Token], position: int) -> Iterator[int]:
    level = tokens[position].level
    for number in range(position + 1, len(tokens)):
        token = tokens[number]
        if token.level <= level:
            return
        if token.level == level + 1 and token.nesting >= 0 and token.map:
            yield number


def _block(
    kind: BlockKind, lines: Sequence[str], start: int, end: int, inner: tuple[Block, ...] = ()
) -> Iterator[Block]:
    while end > start and not lines[end - 1].strip():
        end -= 1
    text = "\n".join(lines[start:end])
    if plain(text):
        yield Block(kind, start, end, text, inner)


def _shortened(title: str) -> str:
    if len(title) <= _LONGEST_TITLE:
        return title
    return f"{title[:_LONGEST_TITLE].rpartition(' ')[0] or title[:_LONGEST_TITLE]}…"
