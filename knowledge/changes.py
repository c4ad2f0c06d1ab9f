"""A folder as it is now, compared with what the index knows of it. Files are looked at, not read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from knowledge.errors import InputError
from knowledge.folder import Folder, key_of
from knowledge.manifest import Failure, File
from knowledge.read import read_bytes


@dataclass(slots=True)
class Changes:
    """What a sync has to do.

    ``same`` are files that did not change; ``failing`` those whose content could not be used and did not change;
    ``closed`` are sentences about files that cannot be opened; ``new`` are files to read, by the name to show; ``gone``
    are the keys of files, or of failures, that are no longer there.
    """

    same: list[File] = field(default_factory=list)
    failing: list[Failure] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    new: dict[str, Path] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.new or self.gone)


def compare(folder: Folder, files: Mapping[str, File], failures: Mapping[str, Failure]) -> Changes:
    """Compare a folder with files and failures by key; size and time decide."""
    changes = Changes(gone=sorted(set(folder.gone([*files, *failures]))))
    for name, path in folder.files.items():
        file, failure = files.get(key_of(path)), failures.get(key_of(path))
        if file and _same(file, path):
            changes.same.append(file)
        elif failure and _same(failure, path):
            changes.failing.append(failure)
        elif why := _why_closed(name, path):
            changes.closed.append(why)
        elif os.path.lexists(path):
            changes.new[name] = path
        elif file or failure:
            changes.gone.append(key_of(path))
    return changes


def _same(known: File | Failure, path: Path) -> bool:
    try:
        state = path.stat()
    except OSError:
        return False
    return (known.size, known.mtime_ns) == (state.st_size, state.st_mtime_ns)


def _why_closed(name: str, path: Path) -> str:
    """Return why a file that is there cannot be opened, or nothing."""
    if os.access(path, os.R_OK, effective_ids=os.access in os.supports_effective_ids):
        return ""
    try:
        read_bytes(path, name)
    except InputError as error:
        return str(error) if os.path.lexists(path) else ""
    return ""
