"""The index on disk: immutable generations, one of them current.

::

    index/
      current            the name of the generation that searches read
      g000012/           chunks.sqlite3, vectors/ (Chroma), bm25/
      building/          what a sync is writing; continued by the next one like it if it was killed
      lock               held while a sync runs

A sync copies the current generation, changes the copy, and publishes it by replacing one small file. Readers never see
half a sync, and a Chroma folder that is open for reading is never written: two embedded Chroma clients on one folder
can hang or read stale vectors.
"""

from __future__ import annotations

import contextlib
import errno
import math
import re
import shutil
import sqlite3
import threading
import weakref
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from filelock import FileLock, Timeout

from knowledge.errors import DiskFull, EtudeError, IndexBusy, KnowledgeError
from knowledge.keyword import KeywordIndex, keyword_text, stems
from knowledge.manifest import Entry, Manifest
from knowledge.store import VectorStore

_CURRENT, _BUILDING, _MARK, _LOCK = "current", "building", "mark", "lock"
_MANIFEST, _VECTORS, _KEYWORDS = "chunks.sqlite3", "vectors", "bm25"

_NO_ROOM = 2**20
"""Bytes; with less than this free, whatever goes wrong in writing goes wrong for want of room."""


class Generation:
    """One complete state of the index, opened lazily and closed when nobody holds it any more.

    ``continued`` says of one that is being written that an earlier sync, which was killed, began it.

    Raises:
        KnowledgeError: a file of it is damaged. Every property may raise it.

    """

    def __init__(self, folder: Path, *, readonly: bool = True) -> None:
        self.folder = folder
        self.continued = False
        self.discarded = False
        self._readonly = readonly
        self._closers: list[Callable[[], object]] = []

    @cached_property
    def manifest(self) -> Manifest:
        """Collections, files and chunks."""
        with self._damage_explained():
            manifest = Manifest(self.folder / _MANIFEST, readonly=self._readonly)
        self._close_later(manifest)
        return manifest

    @cached_property
    def store(self) -> VectorStore:
        """The vectors."""
        with self._damage_explained():
            store = VectorStore(self.folder / _VECTORS)
        self._close_later(store)
        return store

    @cached_property
    def entries(self) -> list[Entry]:
        """Every chunk of every collection; the keyword index counts positions in this list."""
        with self._damage_explained():
            return self.manifest.entries()

    @cached_property
    def keywords(self) -> KeywordIndex:
        """The keyword index."""
        return KeywordIndex.load(self.folder, [entry.chunk for entry in self.entries])

    @cached_property
    def rarity(self) -> Mapping[str, float]:
        """Inverse document frequency of every stem, ``ln(1 + chunks / chunks with it)``."""
        chunks = [entry.chunk for entry in self.entries if entry.chunk.kind == "text"]
        counts = Counter(stem for chunk in chunks for stem in set(stems(keyword_text(chunk))))
        return {stem: math.log(1 + len(chunks) / count) for stem, count in counts.items()}

    def discard(self) -> None:
        """Say that this one, which is being written, shall not be published."""
        self.discarded = True

    def close(self) -> None:
        """Release the files."""
        for name in ("manifest", "store"):
            self.__dict__.pop(name, None)
        for closer in self._closers:
            closer()
        self._closers.clear()

    def _close_later(self, part: Manifest | VectorStore) -> None:
        closer = weakref.finalize(self, part.close)
        closer.atexit = False
        self._closers.append(closer)

    @contextmanager
    def _damage_explained(self) -> Iterator[None]:
        try:
            yield
        except EtudeError:
            raise
        except Exception as error:
            if _no_room(error, self.folder.parent):
                raise _disk_full(self.folder.parent) from error
            raise KnowledgeError(
                f"The index in {self.folder.parent} is damaged ({_first_line(error)}). "
                "Delete that folder and sync your notes again."
            ) from error


