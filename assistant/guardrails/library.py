"""Guardrails by name: those that ship with Etude, and the user's own beside them.

The user's folder holds ``NAME.yaml``, the draft that is edited, and ``NAME.1.yaml``, ``NAME.2.yaml`` and so on, the
versions made of it, which are never written again. A file that a person puts there by hand counts as a draft. Shipped
guardrails are drafts that nobody can write; to change one, load it and save it under a name of your own.

Whoever can write to the folder can change what is checked: the files are neither signed nor encrypted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from assistant.errors import InputError
from assistant.guardrails.document import GuardrailDocument, dump, parse, read
from assistant.writing import write_whole

POLICIES = Path(__file__).parent / "policies"
DRAFT = "DRAFT"
SHIPPED = tuple(sorted(file.stem for file in POLICIES.glob("*.yaml")))

_NAME = re.compile(r"[0-9a-zA-Z_-]{1,50}")
_VERSION = re.compile(r"[1-9][0-9]{0,7}")
_PATIENCE = 10.0
"""Seconds to wait for another process that is writing; each write takes milliseconds."""


class Library:
    """The guardrails of one person.

    Args:
        folder: of the user's own guardrails, made when the first is saved.

    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def names(self) -> list[str]:
        """Return the names of all guardrails, the shipped ones first."""
        files = self.folder.glob("*.yaml") if self.folder.is_dir() else ()
        return [*SHIPPED, *sorted({file.name.split(".")[0] for file in files if _is_guardrail(file.name)})]

    def load(self, name: str, version: str | int = DRAFT) -> GuardrailDocument:
        """Read a guardrail.

        Raises:
            InputError: there is none of that name or version, or its file is not valid.

        """
        file = self._file(name, str(version))
        try:
            document = parse(file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise InputError(self._unknown(name, str(version))) from None
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"The guardrail {file} cannot be read ({error}). Correct or delete it.") from error
        except InputError as error:
            raise InputError(f"{file}: {error}") from error
        if document.name != name:
            raise InputError(f"The guardrail {file} says it is {document.name!r}. Rename the file or the name.")
        return document

    def versions(self, name: str) -> list[str]:
        """Return ``DRAFT``, where there is one, and the numbers of the versions, upwards.

        Raises:
            InputError: there is no guardrail of that name.

        """
        found = [DRAFT] if self._file(name, DRAFT).is_file() else []
        found += map(str, self._numbers(name))
        if not found:
            raise InputError(self._unknown(name, DRAFT))
        return found

    def save_draft(self, name: str, document: GuardrailDocument) -> GuardrailDocument:
        """Write the draft of a guardrail, new or changed, and return it as saved: under that name.

        Raises:
            InputError: the name is not valid or is a shipped one, or the folder cannot be written.

        """
        # Validated again, as a copy that was changed in memory has not been.
        saved = read(document.model_dump(exclude_defaults=True) | {"name": name})
        with self._writing(name):
            write_whole(self._file(name, DRAFT), dump(saved))
        return saved

    def publish(self, name: str, description: str = "") -> int:
        """Make a version of the draft and return its number, one above the highest.

        Raises:
            InputError: as `save_draft`, or there is no draft, or the description is too long.

        """
        with self._writing(name):
            draft = self.load(name)
            changed = {"description": description} if description else {}
            made = read(draft.model_dump(exclude_defaults=True) | changed)
            number = max(self._numbers(name), default=0) + 1
            write_whole(self._file(name, str(number)), dump(made))
        return number

    def delete(self, name: str) -> None:
        """Delete a guardrail with all its versions.

        Raises:
            InputError: as `save_draft`, or there is no guardrail of that name.

        """
        with self._writing(name):
            for version in reversed(self.versions(name)):
                self._file(name, version).unlink()

    def _file(self, name: str, version: str) -> Path:
        if not _NAME.fullmatch(name):
            raise InputError(
                f"A guardrail cannot be named {name[:60]!r}. Use 1 to 50 letters, digits, hyphens and underscores."
            )
        if version != DRAFT and not _VERSION.fullmatch(version):
            raise InputError(f"A guardrail has no version {version[:20]!r}. Give DRAFT or a number from 1.")
        if name in SHIPPED:
            return POLICIES / (f"{name}.yaml" if version == DRAFT else f"{name}.{version}.yaml")
        return self.folder / (f"{name}.yaml" if version == DRAFT else f"{name}.{version}.yaml")

    def _numbers(self, name: str) -> list[int]:
        folder = self._file(name, DRAFT).parent
        parts = (file.name.split(".") for file in folder.glob(f"{name}.*.yaml"))
        return sorted(int(part[1]) for part in parts if len(part) == 3 and _VERSION.fullmatch(part[1]))

    def _unknown(self, name: str, version: str) -> str:
        if version != DRAFT and name in self.names():
            return f"The guardrail {name!r} has no version {version}; there are {', '.join(self.versions(name))}."
        return f"There is no guardrail {name!r}; there are {', '.join(self.names())}."

    @contextmanager
    def _writing(self, name: str) -> Iterator[None]:
        self._file(name, DRAFT)
        # Folded, as a file system may be too.
        if name.casefold() in SHIPPED:
            raise InputError(f"The guardrail {name!r} ships with Etude and stays as it is. Choose another name.")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with FileLock(self.folder / ".lock", timeout=_PATIENCE):
                yield
        except Timeout:
            raise InputError(f"Another program is writing to {self.folder}. Try again when it is done.") from None
        except OSError as error:
            raise InputError(f"The folder of guardrails cannot be written ({error}). Check {self.folder}.") from error


def _is_guardrail(file: str) -> bool:
    parts = file.split(".")
    return bool(_NAME.fullmatch(parts[0])) and (len(parts) == 2 or (len(parts) == 3 and bool(_VERSION.match(parts[1]))))
