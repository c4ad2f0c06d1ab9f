"""The prompt library: the templates that ship with Etude, and a person's own beside them and in place of them.

A template is a file ``ID.toml``; a version that was replaced stays as ``ID@VERSION.toml``, so that what a record of an
invocation names can be read again. Own templates stand in the folder ``prompts`` of Etude's home. One with the id of a
shipped one takes its place everywhere, and must have the same variables. A file that is broken is named when it is
wanted, and does not take the others down.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from assistant.errors import SettingsError
from assistant.prompts.read import read_template
from assistant.prompts.template import ID, VERSION, PromptTemplate
from assistant.settings import Settings

TEMPLATES = Path(__file__).parent / "templates"
_REFERENCE = re.compile(rf"(?P<id>{ID})(?:@(?P<version>{VERSION}))?")


@cache
def load_prompt(template_id: str, folder: Path = TEMPLATES) -> PromptTemplate:
    """Read a template of one folder by its id, or an older version by ``ID@VERSION``; the shipped ones by default.

    Raises:
        SettingsError: there is no such template, or the file is not valid.

    """
    return PromptLibrary(shipped=folder).load(template_id)


@dataclass(frozen=True, slots=True)
class Entry:
    """One id of the library: its template, or what is wrong with it.

    ``replaces`` is the shipped template that an own one takes the place of; ``older`` are the versions kept beside it.
    """

    id: str
    file: Path
    own: bool
    template: PromptTemplate | None
    replaces: PromptTemplate | None = None
    older: tuple[str, ...] = ()
    problem: str = ""


class PromptLibrary:
    """Finds templates by id.

    Args:
        own: the person's folder, which need not exist.
        shipped: the folder of those that ship with Etude.

    """

    def __init__(self, own: Path | None = None, shipped: Path = TEMPLATES) -> None:
        self.own = own
        self.shipped_folder = shipped

    @classmethod
    def of(cls, settings: Settings) -> PromptLibrary:
        """Return the library of a home."""
        return cls(settings.home / "prompts")

    def load(self, reference: str, version: str | None = None) -> PromptTemplate:
        """Return a template by ``ID`` or ``ID@VERSION``; ``version`` says the same as the latter.

        Raises:
            SettingsError: there is none of that id or version, or its file is not valid.

        """
        named = _REFERENCE.fullmatch(reference)
        version = version or (named["version"] if named else None)
        files = self._current(named["id"]) if named else []
        if not named or not (files or self._kept(named["id"])):
            known = ", ".join(sorted({file.stem for _, file in self._files() if "@" not in file.stem}))
            raise SettingsError(f"There is no prompt template {reference!r}; there are {known}.")
        if version is not None:
            return self._version(named["id"], version)
        if not files:
            raise SettingsError(f"Of the prompt template {reference!r} only older versions are kept. Name one.")
        template = read_template(files[0])
        self.check_variables(template)
        return template

    def shipped(self, template_id: str) -> PromptTemplate | None:
        """Return the template of an id that ships with Etude."""
        file = self.shipped_folder / f"{template_id}.toml"
        return read_template(file) if file.is_file() else None

    def entries(self) -> list[Entry]:
        """Return every id once, in order, and each file that is broken with what is wrong with it."""
        files = {file.stem: (file, own) for own, file in reversed(self._files())}
        found = [self._entry(file, own=own) for _, (file, own) in sorted(files.items())]
        return [entry for entry in found if "@" not in entry.file.stem or entry.problem]

    def versions(self, template_id: str) -> list[str]:
        """Return the versions of an id that can be loaded, those in force first."""
        found = []
        for file in [*self._current(template_id), *self._kept(template_id)]:
            try:
                found.append(str(read_template(file).version))
            except SettingsError:
                continue
        return list(dict.fromkeys(found))

    def check_variables(self, template: PromptTemplate) -> None:
        """Check that a template has the variables of the shipped one whose place it takes.

        Raises:
            SettingsError: it has others.

        """
        shipped = self.shipped(template.id)
        if shipped and set(template.variables) != set(shipped.variables):
            wanted, has = (", ".join(sorted(each.variables)) or "none" for each in (shipped, template))
            raise SettingsError(
                f"The prompt template {template.file or template.id} takes the place of a shipped one and must have "
                f"its variables, {wanted}; it has {has}."
            )

    def _entry(self, file: Path, *, own: bool) -> Entry:
        replaces = self.shipped(file.stem) if own else None
        try:
            template = read_template(file)
            if "@" not in file.stem:
                self.check_variables(template)
        except SettingsError as error:
            return Entry(file.stem, file, own, None, replaces, problem=str(error))
        older = tuple(version for version in self.versions(template.id) if version != str(template.version))
        return Entry(template.id, file, own, template, replaces, older)

    def _version(self, template_id: str, version: str) -> PromptTemplate:
        broken: SettingsError | None = None
        kept = [file for file in self._kept(template_id) if file.stem == f"{template_id}@{version}"]
        for file in [*self._current(template_id), *kept]:
            try:
                template = read_template(file)
            except SettingsError as error:
                broken = broken or error
                continue
            if str(template.version) == version:
                return template
        if broken:
            raise broken
        known = ", ".join(self.versions(template_id))
        raise SettingsError(f"There is no version {version} of the prompt template {template_id!r}; there are {known}.")

    def _current(self, template_id: str) -> list[Path]:
        return [file for _, file in self._files() if file.stem == template_id]

    def _kept(self, template_id: str) -> list[Path]:
        return [file for _, file in self._files() if file.stem.startswith(f"{template_id}@")]

    def _files(self) -> list[tuple[bool, Path]]:
        """Return every file with whether it is the person's own; own ones come first."""
        folders = [(True, self.own)] if self.own else []
        return [
            (own, file)
            for own, folder in [*folders, (False, self.shipped_folder)]
            if folder is not None and folder.is_dir()
            for file in sorted(folder.glob("*.toml"))
        ]
