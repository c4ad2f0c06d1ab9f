"""Files that were uploaded: what may be, what it is called, and where it is kept.

A file is kept as ``notes/COLLECTION/NAME`` in Etude's home. Both names are made of characters that lead nowhere else,
and the file takes its place only when it has arrived whole.
"""

from __future__ import annotations

import re
import shutil
import unicodedata
from collections.abc import AsyncIterator
from pathlib import Path, PurePosixPath
from uuid import uuid4

from assistant.errors import DiskFull, InputError
from assistant.rooms import SHIPPED_COLLECTION
from knowledge.folder import key_of
from knowledge.read import MAX_BYTES, SUPPORTED
from knowledge.sync import check_collection_name

ADDRESS = "/knowledge/file"
"""Where the page sends a file to."""
MOST_FILES = 200
"""Files that the page sends at once."""
_LONGEST_STEM = 160
"""Bytes; systems of files take 255 with the ending."""
_ROOM_TO_LEAVE = 200 * 2**20
"""Bytes that stay free on the disk, for the index that is made of the files."""


class Uploads:
    """The files below a folder, one subfolder a collection; ``largest`` is how many bytes one may have."""

    def __init__(self, root: Path, largest: int = MAX_BYTES) -> None:
        self._root, self.largest = root, min(largest, MAX_BYTES)

    def folder(self, collection: str) -> Path:
        """Return where the files of a collection are kept, whether there are any or not.

        Raises:
            InputError: that is not a name for a collection of one's own.

        """
        check_own(collection)
        return self._root.resolve() / collection

    def collections(self) -> list[str]:
        """Return the collections that files were uploaded into."""
        if not self._root.is_dir():
            return []
        return sorted(one.name for one in self._root.iterdir() if one.is_dir() and not one.name.startswith("."))

    def holds(self, collection: str, path: str) -> bool:
        """Say whether a file, by its key, was uploaded into a collection."""
        return collection != SHIPPED_COLLECTION and Path(path).parent == Path(key_of(self.folder(collection)))

    async def keep(self, collection: str, name: str, pieces: AsyncIterator[bytes]) -> str:
        """Keep a file, in place of one of that name, and return what it is called here.

        Raises:
            InputError: it is too large, empty, of a kind that Etude does not read, or its collection is no name.
            DiskFull: there is no room for it.

        """
        folder, name = self.folder(collection), check_kind(safe_name(name))
        folder.mkdir(parents=True, mode=0o700, exist_ok=True)
        arriving = self._root / f".{uuid4().hex}"
        size = 0
        try:
            with arriving.open("xb") as file:
                async for piece in pieces:
                    size += len(piece)
                    if size > self.largest:
                        raise InputError(f"{name} has more than {in_mb(self.largest)}. Split it, or leave it out.")
                    if shutil.disk_usage(self._root).free < _ROOM_TO_LEAVE:
                        raise DiskFull(f"The disk that holds {self._root} is almost full. Free some space first.")
                    file.write(piece)
            if not size:
                raise InputError(f"{name} is empty.")
            arriving.replace(folder / name)
        finally:
            arriving.unlink(missing_ok=True)
        return name

    def delete(self, collection: str, path: str) -> None:
        """Delete a file that was uploaded; one that is gone already is no mistake.

        Raises:
            InputError: it was not uploaded.

        """
        if not self.holds(collection, path):
            raise InputError("Etude deletes only files that were uploaded here.")
        (self.folder(collection) / PurePosixPath(path).name).unlink(missing_ok=True)

    def delete_all(self, collection: str) -> None:
        """Delete the files that were uploaded into a collection."""
        shutil.rmtree(self.folder(collection), ignore_errors=True)


def check_own(collection: str) -> None:
    """Refuse what cannot be the name of a collection of one's own.

    Raises:
        InputError: it cannot.

    """
    check_collection_name(collection)
    if collection == SHIPPED_COLLECTION:
        raise InputError(
            f"The collection {SHIPPED_COLLECTION} holds the notes that ship with Etude. Choose another name."
        )


def check_kind(name: str) -> str:
    """Return the name of a file of a kind that Etude reads.

    Raises:
        InputError: it is of another kind.

    """
    if Path(name).suffix not in SUPPORTED:
        raise InputError(f"{name} is not of a kind that Etude reads ({kinds()}).")
    return name


def kinds() -> str:
    """Return the kinds of files that Etude reads."""
    return ", ".join(sorted(SUPPORTED))


def in_mb(size: int) -> str:
    """Return a size in words."""
    return f"{size // 1_000_000} MB"


def safe_name(name: str) -> str:
    """Return a name that is a file's and nothing else: no folder, no sign that a system reads as more than a letter."""
    path = PurePosixPath(unicodedata.normalize("NFC", name.replace("\\", "/")))
    stem = re.sub(r"[^\w .,()&+-]+", "-", path.stem).encode()[:_LONGEST_STEM].decode(errors="ignore").strip(" .-_")
    return (stem or "note") + re.sub(r"[^\w.]+", "", path.suffix).lower()
