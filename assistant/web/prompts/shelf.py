"""The prompt library as the tab needs it: an entry by its id, its text to edit, and how it differs."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

from assistant.errors import InputError, SettingsError
from assistant.prompts import PromptLibrary, PromptTemplate
from assistant.prompts.library import Entry
from assistant.prompts.own import next_version, written
from assistant.prompts.read import line_of

STARTER = '''id = "{id}"
name = "My template"
version = 1
description = "What it is for."
variables = {{ question = "text" }}

system = """
You help a learner study.
"""

user = """
Question: {{question}}
"""
'''


@dataclass(frozen=True, slots=True)
class Draft:
    """A text to edit. ``opened`` is the id that saving may write over, empty for a new template."""

    text: str
    opened: str = ""
    of: str = ""


class Shelf:
    """Reads a library."""

    def __init__(self, library: PromptLibrary) -> None:
        self.library = library

    def entry(self, template_id: str) -> Entry:
        """Return the entry of an id.

        Raises:
            InputError: there is none.

        """
        found = next((each for each in self.library.entries() if each.id == template_id), None)
        if found is None:
            raise InputError(f"There is no prompt template {template_id!r}.")
        return found

    def draft(self, template_id: str, version: str = "", *, copy: bool = False) -> Draft:
        """Return the text of a template to edit, with a version that is not taken; a copy has an id that is not taken.

        Raises:
            InputError: there is no such template, or its file cannot be read.

        """
        if not template_id:
            return Draft(STARTER.format(id=self._free("my-template")))
        entry = self.entry(template_id)
        if entry.template is None and not version:
            return Draft(_text(entry), opened=entry.id, of=entry.id)
        template = self.library.load(template_id, version) if version else entry.template
        assert template is not None
        text = text_of(template)
        if copy:
            text = _with(text, "id", f'"{self._free(f"my-{template_id}")}"')
            return Draft(_with(text, "version", "1"), of=template_id)
        after = written(next_version(self.library, template_id))
        return Draft(_with(text, "version", after), opened=template_id, of=template_id)

    def difference(self, template: PromptTemplate) -> list[str]:
        """Return the lines in which a template differs from the shipped one of its id; none where there is none."""
        shipped = self.library.shipped(template.id)
        if shipped is None or shipped.file == template.file:
            return []
        before, after = (text_of(each).splitlines() for each in (shipped, template))
        lines = difflib.unified_diff(before, after, n=2, lineterm="")
        return [line for line in lines if not line.startswith(("---", "+++"))]

    def _free(self, template_id: str) -> str:
        taken = {entry.id for entry in self.library.entries()}
        names = (f"{template_id}-{number}" if number else template_id for number in (0, *range(2, len(taken) + 3)))
        return next(name for name in names if name not in taken)


def text_of(template: PromptTemplate) -> str:
    """Return the file of a template.

    Raises:
        SettingsError: it has gone or cannot be read.

    """
    assert template.file is not None  # every template of a library has a file
    try:
        return template.file.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{template.file} cannot be read ({error.strerror or error}).") from error


def _text(entry: Entry) -> str:
    try:
        return entry.file.read_bytes().decode("utf-8", errors="replace")
    except OSError as error:
        raise InputError(f"{entry.file} cannot be read ({error.strerror or error}).") from error


def _with(text: str, key: str, value: str) -> str:
    """Put another value on the line of a key; a text that writes it in a way of its own stays as it is."""
    number = line_of(text, (key,))
    if number is None:
        return text
    lines = text.split("\n")
    lines[number - 1] = re.sub(r"=.*?(?=\s*(?:#|$))", lambda _: f"= {value}", lines[number - 1], count=1)
    return "\n".join(lines)
