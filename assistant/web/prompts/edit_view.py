"""Editing a template as its file."""

from __future__ import annotations

from html import escape

from assistant.prompts.library import Entry
from assistant.web.fields import Sheet, form
from assistant.web.prompts.shelf import Draft
from assistant.web.screen import head


def edit_html(draft: Draft, entry: Entry | None, version: str, problem: str = "") -> str:
    """Return the text to edit; ``entry`` is what it was taken from, ``problem`` what is wrong with it."""
    sheet = Sheet({"text": draft.text}, {"text": problem} if problem else {})
    rows = min(max(draft.text.count("\n") + 2, 16), 26)
    field = sheet.lines("text", "Template, as TOML", rows=rows, classes="code")
    save = '<button type="submit" class="primary wide" data-focus="save">Save</button>'
    back = {"do": "show", "id": draft.of, "version": version} if draft.of else {"do": "list"}
    title = f"Edit {draft.of}" if draft.opened else f"Copy of {draft.of}" if draft.of else "New template"
    step = {"do": "save", "id": draft.of, "opened": draft.opened, "version": version}
    return (
        f"{head(title, draft.of or 'Prompts', back)}"
        f'<p class="hint about">{escape(_what_saving_does(draft, entry))}</p>'
        f"{form(step, f'{field}<div class=steps>{save}</div>', 'edit')}"
    )


def _what_saving_does(draft: Draft, entry: Entry | None) -> str:
    if not draft.opened:
        return "Saving makes a template of your own, under the id that the text names."
    if entry and not entry.own:
        return (
            "Saving puts yours in place of the shipped one, which has to have the same variables; under another id it "
            "becomes a template beside it."
        )
    return "Saving under another version keeps the one before, so that records of it can be read."
