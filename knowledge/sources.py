"""Which folders feed which collections, when each was last synced, and which are watched.

A small JSON file beside the index rather than in it: an index may be deleted and made anew, and a sync that finds
nothing changed writes no new generation. Processes share it through a lock, and it is replaced as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock
from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from knowledge.errors import KnowledgeError

_PATIENCE = 10
"""Seconds to wait for another process, which holds the lock for milliseconds."""


@dataclass(frozen=True, slots=True)
class Source:
    """A folder, or a single file, that feeds a collection; ``synced`` is None before its first sync has ended."""

    collection: str
    folder: str
    watched: bool = False
    synced: datetime | None = None


_Sources = TypeAdapter(list[Source])


class Sources:
    """The folders in a file; every method may raise ``KnowledgeError``, where it cannot be read or written."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def all(self, collection: str = "") -> list[Source]:
        """Return the folders, of one collection if it is named, in the order in which they were added."""
        try:
            found = _Sources.validate_json(self._file.read_bytes())
        except FileNotFoundError:
            return []
        except (OSError, ValidationError) as error:
            raise KnowledgeError(
                f"{self._file}, which lists the folders of your notes, cannot be read. Move it away and add them again."
            ) from error
        return [source for source in found if collection in ("", source.collection)]

    def note(self, collection: str, folder: str, *, watched: bool | None = None, synced: bool = False) -> None:
        """Add a folder, or change what is known of it.

        Args:
            collection: what it feeds.
            folder: its absolute path, as `knowledge.folder.key_of` gives it.
            watched: whether its changes are followed; None leaves that as it is.
            synced: say that a sync of it has ended now.

        """
        new = Source(collection, folder)

        def change(sources: Sequence[Source]) -> list[Source]:
            old = next((one for one in sources if _same(one, new)), new)
            changed = replace(
                old,
                watched=old.watched if watched is None else watched,
                synced=datetime.now(UTC) if synced else old.synced,
            )
            if old in sources:
                return [changed if one is old else one for one in sources]
            return [*sources, changed]

        self._change(change)

    def drop(self, collection: str, folder: str = "") -> None:
        """Forget a folder of a collection, or all of them."""
        self._change(
            lambda sources: [
                one for one in sources if one.collection != collection or (folder and one.folder != folder)
            ]
        )

    def _change(self, change: Callable[[Sequence[Source]], list[Source]]) -> None:
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(self._file.with_suffix(".lock"), timeout=_PATIENCE):
                before = self.all()
                after = change(before)
                if after == before:
                    return
                fresh = self._file.with_suffix(".new")
                fresh.write_bytes(_Sources.dump_json(after, indent=2))
                fresh.replace(self._file)
        except OSError as error:  # a lock that is not given in time is one, too
            raise KnowledgeError(f"{self._file} cannot be written ({error.strerror or error}).") from error


def _same(one: Source, other: Source) -> bool:
    return (one.collection, one.folder) == (other.collection, other.folder)
