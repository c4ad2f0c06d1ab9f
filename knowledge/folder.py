"""A folder of notes as it is now: which files there are, and what could not be seen."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from knowledge.errors import InputError
from knowledge.read import SUPPORTED


@dataclass(slots=True)
class Folder:
    """The files under a root.

    ``files`` are readable kinds of files, by the name to show. ``skipped`` counts hidden files and other kinds.
    ``blind`` are folders that could not be listed, with a sentence for each in ``failed``.
    """

    root: Path
    files: dict[str, Path] = field(default_factory=dict)
    skipped: int = 0
    blind: list[Path] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def gone(self, keys: Iterable[str]) -> list[str]:
        """Return those of the keys that were under the root and are no longer; what cannot be seen may be there."""
        present = {key_of(path) for path in self.files.values()}
        inside = (key for key in keys if key not in present and Path(key).is_relative_to(key_of(self.root)))
        return [key for key in inside if not any(Path(key).is_relative_to(key_of(folder)) for folder in self.blind)]


def key_of(path: Path) -> str:
    """Return a path as text that can be stored: bytes that are no UTF-8 are escaped."""
    return os.fsencode(path).decode("utf-8", errors="backslashreplace")


def look(given: Path) -> Folder:
    """List a folder with all its subfolders, or a single file; links are followed, but never in a circle.

    Raises:
        InputError: there is no such folder, or it cannot be listed.

    """
    try:
        root = given.expanduser().resolve(strict=True)
        if root.is_dir():
            next(root.iterdir(), None)
    except (FileNotFoundError, NotADirectoryError, RuntimeError) as error:
        raise InputError(f"There is no folder {given}. Check the path and run the sync again.") from error
    except OSError as error:
        raise InputError(
            f"The folder {given} cannot be read ({error.strerror or error}). "
            "Check its permissions and run the sync again."
        ) from error
    seen = Folder(root)
    if root.is_dir():
        _walk(seen)
    else:
        seen.files[key_of(Path(root.name))] = root
    return seen


def _walk(seen: Folder) -> None:
    known: set[tuple[int, int]] = set()

    def blind(error: OSError) -> None:
        folder = Path(error.filename)
        if os.path.lexists(folder):
            seen.blind.append(folder)
            seen.failed.append(f"The folder {key_of(folder)} cannot be read ({error.strerror}). Check its permissions.")

    for name, folders, files in os.walk(seen.root, followlinks=True, onerror=blind):
        folder = Path(name)
        try:
            state = folder.stat()
        except OSError as error:
            folders.clear()
            blind(error)
            continue
        if (state.st_dev, state.st_ino) in known:
            folders.clear()
            continue
        known.add((state.st_dev, state.st_ino))
        folders[:] = sorted(sub for sub in folders if not sub.startswith("."))
        for file in sorted(files):
            path = folder / file
            if file.startswith((".", "~$")) or path.suffix.lower() not in SUPPORTED:
                seen.skipped += 1
            else:
                seen.files[key_of(path.relative_to(seen.root)).replace(os.sep, "/")] = path
