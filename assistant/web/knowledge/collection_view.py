"""One collection: its figures, the folders that feed it, its documents, and what could not be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from assistant.web import words
from assistant.web.fields import said
from assistant.web.knowledge.list_view import figures, tags
from assistant.web.knowledge.places import ago, sentences
from assistant.web.knowledge.shelf import Document, Held, Place, Unread
from assistant.web.screen import head

PAGE = 100
"""Documents on a page."""


def collection_html(
    held: Held,
    page: int,
    running: str,
    *,
    busy: bool,
    embedding: str,
    own: bool,
    notice: str = "",
    done: str = "",
    told: str = "",
) -> str:
    """Return a collection.

    Args:
        held: the collection.
        page: of its documents, from 0.
        running: HTML of the sync that is at work.
        busy: whether that is one of this collection, or one waits.
        embedding: the model that the settings name.
        own: whether the person may change it.
        notice: what is wrong.
        done: what was done.
        told: HTML of how the last sync ended.

    """
    here = {"collection": held.name}
    ready = bool(held.stamp and held.stamp.chunks)
    sync = words.button("Sync", {"do": "sync", **here}, key="s", classes="primary wide", extra=' data-focus="sync"')
    # While one is at work there is a button that stops it.
    acts = ((_rebuild(held, embedding) or sync) if own and not busy else "") + (
        words.button("Try a question", {"do": "try", **here}, key="t") if ready else ""
    )
    if own and not held.shipped:
        acts += words.button("Add notes", {"do": "add", **here}, key="a")
    return (
        f"{head(held.name, 'Notes', {'do': 'list'}, tools=tags(held, busy=busy))}{words.notice(notice)}{said(done)}"
        f'<p class="lead">{figures(held)}.</p>{running or told}<p class="more">{acts}</p>'
        f"{_places(held, busy) if own else ''}{_documents(held, page)}{_unread(held, busy) if own else ''}"
        f"{sentences(list(held.problems), 'Read with gaps')}{_delete(held, busy) if own else ''}"
    )


def _off(busy: bool) -> str:
    return " disabled" if busy else ""


def _rebuild(held: Held, embedding: str) -> str:
    if held.stamp is None or embedding in ("", held.stamp.embedding):
        return ""
    hint = f"Its vectors are of {held.stamp.embedding}; the settings say {embedding}."
    button = words.button("Rebuild", {"do": "rebuild", "collection": held.name}, classes="primary wide")
    return f'{button}<span class="hint">{escape(hint)}</span>'


def _places(held: Held, busy: bool) -> str:
    rows = "".join(_place(held, place, busy) for place in held.places)
    return f'<section><h3>Where they come from</h3><ul class="places">{rows}</ul></section>' if rows else ""


def _place(held: Held, place: Place, busy: bool) -> str:
    name = "Uploaded files" if place.uploads else "Etude's own notes" if held.shipped else escape(place.folder)
    about = words.count(place.documents, "document") if place.synced or place.documents else "Not synced yet"
    if place.synced:
        about += f", synced {ago(place.synced)}"
    if place.missing:
        about += ". The folder is not there now; its notes stay until it is synced without them"
    elif not place.listed:
        about += ". Synced in a terminal; add the folder here to sync it again"
    acts = ""
    if not place.uploads and not held.shipped:
        step = {"collection": held.name, "folder": place.folder}
        if place.listed:
            acts += words.button(
                "Watched" if place.watched else "Watch",
                {"do": "watch", **step, "on": not place.watched},
                extra=f' aria-pressed="{"true" if place.watched else "false"}"'
                f' data-focus="watch-{escape(place.folder)}" title="Sync what changes in it while Etude runs"',
            )
        sure = f"Take its {words.count(place.documents, 'document')} out?"
        acts += words.button(
            "Take out", {"do": "remove", **step}, classes="plain discard", extra=f' data-sure="{sure}"{_off(busy)}'
        )
    return f'<li><div class="what"><b>{name}</b><small>{about}.</small></div><div class="acts">{acts}</div></li>'


def _documents(held: Held, page: int) -> str:
    shown = held.documents[page * PAGE : (page + 1) * PAGE]
    if not shown:
        return ""
    rows = "".join(_row(held, document) for document in shown)
    ways = pages({"do": "open", "collection": held.name}, page, held.documents, PAGE)
    return (
        '<section><h3>Documents</h3><div class="wide" tabindex="0" role="region" aria-label="Documents">'
        '<table class="past documents"><thead><tr><th scope="col">Document</th><th scope="col">Sections</th>'
        '<th scope="col">Passages</th><th scope="col">Changed</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div>{ways}</section>"
    )


def _row(held: Held, document: Document) -> str:
    name = words.button(
        escape(document.name), {"do": "read", "collection": held.name, "document": document.name}, classes="plain"
    )
    day = document.changed.astimezone()
    return (
        f'<tr><th scope="row">{name}</th><td>{document.headings:,}</td><td>{document.chunks:,}</td>'
        f"<td>{day.day} {day:%b %Y}</td></tr>"
    )


def pages(step: Mapping[str, object], page: int, of: Sequence[object], size: int) -> str:
    """Return the ways to the page before and the page after; nothing where one page holds all."""
    last = (len(of) - 1) // size
    if last < 1:
        return ""
    before = words.button("Previous", {**step, "page": page - 1}, extra=' data-focus="before"' + _off(page == 0))
    after = words.button("Next", {**step, "page": page + 1}, extra=' data-focus="after"' + _off(page == last))
    here = f"{page * size + 1:,} to {min((page + 1) * size, len(of)):,} of {len(of):,}"
    return f'<nav class="pages" aria-label="Pages">{before}<span>{here}</span>{after}</nav>'


def _unread(held: Held, busy: bool) -> str:
    if not held.failures:
        return ""
    items = "".join(f"<li><span>{escape(one.sentence)}</span>{_discard(held, one, busy)}</li>" for one in held.failures)
    return f'<div class="unread"><h3>Not read</h3><ul>{items}</ul></div>'


def _discard(held: Held, unread: Unread, busy: bool) -> str:
    if not unread.uploaded:
        return ""
    step = {"do": "discard", "collection": held.name, "path": unread.path}
    return words.button("Delete", step, classes="plain discard", extra=f' data-sure="Delete this file?"{_off(busy)}')


def _delete(held: Held, busy: bool) -> str:
    if held.shipped:
        return ""
    uploads = sum(place.documents for place in held.places if place.uploads)
    files = f" and {words.count(uploads, 'uploaded file')}" if uploads else ""
    sure = f' data-sure="Delete {escape(held.name)}{files}?" data-focus="delete"{_off(busy)}'
    step = {"do": "delete", "collection": held.name}
    button = words.button("Delete the collection", step, classes="plain discard", extra=sure)
    own = any(not place.uploads for place in held.places)
    kept = '<span class="hint">Files in your own folders stay.</span>' if own else ""
    return f'<p class="more last">{button}{kept}</p>'
