"""Small pieces of HTML that the views of the Exam tab share: their head, silent buttons, and ways to the notes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

from assistant.exam.question import Question
from assistant.web import screen
from assistant.web.words import button
from knowledge.outline import NoteSection

Bank = Mapping[str, Question]
Outline = Mapping[str, NoteSection]


def silent(step: Mapping[str, object], key: str) -> str:
    """Return a button that only a shortcut presses."""
    return button("", step, key=key, classes="key-only", extra=' tabindex="-1" aria-hidden="true"')


def head(title: str, *, tools: str = "") -> str:
    """Return the head of a screen with the way back to the start."""
    return screen.head(title, "Exam", {"do": "home"}, tools=tools)


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
