"""The list of templates."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from pathlib import Path

from assistant.prompts.library import Entry
from assistant.web import words
from assistant.web.fields import said


def list_html(entries: Sequence[Entry], folder: Path | None, *, notice: str = "", done: str = "") -> str:
    """Return the templates in order; ``folder`` is where the person's own stand."""
    rows = "".join(f"<li>{_row(entry)}</li>" for entry in entries)
    new = words.button("New template", {"do": "edit"}, extra=' data-focus="new"')
    return (
        f'<header class="screen"><h2>Prompt templates</h2>{new}</header>{words.notice(notice)}{said(done)}'
        f'<p class="hint">What Etude says to the model. A template of your own with the id of a shipped one takes its '
        f'place everywhere.</p><ul class="prompts">{rows}</ul>'
        f'<p class="hint">Yours stand in <code>{escape(str(folder))}</code>.</p>'
    )


def tags(entry: Entry) -> str:
    """Return where a template is from."""
    if entry.problem:
        return '<p class="tags"><b class="tag broken">Broken</b></p>'
    if entry.replaces:
        return (
            f'<p class="tags"><b class="tag">Yours, in place of version {escape(str(entry.replaces.version))}</b></p>'
        )
    return f'<p class="tags">{"<b class=tag>Yours</b>" if entry.own else "<span>Ships with Etude</span>"}</p>'


def described(description: str) -> str:
    """Return a description as HTML; what stands in backticks in it is code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(description))


def _row(entry: Entry) -> str:
    template = entry.template
    name = words.button(escape(entry.id), classes="plain name", do="show", id=entry.id)
    about = described(template.description) if template else escape(entry.problem)
    return f'<div class="what">{name}<small>{about}</small></div>{tags(entry)}'