class IndexFolder:
    """The folder that holds the generations."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._open: Generation | None = None

    def current(self) -> Generation | None:
        """Return the current generation, open until a newer one is published, or None before the first sync."""
        with self._lock:
            name = self._current_name()
            if self._open and name != self._open.folder.name:
                # Not closed here: a search in another thread may still be reading it, and closes it by letting go.
                self._open = None
            if name and not self._open:
                self._open = Generation(self.folder / name)
            return self._open

    @contextmanager
    def writing(self, job: str) -> Iterator[Generation]:
        """Give a generation to change, and publish it unless the block raises or calls ``discard``.

        Args:
            job: what is being written; what a killed writer left is continued only by the same job.

        Raises:
            IndexBusy: another process or thread is writing.
            DiskFull: there is no room.
            KnowledgeError: the folder cannot be written, or the index is damaged.

        """
        with self.locked():
            building = Generation(self.folder / _BUILDING, readonly=False)
            try:
                building.continued = self._prepare(job)
                yield building
                if not building.discarded:
                    self._publish(building)
            except Exception as error:
                # What was begun is kept for the next sync, unless it takes the room that searches need.
                building.discarded = _no_room(error, self.folder)
                raise
            finally:
                building.close()
                if building.discarded:
                    shutil.rmtree(building.folder, ignore_errors=True)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep every other writer out.

        Raises:
            IndexBusy: another process or thread holds the lock.
            DiskFull: there is no room.
            KnowledgeError: the folder cannot be written.

        """
        with _explained(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.folder / _LOCK, is_singleton=True, timeout=0)
            if lock.is_locked:
                yield
                return
            try:
                lock.acquire()
            except Timeout as error:
                raise IndexBusy(
                    f"Another sync is writing to {self.folder}. Wait until it is done, then run this one again."
                ) from error
            try:
                yield
            finally:
                lock.release()

    def _current_name(self) -> str | None:
        try:
            name = (self.folder / _CURRENT).read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            return None
        return name if (self.folder / name / _MANIFEST).is_file() else None

    def _prepare(self, job: str) -> bool:
        """Make the folder to write in; say whether it goes on from where an earlier job like it was killed."""
        building = self.folder / _BUILDING
        base = self._current_name() or ""
        mark = f"{base}\n{job}"
        for left in (building, *self._generations()):
            # A marked generation is one that a killed sync had finished and not yet made current.
            with contextlib.suppress(OSError, UnicodeDecodeError):
                if (left / _MARK).read_text(encoding="utf-8") == mark:
                    if left != building:
                        shutil.rmtree(building, ignore_errors=True)
                        left.rename(building)
                    return True
        shutil.rmtree(building, ignore_errors=True)
        if base:
            shutil.copytree(self.folder / base, building, ignore=shutil.ignore_patterns(_MARK))
        else:
            building.mkdir()
        # Last: a copy without this mark was cut short and is thrown away.
        (building / _MARK).write_text(mark, encoding="utf-8")
        return False

    def _publish(self, building: Generation) -> None:
        entries = building.manifest.entries()
        building.store.keep_only(entry.chunk.id for entry in entries)
        shutil.rmtree(building.folder / _KEYWORDS, ignore_errors=True)
        KeywordIndex([entry.chunk for entry in entries]).save(building.folder)
        building.close()
        before = self._current_name()
        number = max((int(old.name[1:]) for old in self._generations()), default=0)
        published = self.folder / f"g{number + 1:06d}"
        fresh = self.folder / f"{_CURRENT}.new"
        fresh.write_text(published.name, encoding="ascii")
        building.folder.rename(published)
        fresh.replace(self.folder / _CURRENT)
        (published / _MARK).unlink()
        for old in self._generations():
            # The generation before stays for searches that have it open; the next sync takes it away.
            if old.name not in (published.name, before):
                shutil.rmtree(old, ignore_errors=True)

    def _generations(self) -> list[Path]:
        return [folder for folder in self.folder.glob("g*") if folder.name[1:].isdigit()]


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    try:
        yield
    except EtudeError:
        raise
    except Exception as error:
        if _no_room(error, folder):
            raise _disk_full(folder) from error
        if isinstance(error, (OSError, sqlite3.Error)):
            raise KnowledgeError(f"The index in {folder} cannot be written ({_first_line(error)}).") from error
        raise


def _disk_full(folder: Path) -> DiskFull:
    return DiskFull(
        f"The disk that holds {folder} is full. Free some space and try again; "
        "the notes that were indexed before are still there."
    )


def _no_room(error: BaseException, folder: Path) -> bool:
    """Say whether the disk is full, which every library tells in its own way, or hides behind an error of its own."""
    for cause in _chain(error):
        if isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        if re.search(r"no space left|disk (is )?full|disk quota exceeded", str(cause), re.IGNORECASE):
            return True
    try:
        return shutil.disk_usage(folder).free < _NO_ROOM
    except OSError:
        return False


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error:
        yield error
        error = error.__cause__ or error.__context__


def _first_line(error: BaseException) -> str:
    *_, first = _chain(error)
    said = first.strerror if isinstance(first, OSError) and first.strerror else str(first)
    return (said.strip().splitlines() or [type(first).__name__])[0].rstrip(".")
