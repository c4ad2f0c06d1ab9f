"""Small pieces of HTML and wording that the views of the Exam tab share."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from html import escape

from assistant.exam.question import Question
from knowledge.outline import NoteSection

Bank = Mapping[str, Question]
Outline = Mapping[str, NoteSection]


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


def silent(step: Mapping[str, object], key: str) -> str:
    """Return a button that only a shortcut presses."""
    return button("", step, key=key, classes="key-only", extra=' tabindex="-1" aria-hidden="true"')


def notice(sentence: str) -> str:
    """Return a sentence that says what went wrong; nothing for none."""
    return f'<p class="notice" role="alert">{escape(sentence)}</p>' if sentence else ""


def head(title: str, *, tools: str = "") -> str:
    """Return the head of a screen with the way back."""
    back = button("‹ Exam", key="h", classes="plain back", do="home", hint="Back to the start (H)")
    return f'<header class="screen">{back}<h2>{escape(title)}</h2>{tools}</header>'


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


def section_links(sections: Iterable[str], outline: Outline, lead: str = "In your notes") -> str:
    """Return buttons that open sections of the notes."""
    known = [outline[section] for section in dict.fromkeys(sections) if section in outline]
    if not known:
        return ""
    return f'<p class="sections"><span>{lead}</span>{"".join(section_button(section) for section in known)}</p>'


def section_button(section: NoteSection) -> str:
    """Return the button that opens a section."""
    return (
        f'<button type="button" class="plain section" data-do="section" data-section="{escape(section.id)}" '
        f'title="{escape(" › ".join(section.heading))}">{escape(section.title)}</button>'
    )


def path_html(heading: Iterable[str]) -> str:
    """Return a heading path."""
    return " <i>›</i> ".join(escape(part) for part in heading)
