"""Any file of notes to Markdown lines.

``read_file`` is the door. Markdown and text keep their own line numbers, so that a citation points into the file as
its owner sees it; every other kind is converted (markitdown, pdfplumber, openpyxl) and its lines are those of the
Markdown. Repairs (mojibake, dead image links) work inside a line and never add or remove one.
"""

from __future__ import annotations

import errno
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from knowledge.encoding import decode
from knowledge.errors import InputError
from knowledge.formats import CONVERTED, convert
from knowledge.repair import repaired

MAX_BYTES = 50 * 1024 * 1024
"""Files above this are refused: they are data, not notes, and would hold a laptop's memory for minutes."""

PLAIN = {".md", ".markdown", ".txt", ".text", ".rst"}
SUPPORTED = PLAIN | CONVERTED


@dataclass(frozen=True, slots=True)
class Document:
    """A file as Markdown.

    ``lines`` have no line ends; line *n* of the file is ``lines[n - 1]``. ``problems`` are sentences for the sync
    report ("Page 4 has no text: …").
    """

    lines: list[str]
    problems: list[str]


def read_file(path: Path, name: str = "") -> Document:
    """Read one file as Markdown.

    Args:
        path: the file.
        name: how sentences name it; empty is its own name.

    Raises:
        InputError: the file is too large, binary, encrypted, damaged, unreadable, or of an unknown kind.

    """
    return to_markdown(path, read_bytes(path, name), name)


def read_bytes(path: Path, name: str = "") -> bytes:
    """Read the bytes of a file that Etude can turn into Markdown.

    Raises:
        InputError: the file is too large, not a file, unreadable, or of an unknown kind.

    """
    name = name or path.name
    suffix = path.suffix.lower()
    if suffix not in SUPPORTED:
        raise InputError(f"{name} is a {suffix or 'nameless'} file, which Etude does not read.")
    try:
        state = path.stat()
        if not stat.S_ISREG(state.st_mode):
            raise InputError(f"{name} is not a file but a folder, a pipe or a device. Leave it out.")
        if state.st_size > MAX_BYTES:
            raise InputError(
                f"{name} has {state.st_size / 2**20:.0f} MB, more than the {MAX_BYTES // 2**20} MB that Etude reads "
                "as one file. Split it, or leave it out."
            )
        return path.read_bytes()
    except OSError as error:
        raise InputError(_why_unreadable(name, error)) from error


def to_markdown(path: Path, data: bytes, name: str = "") -> Document:
    """Turn the bytes of a file into Markdown; ``path`` says what kind they are and where its images lie.

    Raises:
        InputError: the bytes are not what the name of the file promises.

    """
    name, suffix = name or path.name, path.suffix.lower()
    problems: list[str] = []
    text = convert(name, suffix, data, problems) if suffix in CONVERTED else decode(name, data)
    return Document(list(repaired(re.split(r"\r\n|\r|\n", text), path.parent)), problems)


def _why_unreadable(name: str, error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return f"{name} is not there, or is a link to a file that is not. Put the file back, or delete the link."
    if error.errno == errno.ELOOP:
        return f"{name} is a link that leads back to itself. Delete it."
    if isinstance(error, PermissionError):
        return f"{name} cannot be read ({error.strerror}). Check its permissions."
    return f"{name} cannot be read ({error.strerror or error}). Check the disk, and that no other program holds it."
