"""What the screens of the Guardrails tab share: the views to choose from."""

from __future__ import annotations

from assistant.web import words

VIEWS = {"list": "Guardrails", "try": "Try a text"}


def views(current: str) -> str:
    """Return the views to choose from."""
    names = "".join(
        words.button(label, do=view, extra=' aria-current="page"' if view == current else "")
        for view, label in VIEWS.items()
    )
    return f'<nav class="views" aria-label="Views">{names}</nav>'
