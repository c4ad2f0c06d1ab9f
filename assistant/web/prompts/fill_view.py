"""Filling a template in: a field for each variable, and below it the messages as the model gets them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from assistant.prompts import PromptTemplate
from assistant.web import words
from assistant.web.fields import Sheet, form
from assistant.web.prompts.filling import PREFIX, Message
from assistant.web.screen import head

_HINTS = {
    "text": "Free text.",
    "line": "Free text; line breaks become spaces.",
    "passages": "Passages with an empty line between them, which are numbered here; or numbered ones: [1] …",
    "integer": "A whole number from 1.",
    "json": "A JSON text.",
}


def fill_html(
    template: PromptTemplate,
    version: str,
    typed: Mapping[str, str],
    messages: Sequence[Message] | None = None,
    errors: Mapping[str, str] | None = None,
) -> str:
    """Return the form with what was typed; ``errors`` are by the names of fields."""
    sheet = Sheet({PREFIX + name: text for name, text in typed.items()}, errors or {})
    rows = []
    for name, kind in template.variables.items():
        field = PREFIX + name
        if kind == "integer":
            rows.append(sheet.line(field, name, longest=9, hint=_HINTS[kind], also=' inputmode="numeric"'))
        else:
            height = {"line": 1, "passages": 6}.get(kind, 3)
            rows.append(sheet.lines(field, name, rows=height, hint=_HINTS[kind]))
    if not rows:
        rows.append('<p class="hint">It has no variables.</p>')
    step = {"do": "render", "id": template.id, "version": version}
    button = '<button type="submit" class="primary wide" data-focus="render">Show the messages</button>'
    body = f'{words.notice(sheet.errors.get("", ""))}{"".join(rows)}<p class="send">{button}</p>'
    back = {"do": "show", "id": template.id, "version": version}
    title = head(f"Fill in {template.id}", template.id, back)
    return f"{title}{form(step, body, 'fill')}{_messages(messages) if messages else ''}"


def _messages(messages: Sequence[Message]) -> str:
    rows = "".join(
        f'<li><h4>{each.role}</h4><pre tabindex="0" aria-label="{each.role}">{escape(each.text)}</pre></li>'
        for each in messages
    )
    length = sum(len(each.text) for each in messages)
    return (
        f'<section class="messages" role="status"><h3>What the model gets</h3><p class="hint">'
        f"{words.count(len(messages), 'message')}, {words.count(length, 'character')}. The model’s own chat template "
        f"is laid around them.</p><ol>{rows}</ol></section>"
    )
