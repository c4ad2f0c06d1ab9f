"""What each step of the person does in the Prompts tab, and the screen that follows. Knows nothing of Gradio.

All state is in the library's files or on the page; what was typed travels with each step and back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from assistant.errors import EtudeError
from assistant.prompts import PromptLibrary
from assistant.prompts.own import delete, save
from assistant.settings import Settings
from assistant.web import words
from assistant.web.prompts.edit_view import edit_html
from assistant.web.prompts.fill_view import fill_html
from assistant.web.prompts.filling import PREFIX, messages_of, wrong_variable
from assistant.web.prompts.list_view import list_html
from assistant.web.prompts.shelf import Draft, Shelf
from assistant.web.prompts.show_view import broken_html, show_html
from assistant.web.screen import Screen
from assistant.web.values import Data, text

LONGEST = 4_000_000
"""Characters that the page may send; the library takes fewer and says so."""


class Steps:
    """Takes steps."""

    address: tuple[str, ...] = ("prompt", "version", "doing")

    def __init__(self, settings: Settings) -> None:
        self._library = PromptLibrary.of(settings)
        self._shelf = Shelf(self._library)
        self._steps: dict[str, Callable[[Data], Screen]] = {
            "list": self._list,
            "show": self._show,
            "fill": self._fill,
            "render": self._fill,
            "edit": self._edit,
            "save": self._save,
            "delete": self._delete,
        }

    def take(self, data: Data) -> Screen:
        """Take a step; what is wrong is said on the screen where the person was, or on the list."""
        step = self._steps.get(text(data, "do"), self._list)
        try:
            return step(data)
        except EtudeError as error:
            return self._list({}, notice=str(error))

    def opening(self, address: Mapping[str, str]) -> Screen:
        """Return the screen that the page's address names."""
        prompt, version, doing = (address.get(part, "") for part in self.address)
        does = {"fill": "fill", "edit": "edit", "copy": "edit"}.get(doing, "show" if prompt else "list")
        return self.take({"do": does, "id": prompt, "version": version, "copy": doing == "copy"})

    def _list(self, _data: Data, notice: str = "", done: str = "") -> Screen:
        try:
            html = list_html(self._library.entries(), self._library.own, notice=notice, done=done)
        except EtudeError as error:
            html = words.notice(str(error)) + words.button("Try again", do="list")
        return Screen(html, "list")

    def _show(self, data: Data, done: str = "") -> Screen:
        name, version = text(data, "id"), text(data, "version")
        entry, at = self._shelf.entry(name), _address(name, version)
        if version:
            template = self._library.load(name, version)
        elif entry.template is None:
            return Screen(broken_html(entry), "show", at, name)
        else:
            template = entry.template
        versions = self._library.versions(name)
        html = show_html(entry, template, versions, self._shelf.difference(template), done=done)
        return Screen(html, "show", at, name)

    def _fill(self, data: Data) -> Screen:
        name, version = text(data, "id"), text(data, "version")
        template = self._library.load(name, version or None)
        fields, messages, errors = _fields(data), None, {}
        typed = {each: fields.get(PREFIX + each, "") for each in template.variables}
        if text(data, "do") == "render":
            try:
                messages = messages_of(template, typed)
            except EtudeError as error:
                wrong = wrong_variable(template, typed)
                errors = {PREFIX + wrong if wrong else "": str(error)}
        html = fill_html(template, version, typed, messages, errors)
        return Screen(html, "fill", _address(name, version, "fill"), f"Fill in {name}")

    def _edit(self, data: Data) -> Screen:
        name, version = text(data, "id"), text(data, "version")
        return self._editing(self._shelf.draft(name, version, copy=bool(data.get("copy"))), version)

    def _save(self, data: Data) -> Screen:
        version = text(data, "version")
        draft = Draft(_fields(data).get("text", ""), text(data, "opened"), text(data, "id"))
        try:
            saved = save(self._library, draft.text, draft.opened)
        except EtudeError as error:
            return self._editing(draft, version, str(error))
        done = f"Version {saved.version} is saved. Etude takes it from its next start."
        return self._show({"id": saved.id}, done=done)

    def _editing(self, draft: Draft, version: str, problem: str = "") -> Screen:
        known = {entry.id: entry for entry in self._library.entries()}
        html = edit_html(draft, known.get(draft.of), version, problem)
        doing = "edit" if draft.opened or not draft.of else "copy"
        return Screen(html, "edit", _address(draft.of, version, doing), draft.of or "New template")

    def _delete(self, data: Data) -> Screen:
        name = text(data, "id")
        shipped = self._library.shipped(name)
        delete(self._library, name)
        back = " The shipped one is in force from the next start of Etude." if shipped else ""
        return self._list({}, done=f"Your {name} is deleted.{back}")


def _address(name: str, version: str = "", doing: str = "") -> str:
    parts = {"prompt": name, "version": version, "doing": doing}
    return urlencode({key: value for key, value in parts.items() if value})


def _fields(data: Data) -> dict[str, str]:
    sent = data.get("fields")
    return {str(name): text(sent, name, LONGEST) for name in sent} if isinstance(sent, Mapping) else {}
