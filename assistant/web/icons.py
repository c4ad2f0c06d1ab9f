"""The few line drawings that the page's buttons carry, as inline SVG (20 by 20, in the colour of the text)."""

from __future__ import annotations

_PATHS = {
    "menu": "M3 5.5h14M3 10h9M3 14.5h14",
    "plus": "M10 4v12M4 10h12",
    "close": "M5 5l10 10M15 5L5 15",
    "send": "M10 16.5v-13M4.5 9L10 3.5 15.5 9",
    "copy": "M7 7V4.2c0-.7.5-1.2 1.2-1.2h7.6c.7 0 1.2.5 1.2 1.2v7.6c0 .7-.5 1.2-1.2 1.2H13"
    "M4.2 7h7.6c.7 0 1.2.5 1.2 1.2v7.6c0 .7-.5 1.2-1.2 1.2H4.2c-.7 0-1.2-.5-1.2-1.2V8.2C3 7.5 3.5 7 4.2 7z",
    "retry": "M16 10a6 6 0 1 1-1.9-4.4M16.3 2.8v3.4h-3.4",
    "edit": "M4 16l.7-3.3 8.6-8.6a1.5 1.5 0 0 1 2.1 0l.5.5a1.5 1.5 0 0 1 0 2.1l-8.6 8.6L4 16zM12 5.5l2.6 2.6",
    "bin": "M4 6h12M8 6V4.2c0-.4.3-.7.7-.7h2.6c.4 0 .7.3.7.7V6M5.5 6l.7 9.6c0 .5.5.9 1 .9h5.6c.5 0 1-.4 1-.9L14.5 6",
    "up": "M6.5 9L9.2 3.6c.2-.4.5-.6.9-.6.9 0 1.6.8 1.4 1.7L11 7.5h4c1 0 1.7.9 1.5 1.8l-1.1 5.4c-.2.8-.8 1.3-1.6 1.3"
    "H6.5M3.5 9h3v7h-3z",
    "down": "M13.5 11l-2.7 5.4c-.2.4-.5.6-.9.6-.9 0-1.6-.8-1.4-1.7l.5-2.8H5c-1 0-1.7-.9-1.5-1.8l1.1-5.4"
    "C4.8 4.5 5.4 4 6.2 4h7.3M16.5 11h-3V4h3z",
    "book": "M10 5.5C8.5 4.2 6.3 3.7 3 3.8v11.4c3.3-.1 5.5.4 7 1.7 1.5-1.3 3.7-1.8 7-1.7V3.8"
    "c-3.3-.1-5.5.4-7 1.7zM10 5.5v11.4",
    "stop": "M7 5h6a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2z",
    "look": "M16.5 11.8A7 7 0 0 1 8.2 3.5a7 7 0 1 0 8.3 8.3z",
    "settings": "M3 6h8M15 6h2M3 14h2M9 14h8M13 4v4M7 12v4",
}
_SOLID = ("stop",)


def icon(name: str) -> str:
    """Return the drawing of that name; a screen reader passes over it."""
    look = "icon solid" if name in _SOLID else "icon"
    return f'<svg class="{look}" viewBox="0 0 20 20" aria-hidden="true"><path d="{_PATHS[name]}"/></svg>'


def button(do: str, drawing: str, label: str, *, classes: str = "quiet", extra: str = "") -> str:
    """Return a button that shows a drawing only; the label is its tooltip and its name for screen readers."""
    return (
        f'<button type="button" class="{classes}" data-do="{do}" aria-label="{label}" title="{label}"{extra}>'
        f"{icon(drawing)}</button>"
    )
