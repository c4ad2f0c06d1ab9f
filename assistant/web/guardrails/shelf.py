"""The guardrails of the library as the page lists and saves them."""

from __future__ import annotations

from assistant.errors import EtudeError, InputError
from assistant.guardrails.document import GuardrailDocument
from assistant.guardrails.library import DRAFT, SHIPPED, Library
from assistant.web.guardrails.list_view import Entry, Shown


class Shelf:
    """What the library holds.

    Args:
        library: the guardrails.
        force: which is in force, as ``NAME`` or ``NAME@VERSION``; empty where none is.

    """

    def __init__(self, library: Library, force: str) -> None:
        self.library, self.force = library, force

    def entries(self) -> list[Entry]:
        """Return all guardrails; one that cannot be read says why."""
        return [self.entry(name) for name in self.library.names()]

    def entry(self, name: str) -> Entry:
        """Return one guardrail as the list shows it.

        Raises:
            InputError: there is none of that name.

        """
        versions, force = tuple(self.library.versions(name)), self._force(name)
        try:
            description, problem = self.library.load(name, force or versions[0]).description or "", ""
        except EtudeError as error:
            description, problem = "", str(error)
        return Entry(name, description, versions, name in SHIPPED, force, problem)

    def shown(self, name: str, version: str = "") -> Shown:
        """Return a version of a guardrail; without one the draft, else the first version that there is.

        Raises:
            InputError: there is none of that name or version, or it cannot be read.

        """
        entry = self.entry(name)
        version = version or entry.versions[0]
        document = self.library.load(name, version)
        return Shown(entry, version, document, self._changed(entry, document) if version == DRAFT else "")

    def free_name(self, name: str) -> str:
        """Return a name for a copy that no guardrail has yet."""
        taken = {each.casefold() for each in self.library.names()}
        stem = f"my-{name}"[:46] if name in SHIPPED else f"{name}-copy"[:46]
        numbered = (f"{stem}-{number}" for number in range(2, 1000))
        return next((each for each in (stem, *numbered) if each.casefold() not in taken), stem)

    def save(self, document: GuardrailDocument, *, of: str, new: bool) -> None:
        """Save a draft: of the guardrail that was opened, or a new one.

        Raises:
            InputError: it has the name of another, or cannot be written.

        """
        if new and document.name.casefold() in {each.casefold() for each in self.library.names()}:
            raise InputError(f"There is a guardrail {document.name!r} already. Choose another name.")
        if not new and document.name != of:
            raise InputError(f"This guardrail is called {of!r}. Keep its name, or copy it to give the copy another.")
        self.library.save_draft(document.name, document)

    def choices(self) -> dict[str, str]:
        """Return every version that can be tried, with what the page calls it."""
        found = {}
        for entry in self.entries():
            for version in () if entry.problem else entry.versions:
                key = entry.name if version == DRAFT else f"{entry.name}@{version}"
                label = entry.name if version == DRAFT else f"{entry.name}, version {version}"
                if entry.force == version:
                    label += " (in force)"
                found[key] = label
        return found

    def _force(self, name: str) -> str:
        named, _, version = self.force.partition("@")
        return (version or DRAFT) if named == name else ""

    def _changed(self, entry: Entry, draft: GuardrailDocument) -> str:
        numbers = [version for version in entry.versions if version != DRAFT]
        if entry.shipped or not numbers:
            return ""
        try:
            last = self.library.load(entry.name, numbers[-1])
        except EtudeError as error:
            return str(error)
        # A version may have a description of its own.
        same = last.model_copy(update={"description": None}) == draft.model_copy(update={"description": None})
        return f"The draft is {'the same as' if same else 'changed since'} version {numbers[-1]}."
