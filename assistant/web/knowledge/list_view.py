"""The collections, each with its figures; before the first one, what to do."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from assistant.rooms import SHIPPED_COLLECTION
from assistant.web import words
from assistant.web.fields import said
from assistant.web.knowledge.places import ago, views
from assistant.web.knowledge.shelf import Held


def list_html(
    collections: Sequence[Held], busy: frozenset[str], running: str, *, notice: str = "", done: str = ""
) -> str:
    """Return the list; the syncs of ``busy`` run or wait, and ``running`` is HTML of what is at work."""
    top = f"{views('list')}{words.notice(notice)}{said(done)}{running}"
    if not collections:
        return top + (_begin() if not busy else "")
    rows = "".join(f"<li>{_row(held, held.name in busy)}</li>" for held in collections)
    shipped = "" if any(held.shipped for held in collections) or SHIPPED_COLLECTION in busy else _shipped()
    return f'{top}<ul class="collections">{rows}</ul>{shipped}'


def tags(held: Held, *, busy: bool) -> str:
    """Return in a word or two what is particular about a collection."""
    found = ['<b class="tag">Syncing</b>'] if busy else []
    if held.shipped:
        found.append("<span>Ships with Etude</span>")
    if watched := sum(place.watched for place in held.places):
        found.append(f"<span>Watches {words.count(watched, 'folder')}</span>")
    if number := len(held.failures):
        found.append(f'<span class="bad">{words.count(number, "file")} not read</span>')
    return f'<p class="tags">{"".join(found)}</p>'


def figures(held: Held) -> str:
    """Return the figures of a collection in a line."""
    if held.stamp is None:
        return "Not synced yet"
    synced = f"synced {ago(held.synced)}" if held.synced else ""
    model = f"embedded with {escape(held.stamp.embedding)}"
    parts = [words.count(held.stamp.files, "file"), words.count(held.stamp.chunks, "passage"), model, synced]
    return ", ".join(filter(None, parts))


def _row(held: Held, busy: bool) -> str:
    name = words.button(escape(held.name), classes="plain name", do="open", collection=held.name)
    return f'<div class="what">{name}<small>{figures(held)}</small></div>{tags(held, busy=busy)}'


def _begin() -> str:
    choices = (
        ("add", "Upload files", "Markdown, text, PDF, Word, slides, tables or web pages. They stay on this machine."),
        ("add", "Add a folder", "Etude reads the notes that you have, and follows their changes if you like."),
        ("shipped", "Read Etude's own notes", "Notes on the AWS AI Practitioner exam ship with Etude."),
    )
    items = "".join(
        "<li>"
        + words.button(
            f"<b>{title}</b><span>{what}</span>",
            {"do": do},
            classes="choice",
        )
        + "</li>"
        for do, title, what in choices
    )
    return f'<div class="home empty"><h2>There are no notes yet.</h2><ul class="choices">{items}</ul></div>'


def _shipped() -> str:
    button = words.button("Read them", {"do": "shipped"}, extra=' data-focus="shipped"')
    return f'<p class="hint offer">The notes that ship with Etude are not among these. {button}</p>'
