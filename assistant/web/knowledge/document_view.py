"""A document as it is in the index: its sections, and under each the passages that a search finds."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from assistant.web import words
from assistant.web.knowledge.collection_view import pages
from assistant.web.knowledge.places import sentences
from assistant.web.knowledge.shelf import Document, Held
from assistant.web.passage import passage_html
from assistant.web.screen import head
from knowledge.split import Chunk

PAGE = 40
"""Passages on a page."""


def document_html(
    held: Held,
    document: Document,
    chunks: Sequence[Chunk],
    page: int,
    line: int,
    *,
    busy: bool,
    own: bool,
    notice: str = "",
) -> str:
    """Return a page of a document's passages; the one that holds ``line`` of the file is marked."""
    here = {"do": "read", "collection": held.name, "document": document.name}
    shown = chunks[page * PAGE : (page + 1) * PAGE]
    delete = ""
    if own and document.uploaded:
        sure = f' data-sure="Delete {escape(document.name)}?" data-focus="delete"{" disabled" if busy else ""}'
        step = {"do": "drop", "collection": held.name, "document": document.name}
        delete = f'<p class="more last">{words.button("Delete", step, classes="plain discard", extra=sure)}</p>'
    figures = f"{words.count(document.headings, 'section')}, {words.count(document.chunks, 'passage')}"
    empty = '<p class="hint">No text was found in it.</p>' if not chunks else ""
    return (
        f"{head(document.name, held.name, {'do': 'open', 'collection': held.name})}{words.notice(notice)}"
        f'<p class="lead">{figures}.</p>{sentences(list(document.file.problems), "Read with gaps")}{empty}'
        f"{_outline(document, held, chunks)}{_passages(shown, line)}{pages(here, page, chunks, PAGE)}{delete}"
    )


def page_of(chunks: Sequence[Chunk], line: int) -> int:
    """Return the page on which the passage stands that holds a line of the file, or the nearest before it."""
    return max(_before(chunks, line), 0) // PAGE


def _before(chunks: Sequence[Chunk], line: int) -> int:
    """Return the number of the last passage that begins at a line or before it; -1 where there is none."""
    return max((number for number, chunk in enumerate(chunks) if chunk.start_line <= line), default=-1)


def _outline(document: Document, held: Held, chunks: Sequence[Chunk]) -> str:
    first: dict[tuple[str, ...], Chunk] = {}
    for chunk in chunks:
        first.setdefault(chunk.heading, chunk)
    if len(first) < 2:
        return ""
    top = min(len(heading) for heading in first)
    items = "".join(
        f'<li style="--deep:{min(len(heading) - top, 4)}">'
        + words.button(
            escape(heading[-1] if heading else "Before the first heading"),
            {"do": "read", "collection": held.name, "document": document.name, "section": chunk.start_line},
        )
        + "</li>"
        for heading, chunk in first.items()
    )
    return f'<details><summary>Go to a section</summary><ul class="outline">{items}</ul></details>'


def _passages(chunks: Sequence[Chunk], line: int) -> str:
    html, heading, chosen = "", None, _before(chunks, line)
    for number, chunk in enumerate(chunks):
        if chunk.heading != heading:
            heading = chunk.heading
            html += f"<h3>{path(heading)}</h3>" if heading else ""
        marked = _CHOSEN if number == chosen else ""
        html += (
            f'<article class="passage" id="line-{chunk.start_line}"{marked}><p class="where">{lines(chunk)}</p>'
            f'<div class="reading">{passage_html(chunk.text, ())}</div></article>'
        )
    return f'<section class="passages">{html}</section>' if html else ""


_CHOSEN = ' tabindex="-1" data-chosen aria-current="true"'


def path(heading: Sequence[str]) -> str:
    """Return the path of headings as HTML."""
    return " <i>›</i> ".join(escape(part) for part in heading)


def lines(chunk: Chunk) -> str:
    """Return the lines of a passage in words."""
    one = chunk.start_line == chunk.end_line
    return f"line {chunk.start_line}" if one else f"lines {chunk.start_line}–{chunk.end_line}"
