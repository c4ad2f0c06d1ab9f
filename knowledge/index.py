"""The index on disk: immutable generations, one of them current.

::

    index/
      current            the name of the generation that searches read
      g000012/           chunks.sqlite3, vectors/ (Chroma), bm25/
      building/          what a sync is writing; continued by the next one if it was killed
      lock               held while a sync runs

A sync copies the current generation, changes the copy, and publishes it by replacing one small file. Readers never see
half a sync, and a Chroma folder that is open for reading is never written: two embedded Chroma clients on one folder
can hang or read stale vectors.
"""

from __future__ import annotations

import contextlib
import errno
import math
import shutil
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from filelock import FileLock, Timeout

from knowledge.errors import DiskFull, IndexBusy, KnowledgeError
from knowledge.keyword import KeywordIndex, keyword_text, stems
from knowledge.manifest import Entry, Manifest
from knowledge.store import VectorStore

_CURRENT, _BUILDING, _BASE, _LOCK = "current", "building", "base", "lock"
_MANIFEST, _VECTORS = "chunks.sqlite3", "vectors"


class Generation:
    """One complete state of the index, opened lazily."""

    def __init__(self, folder: Path, *, readonly: bool = True) -> None:
        self.folder = folder
        self._readonly = readonly

    @cached_property
    def manifest(self) -> Manifest:
        """Collections, files and chunks."""
        return Manifest(self.folder / _MANIFEST, readonly=self._readonly)

    @cached_property
    def store(self) -> VectorStore:
        """The vectors."""
        return VectorStore(self.folder / _VECTORS)

    @cached_property
    def entries(self) -> list[Entry]:
        """Every chunk of every collection; the keyword index counts positions in this list."""
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

    def close(self) -> None:
        """Release the files."""
        for name in ("manifest", "store"):
            if part := self.__dict__.pop(name, None):
                part.close()


class IndexFolder:
    """The folder that holds the generations."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._open: Generation | None = None

    def current(self) -> Generation | None:
        """Return the current generation, or None before the first sync; it stays open until a newer one is published."""
        with self._lock:
            name = self._current_name()
            if self._open and name != self._open.folder.name:
                # Not closed here: a search in another thread may still be reading it.
                self._open = None
            if name and not self._open:
                self._open = Generation(self.folder / name)
            return self._open

    @contextmanager
    def writing(self) -> Iterator[Generation]:
        """Give a generation to change, and publish it unless the block raises or calls ``discard``.

        Raises:
            IndexBusy: another process or thread is writing.
            DiskFull: there is no room.
            KnowledgeError: the folder cannot be written.

        """
        with self.locked():
            building = Generation(self._prepare(), readonly=False)
            try:
                yield building
                with _readable_errors(self.folder):
                    self._publish(building)
            finally:
                building.close()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep every other writer out.

        Raises:
            IndexBusy: another process or thread holds the lock.
            DiskFull: there is no room.
            KnowledgeError: the folder cannot be written.

        """
        with _readable_errors(self.folder):
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
            with _readable_errors(self.folder):
                yield
        finally:
            lock.release()

    def _current_name(self) -> str | None:
        try:
            name = (self.folder / _CURRENT).read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            return None
        return name if (self.folder / name / _MANIFEST).is_file() else None

    def _prepare(self) -> Path:
        building = self.folder / _BUILDING
        base = self._current_name() or ""
        with contextlib.suppress(OSError):
            if (building / _BASE).read_text(encoding="ascii") == base:
                return building
        shutil.rmtree(building, ignore_errors=True)
        with _readable_errors(self.folder):
            if base:
                shutil.copytree(self.folder / base, building)
            else:
                building.mkdir()
            # Last: a copy without this mark was cut short and is thrown away.
            (building / _BASE).write_text(base, encoding="ascii")
        return building

    def _publish(self, building: Generation) -> None:
        entries = building.manifest.entries()
        building.store.keep_only(entry.chunk.id for entry in entries)
        shutil.rmtree(building.folder / "bm25", ignore_errors=True)
        KeywordIndex([entry.chunk for entry in entries]).save(building.folder)
        building.close()
        (building.folder / _BASE).unlink()
        before = self._current_name()
        number = max((int(g.name[1:]) for g in self.folder.glob("g[0-9]*") if g.name[1:].isdigit()), default=0)
        published = self.folder / f"g{number + 1:06d}"
        building.folder.rename(published)
        fresh = self.folder / f"{_CURRENT}.new"
        fresh.write_text(published.name, encoding="ascii")
        fresh.replace(self.folder / _CURRENT)
        for old in self.folder.glob("g[0-9]*"):
            # The generation before stays for searches that have it open; the next sync takes it away.
            if old.name not in (published.name, before):
                shutil.rmtree(old, ignore_errors=True)


@contextmanager
def _readable_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise DiskFull(
                f"The disk that holds {folder} is full. Free some space and run the sync again; "
                "the notes that were indexed before are still there."
            ) from error
        raise KnowledgeError(f"The index in {folder} cannot be written ({error.strerror or error}).") from error
