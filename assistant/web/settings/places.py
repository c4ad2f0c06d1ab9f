"""The sections of the tab, and what all of them show."""

from __future__ import annotations

from html import escape

from assistant.web import words
from assistant.web.fields import said

SECTIONS = {
    "models": "Models",
    "device": "Device",
    "answers": "Answers",
    "appearance": "Appearance",
    "records": "Records",
}


def top(section: str, *, notice: str = "", done: str = "", changed: bool = False) -> str:
    """Return the sections to choose from and what is to be said; ``changed`` lets the other tabs follow."""
    names = "".join(
        words.button(
            label,
            {"do": "show", "section": name},
            key=str(number),
            classes="plain back",
            extra=f' data-focus="section-{name}"' + (' aria-current="page"' if name == section else ""),
        )
        for number, (name, label) in enumerate(SECTIONS.items(), start=1)
    )
    told = said(done).replace('role="status"', 'role="status" data-renew') if changed else said(done)
    return f'<nav class="views" aria-label="Sections">{names}</nav>{words.notice(notice)}{told}'


def facts(rows: dict[str, str]) -> str:
    """Return names with values; a value is HTML."""
    return (
        '<dl class="facts">'
        + "".join(f"<div><dt>{escape(k)}</dt><dd>{v}</dd></div>" for k, v in rows.items())
        + "</dl>"
    )
