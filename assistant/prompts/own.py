"""Saves and deletes templates of a person's own.

A version that is in the records must stay what it was: another text needs another version, and the one that it replaces
is kept beside it as ``ID@VERSION.toml``.
"""

from __future__ import annotations

import re
from pathlib import Path

from assistant.errors import InputError, SettingsError
from assistant.prompts.library import PromptLibrary
from assistant.prompts.read import line_of, parse_template, read_template
from assistant.prompts.template import PromptTemplate
from assistant.writing import write_whole

LONGEST = 200_000
"""Characters that a template may have; one that long is past the context of every model in the catalog."""


def save(library: PromptLibrary, text: str, opened: str = "") -> PromptTemplate:
    """Save a TOML text as the person's template of the id that it names.

    Args:
        library: with a folder of the person's own, which is made where it is missing.
        text: the whole file.
        opened: the id that was opened; no other id that is taken may be written over.

    Raises:
        InputError: the id is another template's, or the version is taken by another text.
        SettingsError: the text is not a valid template, or cannot be written; the message names the line.

    """
    folder = _folder(library)
    if len(text) > LONGEST:
        raise InputError(f"A prompt template has at most {LONGEST:,} characters. This one has {len(text):,}.")
    text = re.sub(r"\r\n?", "\n", text).rstrip("\n") + "\n"
    template = parse_template(text, Path(f"{opened or 'new'}.toml"))
    taken = [entry.id for entry in library.entries()]
    if template.id != opened and template.id in taken:
        said = f"{_at(text, 'id')} names {template.id!r}, which is another template. Choose another id."
        raise InputError(said)
    library.check_variables(template)
    file = folder / f"{template.id}.toml"
    _check_version(library, template, text)
    _keep(file, template)
    _write(file, text)
    return read_template(file)


def delete(library: PromptLibrary, template_id: str) -> None:
    """Delete a template of the person's own with its older versions; a shipped one of that id is in force again.

    Raises:
        InputError: there is none of that id.
        SettingsError: it cannot be deleted.

    """
    folder = _folder(library)
    files = [file for file in _files(folder) if file.stem.partition("@")[0] == template_id or file.stem == template_id]
    if not files:
        raise InputError(f"There is no prompt template {template_id!r} of your own.")
    for file in files:
        try:
            file.unlink()
        except OSError as error:
            raise SettingsError(f"{file} cannot be deleted ({error.strerror or error}).") from error


def next_version(library: PromptLibrary, template_id: str) -> int | str:
    """Return a version that no template of this id has: 3 after 1 and 2, "1.2.1" after "1.2.0", 1 after none."""
    known = [int(each) if each.isdecimal() else each for each in library.versions(template_id)]
    last = max(known, key=_order, default=0)
    if isinstance(last, int):
        return last + 1
    start, _, patch = last.rpartition(".")
    return f"{start}.{int(patch) + 1}"


def written(version: int | str) -> str:
    """Return a version as TOML."""
    return str(version) if isinstance(version, int) else f'"{version}"'


def _folder(library: PromptLibrary) -> Path:
    if library.own is None:
        raise InputError("This prompt library has no folder for templates of your own.")
    return library.own


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.toml")) if folder.is_dir() else []


def _check_version(library: PromptLibrary, template: PromptTemplate, text: str) -> None:
    version = str(template.version)
    if version not in library.versions(template.id):
        return
    there = library.load(template.id, version)
    if there.file and there.file.read_text(encoding="utf-8") != text:
        after = written(next_version(library, template.id))
        said = f"{_at(text, 'version')} names version {version}, which has another text already. Write {after} there."
        raise InputError(said)


def _keep(file: Path, template: PromptTemplate) -> None:
    """Keep the version that a file has now, where it is another."""
    try:
        before = read_template(file)
    except (FileNotFoundError, SettingsError):
        return
    if before.version != template.version:
        kept = file.with_name(f"{before.id}@{before.version}.toml")
        _write(kept, file.read_text(encoding="utf-8"))


def _write(file: Path, text: str) -> None:
    try:
        write_whole(file, text)
    except OSError as error:
        raise SettingsError(f"{file} cannot be written ({error.strerror or error}).") from error


def _at(text: str, key: str) -> str:
    line = line_of(text, (key,))
    return f"Line {line}" if line else f"The {key}"


def _order(version: int | str) -> tuple[int, ...]:
    return tuple(int(part) for part in str(version).split("."))
