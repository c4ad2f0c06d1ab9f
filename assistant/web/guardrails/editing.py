"""The steps of editing: open, add and remove rows, go from the form to YAML and back, save. Nothing typed is lost."""

from __future__ import annotations

from assistant.errors import EtudeError, InputError
from assistant.guardrails.document import dump, parse
from assistant.guardrails.library import DRAFT, SHIPPED
from assistant.web.fields import Sheet
from assistant.web.guardrails.edit_view import Editing, form_html, yaml_html
from assistant.web.guardrails.form import BLANK, document_of, fields_of, read_fields, with_row, without_row
from assistant.web.guardrails.shelf import Shelf
from assistant.web.screen import Screen
from assistant.web.values import Data, number, text


class EditSteps:
    """Edits one guardrail; all that is typed travels with each step and back."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def edit(self, data: Data, notice: str = "") -> Screen:
        """Open the form; a shipped guardrail or a version becomes a copy."""
        name, version = text(data, "name"), text(data, "version") or DRAFT
        document = self._shelf.library.load(name, version)
        new = bool(data.get("new")) or name in SHIPPED or version != DRAFT
        if new:
            document = document.model_copy(update={"name": self._shelf.free_name(name)})
        return self._form(Editing(name, version, new), fields_of(document), notice)

    def add(self, data: Data) -> Screen:
        """Add an empty topic or pattern."""
        editing, fields, what = _editing(data), read_fields(data.get("fields")), text(data, "what")
        return self._form(editing, with_row(fields, what) if what in BLANK else fields)

    def remove(self, data: Data) -> Screen:
        """Take a topic or pattern away."""
        editing, fields, what = _editing(data), read_fields(data.get("fields")), text(data, "what")
        return self._form(editing, without_row(fields, what, number(data, "row", -1)) if what in BLANK else fields)

    def switch(self, data: Data) -> Screen:
        """Go from the form to YAML or back; what is wrong has to be mended first."""
        editing, fields = _editing(data), read_fields(data.get("fields"))
        if data.get("mode") == "yaml":
            try:
                return self._form(editing, fields_of(parse(fields.get("yaml", ""))))
            except InputError as error:
                return self._yaml(editing, fields.get("yaml", ""), str(error))
        document, errors = document_of(fields)
        if document is None:
            return Screen(form_html(editing, Sheet(fields, errors)), "edit", self._address(editing), editing.of)
        return self._yaml(editing, dump(document))

    def save(self, data: Data) -> tuple[Screen | None, str]:
        """Save the draft; return the screen that says what is wrong, or none and the name that was saved."""
        editing, fields = _editing(data), read_fields(data.get("fields"))
        if data.get("mode") == "yaml":
            try:
                document = parse(fields.get("yaml", ""))
                self._shelf.save(document, of=editing.of, new=editing.new)
            except EtudeError as error:
                return self._yaml(editing, fields.get("yaml", ""), str(error)), ""
            return None, document.name
        found, errors = document_of(fields)
        if found:
            try:
                self._shelf.save(found, of=editing.of, new=editing.new)
            except EtudeError as error:
                errors = {"name" if editing.new else "": str(error)}
            else:
                return None, found.name
        return Screen(form_html(editing, Sheet(fields, errors)), "edit", self._address(editing), editing.of), ""

    def _form(self, editing: Editing, fields: dict[str, str], notice: str = "") -> Screen:
        return Screen(form_html(editing, Sheet(fields, {}), notice), "edit", self._address(editing), editing.of)

    def _yaml(self, editing: Editing, yaml: str, notice: str = "") -> Screen:
        return Screen(yaml_html(editing, yaml, notice), "yaml", self._address(editing), editing.of)

    def _address(self, editing: Editing) -> str:
        version = f"&version={editing.version}" if editing.version != DRAFT else ""
        return f"doing={'copy' if editing.new else 'edit'}&guardrail={editing.of}{version}"


def _editing(data: Data) -> Editing:
    return Editing(text(data, "name"), text(data, "version") or DRAFT, bool(data.get("new")))
