"""What the screens of the Evaluate tab share: the way to the other views, and fields of forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape

from assistant.web import words

VIEWS = {"runs": "Runs", "new": "New run", "rate": "Rate"}


def views(current: str) -> str:
    """Return the three views to choose from."""
    names = "".join(
        words.button(label, {"do": view}, extra=' aria-current="page"' if view == current else "")
        for view, label in VIEWS.items()
    )
    return f'<nav class="views" aria-label="Views">{names}</nav>'


def chips(legend: str, name: str, choices: Mapping[str, str], chosen: str, *, also: str = "") -> str:
    """Return a field in which one of a few is chosen; ``also`` is attributes of the inputs."""
    rows = "".join(
        f'<label><input type="radio" name="{name}" value="{escape(value)}"{on(value == chosen)}{also}>'
        f"<span>{escape(label)}</span></label>"
        for value, label in choices.items()
    )
    return f'<fieldset class="chips"><legend>{legend}</legend>{rows}</fieldset>'


def select(legend: str, name: str, choices: Mapping[str, str], chosen: str) -> str:
    """Return a field in which one of many is chosen."""
    options = "".join(
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(label)}</option>'
        for value, label in choices.items()
    )
    return f'<label class="field"><b>{legend}</b><select name="{name}">{options}</select></label>'


def written(legend: str, name: str, value: str, *, longest: int, example: str = "") -> str:
    """Return a field of at most ``longest`` characters; ``example`` is shown while it is empty."""
    return (
        f'<label class="field"><b>{legend}</b><input type="text" name="{name}" maxlength="{longest}" '
        f'autocomplete="off" spellcheck="false" value="{escape(value)}" placeholder="{escape(example)}"></label>'
    )


def facts(pairs: Sequence[tuple[str, str]]) -> str:
    """Return names with their values, without those that have none."""
    rows = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in pairs if value)
    return f'<dl class="facts">{rows}</dl>'


def when(moment: str | datetime) -> str:
    """Return a moment in this machine's time: "21 Nov 2026, 10:05"."""
    try:
        found = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    except ValueError:
        return ""
    return f"{found.astimezone():%d %b %Y, %H:%M}".removeprefix("0")


def on(chosen: bool) -> str:
    """Return the attribute of an input that is chosen."""
    return " checked" if chosen else ""
