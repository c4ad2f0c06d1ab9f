"""What is in the index: collections, files, and the text of every chunk, in one SQLite file.

Vectors and keyword scores point here by chunk id; a vector without a row here does not exist for a search.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge.split import Chunk, Kind

LAYOUT = 2
"""Raised when files on disk change their meaning; an older index is then refused with the command that rebuilds."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS collection (
    name TEXT PRIMARY KEY, embedding TEXT NOT NULL, dimension INTEGER NOT NULL, layout INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS file (
    id INTEGER PRIMARY KEY, collection TEXT NOT NULL REFERENCES collection(name) ON DELETE CASCADE,
    path TEXT NOT NULL, name TEXT NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, sha256 TEXT NOT NULL,
    problems TEXT NOT NULL, UNIQUE (collection, path)
);
CREATE TABLE IF NOT EXISTS chunk (
    id TEXT PRIMARY KEY, file INTEGER NOT NULL REFERENCES file(id) ON DELETE CASCADE, position INTEGER NOT NULL,
    heading TEXT NOT NULL, start_line INTEGER NOT NULL, end_line INTEGER NOT NULL, text TEXT NOT NULL,
    kind TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS chunk_file ON chunk(file);
CREATE TABLE IF NOT EXISTS failure (
    collection TEXT NOT NULL REFERENCES collection(name) ON DELETE CASCADE, path TEXT NOT NULL,
    size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, sentence TEXT NOT NULL, PRIMARY KEY (collection, path)
);
"""


@dataclass(frozen=True, slots=True)
class Collection:
    """A named set of notes; ``embedding`` and ``dimension`` are what its vectors were made with."""

    name: str
    embedding: str
    dimension: int
    layout: int = LAYOUT
    files: int = 0
    chunks: int = 0


@dataclass(frozen=True, slots=True)
class File:
    """A synced file: its absolute ``path``, and the ``name`` that citations show."""

    path: str
    name: str
    size: int
    mtime_ns: int
    sha256: str
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """A file whose content could not be used, remembered so that it is not read again until it changes."""

    path: str
    size: int
    mtime_ns: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A chunk and the collection that holds it."""

    collection: str
    chunk: Chunk


class Manifest:
    """The SQLite file of one generation of the index."""

    def __init__(self, path: Path, *, readonly: bool = False) -> None:
        mode = "ro" if readonly else "rwc"
        self._db = sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True, check_same_thread=False)
        try:
            self._db.execute("PRAGMA foreign_keys = ON")
            if readonly:
                self._db.execute("SELECT count(*) FROM collection")
            else:
                self._db.executescript(_SCHEMA)
        except sqlite3.Error:
            self._db.close()
            raise

    def close(self) -> None:
        """Release the file."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside is written, or nothing."""
        with self._db:
            yield

    def collections(self) -> list[Collection]:
        """Return the collections by name, with their sizes."""
        rows = self._db.execute(
            "SELECT name, embedding, dimension, layout,"
            " (SELECT count(*) FROM file WHERE file.collection = collection.name),"
            " (SELECT count(*) FROM chunk JOIN file ON chunk.file = file.id"
            " WHERE file.collection = collection.name AND kind = 'text')"
            " FROM collection ORDER BY name"
        )
        return [Collection(*row) for row in rows]

    def add_collection(self, collection: Collection) -> None:
        """Write the stamp of a new collection."""
        self._db.execute(
            "INSERT INTO collection VALUES (?, ?, ?, ?)",
            (collection.name, collection.embedding, collection.dimension, collection.layout),
        )

    def remove_collection(self, name: str) -> None:
        """Forget a collection, its files and its chunks."""
        self._db.execute("DELETE FROM collection WHERE name = ?", (name,))

    def files(self, collection: str) -> dict[str, File]:
        """Return the files of a collection by absolute path."""
        rows = self._db.execute(
            "SELECT path, name, size, mtime_ns, sha256, problems FROM file WHERE collection = ?", (collection,)
        )
        return {
            path: File(path, name, size, mtime_ns, sha256, tuple(json.loads(problems)))
            for path, name, size, mtime_ns, sha256, problems in rows
        }

    def sizes(self, collection: str) -> dict[str, tuple[int, int]]:
        """Return the numbers of headings with text, and of chunks, of each file of a collection by absolute path."""
        rows = self._db.execute(
            "SELECT path, count(DISTINCT heading), count(chunk.id) FROM file"
            " LEFT JOIN chunk ON chunk.file = file.id AND kind = 'text' WHERE collection = ? GROUP BY file.id",
            (collection,),
        )
        return {path: (headings, chunks) for path, headings, chunks in rows}

    def put_file(self, collection: str, file: File, chunks: Sequence[Chunk]) -> None:
        """Replace a file and its chunks."""
        self.remove_file(collection, file.path)
        cursor = self._db.execute(
            "INSERT INTO file (collection, path, name, size, mtime_ns, sha256, problems) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (collection, file.path, file.name, file.size, file.mtime_ns, file.sha256, json.dumps(file.problems)),
        )
        self._db.executemany(
            "INSERT INTO chunk VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (c.id, cursor.lastrowid, n, json.dumps(c.heading), c.start_line, c.end_line, c.text, c.kind)
                for n, c in enumerate(chunks)
            ),
        )

    def touch_file(self, collection: str, file: File) -> None:
        """Record a new size and time of a file whose content did not change."""
        self._db.execute(
            "UPDATE file SET size = ?, mtime_ns = ? WHERE collection = ? AND path = ?",
            (file.size, file.mtime_ns, collection, file.path),
        )

    def remove_file(self, collection: str, path: str) -> None:
        """Forget a file and its chunks."""
        self._db.execute("DELETE FROM file WHERE collection = ? AND path = ?", (collection, path))

    def failures(self, collection: str) -> dict[str, Failure]:
        """Return the files of a collection whose content could not be used, by absolute path."""
        rows = self._db.execute(
            "SELECT path, size, mtime_ns, sentence FROM failure WHERE collection = ?", (collection,)
        )
        return {row[0]: Failure(*row) for row in rows}

    def put_failures(self, collection: str, failures: Iterable[Failure]) -> None:
        """Replace all failures of a collection."""
        self._db.execute("DELETE FROM failure WHERE collection = ?", (collection,))
        self._db.executemany(
            "INSERT INTO failure VALUES (?, ?, ?, ?, ?)",
            ((collection, f.path, f.size, f.mtime_ns, f.sentence) for f in failures),
        )

    def chunks(self, collection: str, path: str) -> list[Chunk]:
        """Return the chunks of one file in order."""
        rows = self._db.execute(
            f"SELECT {_CHUNK} FROM chunk JOIN file ON chunk.file = file.id"
            " WHERE collection = ? AND path = ? ORDER BY position",
            (collection, path),
        )
        return [_chunk(row) for row in rows]

    def entries(self) -> list[Entry]:
        """Return every chunk of every collection, in the order of files and lines."""
        rows = self._db.execute(
            f"SELECT {_CHUNK}, collection FROM chunk JOIN file ON chunk.file = file.id"
            " ORDER BY collection, name, path, position"
        )
        return [Entry(row[-1], _chunk(row)) for row in rows]


_CHUNK = "chunk.id, name, heading, start_line, end_line, text, kind"


def _chunk(row: Sequence[Any]) -> Chunk:
    return Chunk(row[0], row[1], tuple(json.loads(row[2])), row[3], row[4], row[5], _kind(row[6]))


def _kind(value: str) -> Kind:
    return "outline" if value == "outline" else "text"
