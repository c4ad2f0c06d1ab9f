"""Markdown lines to chunks: by heading, with tables and code whole, inside a token limit.

``split`` is the door. A chunk never crosses a heading. Blocks (paragraphs, list items, tables, code) are packed in
order until the limit; a block that is too long alone is cut at the next smaller joint: table rows under a repeated
header, code lines inside a repeated fence, list items, sentences, and words only when nothing else is left.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token

from knowledge.sentences import sentences

CountTokens = Callable[[str], int]
Kind = Literal["text", "outline"]


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


@dataclass(slots=True)
class _Block:
    kind: Literal["prose", "table", "code"]
    start: int
    end: int
    text: str


@dataclass(slots=True)
class _Section:
    heading: tuple[str, ...]
    line: int
    blocks: list[_Block]


def split(file: str, lines: Sequence[str], count: CountTokens, limit: int) -> list[Chunk]:
    """Cut a document into chunks.

    Args:
        file: the name that chunks carry.
        lines: Markdown, without line ends.
        count: tokens of a text, as the embedding model counts them.
        limit: most tokens of ``embedding_text(chunk)``.

    """
    sections = list(_sections(lines))
    chunks: list[Chunk] = []
    runs: list[list[_Section]] = [[]]
    for section, following in zip(sections, [*sections[1:], None], strict=True):
        if section.blocks:
            room = max(limit - count(_prefix(section.heading)), limit // 3)
            chunks += (_chunk(file, section.heading, *piece) for piece in _pack(section.blocks, count, room))
        if section.blocks or not section.heading or _has_children(section, following):
            runs.append([])
        elif runs[-1] and runs[-1][0].heading[:-1] != section.heading[:-1]:
            runs.append([section])
        else:
            runs[-1].append(section)
    return sorted([*chunks, *(_outline(file, run) for run in runs if run)], key=lambda chunk: chunk.start_line)


def embedding_text(chunk: Chunk) -> str:
    """Return what the embedding model and the keyword index read: the heading path, then the words without markup."""
    return f"{_prefix(chunk.heading)}{plain(chunk.text)}"


def plain(markdown: str) -> str:
    """Take the marks of Markdown away and leave the words; line breaks stay."""
    text = re.sub(r"\[([^\]]*)\]\([^)\s]*(?:\s+\"[^\"]*\")?\)", r"\1", markdown)
    text = re.sub(r"^\s*(?:\|?\s*:?-{3,}:?\s*\|?)+\s*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"^\s*(?:`{3,}|~{3,}).*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"^\s*(?:>\s?)+", "", text, flags=re.MULTILINE)
    text = re.sub(r"\*\*|__|(?<!\w)[*_](?=\w)|(?<=[\w.,;:!?)])[*_](?!\w)|`", "", text)
    text = re.sub(r"<br\s*/?>|\[!\w+\]", " ", text)
    text = re.sub(r"^\s*\|\s*|\s*\|\s*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"[ \t]*\|[ \t]*", " | ", text)
    text = re.sub(r"^(\s*)(?:[-*+]|\d+[.)])\s+", r"\1- ", text, flags=re.MULTILINE)
    text = re.sub(r"\\([#*_`|\[\]-])", r"\1", text)
    return re.sub(r"\n\s*\n+", "\n", re.sub(r"[ \t]+", " ", text)).strip()


def _prefix(heading: Sequence[str]) -> str:
    return " > ".join(plain(part) for part in heading[-3:]) + "\n" if heading else ""


def _chunk(file: str, heading: tuple[str, ...], start: int, end: int, text: str, kind: Kind = "text") -> Chunk:
    digest = hashlib.sha256("\x1f".join([file, *heading, str(start), str(end), kind, text]).encode()).hexdigest()
    return Chunk(digest[:24], file, heading, start, end, text, kind)


def _has_children(section: _Section, following: _Section | None) -> bool:
    return following is not None and following.heading[: len(section.heading)] == section.heading


def _outline(file: str, run: list[_Section]) -> Chunk:
    """One chunk for a run of headings under the same parent that have nothing beneath them."""
    text = "\n".join(f"- {section.heading[-1]}" for section in run)
    return _chunk(file, run[0].heading[:-1], run[0].line, run[-1].line, text, "outline")


@cache
def _parser() -> MarkdownIt:
    # Setext headings are off: in learners' notes a line of dashes under a list is a divider.
    return MarkdownIt("commonmark").enable("table").disable("lheading")


def _sections(lines: Sequence[str]) -> Iterator[_Section]:
    tokens = _parser().parse("\n".join(lines))
    path: list[tuple[int, str]] = []
    section = _Section((), 1, [])
    for position, token in enumerate(tokens):
        if token.level != 0 or token.map is None:
            continue
        start, end = token.map
        if token.type == "heading_open":
            yield section
            level = int(token.tag[1])
            title = plain(tokens[position + 1].content).strip() or "Untitled"
            path = [*((depth, name) for depth, name in path if depth < level), (level, title)]
            section = _Section(tuple(name for _, name in path), start + 1, [])
        elif token.type != "hr":
            section.blocks += _blocks(tokens, position, lines, start, end)
    yield section


def _blocks(tokens: list[Token], position: int, lines: Sequence[str], start: int, end: int) -> Iterator[_Block]:
    token = tokens[position]
    if token.type in {"bullet_list_open", "ordered_list_open"}:
        for first, last in _items(tokens, position):
            yield from _block("prose", lines, first, last)
    elif token.type in {"fence", "code_block"}:
        yield from _block("code", lines, start, end)
    elif token.type == "table_open":
        yield from _block("table", lines, start, end)
    else:
        yield from _block("prose", lines, start, end)


def _items(tokens: list[Token], position: int) -> Iterator[tuple[int, int]]:
    for token in tokens[position + 1 :]:
        if token.level == 0:
            return
        if token.type == "list_item_open" and token.level == 1 and token.map:
            yield token.map[0], token.map[1]


def _block(kind: Literal["prose", "table", "code"], lines: Sequence[str], start: int, end: int) -> Iterator[_Block]:
    while end > start and not lines[end - 1].strip():
        end -= 1
    text = "\n".join(lines[start:end])
    if plain(text) or (kind == "code" and text.strip()):
        yield _Block(kind, start, end, text)


Piece = tuple[int, int, str]


def _pack(blocks: Iterable[_Block], count: CountTokens, room: int) -> Iterator[Piece]:
    """Join blocks while they fit; positions come out as line numbers from 1, both ends included."""
    held: list[_Block] = []
    size = 0
    for block in _fit(blocks, count, room):
        tokens = count(plain(block.text)) + 1
        if held and size + tokens > room:
            yield _join(held)
            held, size = [], 0
        held.append(block)
        size += tokens
    if held:
        yield _join(held)


def _join(blocks: list[_Block]) -> Piece:
    text = blocks[0].text
    for before, block in zip(blocks, blocks[1:], strict=False):
        apart = block.start > before.end or "prose" not in (before.kind, block.kind)
        glue = "\n\n" if apart else " " if block.start < before.end else "\n"
        text += glue + block.text
    return blocks[0].start + 1, blocks[-1].end, text


def _fit(blocks: Iterable[_Block], count: CountTokens, room: int) -> Iterator[_Block]:
    for block in blocks:
        if count(plain(block.text)) < room:
            yield block
        elif block.kind == "table":
            yield from _cut_rows(block, count, room, head=2, tail=0)
        elif block.kind == "code":
            fenced = block.text.lstrip().startswith(("```", "~~~"))
            yield from _cut_rows(block, count, room, head=int(fenced), tail=int(fenced))
        elif block.end - block.start > 1:
            yield from _fit(_single_lines(block), count, room)
        else:
            yield from _cut_line(block, count, room)


def _single_lines(block: _Block) -> Iterator[_Block]:
    for offset, line in enumerate(block.text.split("\n")):
        if line.strip():
            yield _Block("prose", block.start + offset, block.start + offset + 1, line)


def _cut_rows(block: _Block, count: CountTokens, room: int, head: int, tail: int) -> Iterator[_Block]:
    rows = block.text.split("\n")
    closed = tail and len(rows) > head and rows[-1].strip().startswith(("```", "~~~"))
    header, footer = rows[:head], rows[-1:] if closed else rows[:0]
    body = rows[head : len(rows) - len(footer)]
    frame = count("\n".join(header + footer))
    if frame > room // 2:
        header, footer, frame = [], [], 0
    held: list[str] = []
    first = block.start + head
    size = frame
    for number, row in enumerate(body, start=block.start + head):
        tokens = count(plain(row)) + 1
        if held and size + tokens > room:
            yield _Block(block.kind, first, number, "\n".join(header + held + footer))
            held, first, size = [], number, frame
        if frame + tokens > room:
            yield from _cut_line(_Block("prose", number, number + 1, row), count, room)
            first = number + 1
            continue
        held.append(row)
        size += tokens
    if held:
        yield _Block(block.kind, first, block.end, "\n".join(header + held + footer))


def _cut_line(block: _Block, count: CountTokens, room: int) -> Iterator[_Block]:
    """Cut one long line between sentences, and a long sentence between words."""
    held = ""
    for start, end in sentences(block.text):
        for part in _words(block.text[start:end], count, room):
            joined = f"{held} {part}" if held else part
            if held and count(plain(joined)) >= room:
                yield _Block(block.kind, block.start, block.end, held)
                joined = part
            held = joined
    if held:
        yield _Block(block.kind, block.start, block.end, held)


def _words(sentence: str, count: CountTokens, room: int) -> Iterator[str]:
    if count(sentence) < room:
        yield sentence
        return
    held: list[str] = []
    size = 0
    for word in re.findall(r"\S{1,80}", sentence):
        tokens = count(word)
        if held and size + tokens >= room:
            yield " ".join(held)
            held, size = [], 0
        held.append(word)
        size += tokens
    if held:
        yield " ".join(held)
