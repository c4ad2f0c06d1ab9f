"""Small pieces of HTML and wording that rooms share: buttons that take steps, notices, times and counts in words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape


def button(
    label: str,
    step: Mapping[str, object] | None = None,
    *,
    key: str = "",
    classes: str = "plain",
    extra: str = "",
    hint: str = "",
    **more: object,
) -> str:
    """Return a button that takes a step, ``step`` and ``more`` together.

    ``label`` is HTML, ``key`` the shortcut that presses the button, ``extra`` more attributes.
    """
    shortcut = f' data-key="{escape(key)}"' if key else ""
    title = f' title="{escape(hint)}"' if hint else ""
    sent = escape(json.dumps({**(step or {}), **more}))
    return (
        f'<button type="button" class="{classes}" data-do="step" data-step="{sent}"{shortcut}{title}{extra}>'
        f"{label}</button>"
    )


def notice(sentence: str) -> str:
    """Return a sentence that says what went wrong; nothing for none."""
    return f'<p class="notice" role="alert">{escape(sentence)}</p>' if sentence else ""


def left(seconds: float) -> str:
    """Return the time left in words: "71 min left"."""
    return f"{seconds / 60:.0f} min left" if seconds >= 90 else f"{max(seconds, 0):.0f} s left"


def span(seconds: float) -> str:
    """Return how long something takes in words: "10 min", "3 days"."""
    for size, one, many in ((86_400, "day", "days"), (3_600, "h", "h"), (60, "min", "min")):
        count = round(seconds / size)
        if count >= 1:
            return f"{count} {one if count == 1 else many}"
    return "1 min"


def count(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
