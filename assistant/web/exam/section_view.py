"""A section of the notes, opened beside a question."""

from __future__ import annotations

from html import escape

from assistant.web import words
from assistant.web.exam import pieces
from assistant.web.markdown import to_html
from knowledge.outline import NoteSection

GONE = "This section is no longer in the notes."


def section_html(section: NoteSection | None) -> str:
    """Return a section: heading path, file and line, and its text."""
    if section is None:
        return words.notice(GONE)
    text = to_html(section.text) or "<p>Nothing stands under this heading itself.</p>"
    return (
        f'<section class="source" data-section="{escape(section.id)}" tabindex="-1" '
        f'aria-label="{escape(section.title)}"><header><div>'
        f'<p class="path">{pieces.path_html(section.heading)}</p>'
        f'<p class="file">{escape(section.file)}<span>line {section.line}</span></p></div></header>'
        f'<div class="reading">{text}</div></section>'
    )
