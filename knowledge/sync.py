"""Make a collection follow a folder: new, changed, renamed and deleted files.

``sync`` is the door. An unchanged folder is recognised by size and time of its files and costs no model and no copy.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import numpy as np

from knowledge.embed import Embedder
from knowledge.errors import CollectionNotFound, IndexMismatch, InputError
from knowledge.index import Generation, IndexFolder
from knowledge.manifest import LAYOUT, Collection, File, Manifest
from knowledge.read import MAX_BYTES, SUPPORTED, read_file
from knowledge.split import Chunk, embedding_text, split
from knowledge.store import sentence_embedding_texts

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")

Step = Literal["reading", "embedding", "publishing"]
Progress = Callable[[Step, int, int, str], None]
"""Called with the step, how much is done, of how much, and the file at hand; files for reading, texts for embedding."""


@dataclass(slots=True)
class SyncReport:
    """What a sync did. ``failed`` and ``problems`` are sentences; a failed file keeps the chunks it had before."""

    collection: str
    folder: str
    added: int = 0
    changed: int = 0
    deleted: int = 0
    unchanged: int = 0
    skipped: int = 0
    files: int = 0
    chunks: int = 0
    embedded: int = 0
    failed: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def sync(
    index: IndexFolder,
    folder: Path,
    collection: str,
    embedder: Embedder,
    *,
    rebuild: bool = False,
    progress: Progress | None = None,
) -> SyncReport:
    """Bring a collection in line with a folder (or a single file).

    Args:
        index: where the index lives.
        folder: read with all its subfolders; hidden ones and files of other kinds are left out.
        collection: the collection to write; several folders may share one.
        embedder: the model that makes the vectors.
        rebuild: forget the collection first, which also drops folders synced into it earlier.
        progress: hears about each step.

    Raises:
        InputError: no such folder, or not a name for a collection.
        IndexMismatch: the collection was made with another embedding model.
        IndexBusy: another sync is running.
        DiskFull: there is no room; the index is as it was.

    """
    check_collection_name(collection)
    root = _root(folder)
    report = SyncReport(collection, str(root))
    tell = progress or (lambda *_: None)
    with index.locked():
        found = dict(_walk(root, report))
        current = index.current()
        if current and not rebuild and _unchanged(current.manifest, root, collection, found, embedder, report):
            return report
        report = SyncReport(collection, str(root), skipped=report.skipped, failed=report.failed)
        with index.writing() as building:
            _update(building, root, collection, found, embedder, rebuild, report, tell)
            tell("publishing", 0, 1, "")
        tell("publishing", 1, 1, "")
    return report


def remove_collection(index: IndexFolder, collection: str) -> None:
    """Forget a collection; the files it was made from stay.

    Raises:
        CollectionNotFound: there is none of that name.

    """
    with index.locked():
        current = index.current()
        if not current or collection not in {c.name for c in current.manifest.collections()}:
            raise CollectionNotFound(f"There is no collection {collection!r}. `etude collections` lists them.")
        with index.writing() as building, building.manifest.transaction():
            building.manifest.remove_collection(collection)


def check_collection_name(name: str) -> None:
    """Refuse a name that cannot be typed, stored and shown everywhere.

    Raises:
        InputError: the name is not usable.

    """
    if not _NAME.fullmatch(name):
        raise InputError(
            f"{name!r} cannot name a collection. Use up to 63 letters, digits, dots, dashes and underscores."
        )


def check_stamp(stamp: Collection, embedder: Embedder) -> None:
    """Refuse a collection whose vectors come from another model.

    Raises:
        IndexMismatch: with the command that rebuilds.

    """
    if stamp.embedding != embedder.name or stamp.layout != LAYOUT:
        why = (
            f"was made with the embedding model {stamp.embedding}, and the settings say {embedder.name}"
            if stamp.embedding != embedder.name
            else "was made by another version of Etude"
        )
        raise IndexMismatch(
            f"The collection {stamp.name!r} {why}. "
            f"Rebuild it with `etude sync FOLDER --collection {stamp.name} --rebuild`."
        )


def _root(folder: Path) -> Path:
    try:
        root = folder.expanduser().resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise InputError(f"There is no folder {folder}. Check the path and run the sync again.") from error
    if root.is_dir() and not os.access(root, os.R_OK | os.X_OK):
        raise InputError(f"The folder {folder} cannot be read. Check its permissions and run the sync again.")
    return root


def _walk(root: Path, report: SyncReport) -> Iterator[tuple[str, Path]]:
    """Yield ``(name to show, path)`` of every readable kind of file, following links but never in a circle."""
    if not root.is_dir():
        yield root.name, root
        return
    seen: set[tuple[int, int]] = set()

    def failed(error: OSError) -> None:
        report.failed.append(f"{error.filename} cannot be read ({error.strerror}). Check its permissions.")

    for folder, names, files in os.walk(root, followlinks=True, onerror=failed):
        state = Path(folder).stat()
        if (state.st_dev, state.st_ino) in seen:
            names.clear()
            continue
        seen.add((state.st_dev, state.st_ino))
        names[:] = sorted(name for name in names if not name.startswith("."))
        for file in sorted(files):
            path = Path(folder, file)
            if file.startswith((".", "~$")) or path.suffix.lower() not in SUPPORTED:
                report.skipped += 1
            else:
                yield path.relative_to(root).as_posix(), path


def _unchanged(
    manifest: Manifest, root: Path, collection: str, found: dict[str, Path], embedder: Embedder, report: SyncReport
) -> bool:
    stamps = {c.name: c for c in manifest.collections()}
    if collection not in stamps:
        return False
    check_stamp(stamps[collection], embedder)
    known = manifest.files(collection)
    if any(_differs(known.get(str(path)), path) for path in found.values()):
        return False
    if _gone(known, root, found):
        return False
    report.unchanged = len(found)
    report.files, report.chunks = stamps[collection].files, stamps[collection].chunks
    for path in found.values():
        report.problems += known[str(path)].problems
    return True


def _differs(known: File | None, path: Path) -> bool:
    try:
        state = path.stat()
    except OSError:
        return True
    return known is None or (known.size, known.mtime_ns) != (state.st_size, state.st_mtime_ns)


def _gone(known: dict[str, File], root: Path, found: dict[str, Path]) -> list[str]:
    """Return the paths under the root that were synced and are no longer there; unreadable folders count as there."""
    present = {str(path) for path in found.values()}
    inside = (path for path in known if Path(path).is_relative_to(root))
    return [path for path in inside if path not in present and not _hidden_by_permissions(Path(path), root)]


def _hidden_by_permissions(path: Path, root: Path) -> bool:
    return any(
        parent.is_dir() and not os.access(parent, os.R_OK | os.X_OK)
        for parent in path.parents
        if parent.is_relative_to(root)
    )


def _update(
    building: Generation,
    root: Path,
    collection: str,
    found: dict[str, Path],
    embedder: Embedder,
    rebuild: bool,
    report: SyncReport,
    tell: Progress,
) -> None:
    manifest = building.manifest
    stamps = {c.name: c for c in manifest.collections()}
    if collection in stamps and rebuild:
        with manifest.transaction():
            manifest.remove_collection(collection)
        del stamps[collection]
    if collection in stamps:
        check_stamp(stamps[collection], embedder)
    known = manifest.files(collection)
    pending: list[tuple[File, list[Chunk]]] = []
    for number, (name, path) in enumerate(found.items()):
        tell("reading", number, len(found), name)
        before = known.get(str(path))
        try:
            file, chunks = _read(name, path, collection, before, embedder)
        except InputError as error:
            report.failed.append(str(error))
            continue
        if chunks is None:
            report.unchanged += 1
            if file != before:
                with manifest.transaction():
                    manifest.touch_file(collection, file)
            report.problems += file.problems
            continue
        report.added += before is None
        report.changed += before is not None
        report.problems += file.problems
        pending.append((file, chunks))
    tell("reading", len(found), len(found), "")
    if collection not in stamps:
        with manifest.transaction():
            manifest.add_collection(Collection(collection, embedder.name, embedder.dimension))
    _embed(building, collection, pending, embedder, report, tell)
    gone = _gone(known, root, found)
    with manifest.transaction():
        for path in gone:
            manifest.remove_file(collection, path)
    report.deleted = len(gone)
    (stamp,) = (c for c in manifest.collections() if c.name == collection)
    report.files, report.chunks = stamp.files, stamp.chunks


def _read(
    name: str, path: Path, collection: str, before: File | None, embedder: Embedder
) -> tuple[File, list[Chunk] | None]:
    """Return the file as it is now, and its chunks, or None when its content is what it was."""
    try:
        state = path.stat()
        if state.st_size > MAX_BYTES:
            digest = ""
        elif before and not _differs(before, path):
            return before, None
        else:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise InputError(f"{name} cannot be read ({error.strerror}). Check its permissions.") from error
    if before and digest == before.sha256:
        return replace(before, size=state.st_size, mtime_ns=state.st_mtime_ns), None
    document = read_file(path)
    chunks = split(name, document.lines, embedder.count, embedder.limit)
    chunks = [replace(c, id=_chunk_id(collection, path, c)) for c in chunks]
    file = File(str(path), name, state.st_size, state.st_mtime_ns, digest, tuple(document.problems))
    if not chunks and not document.problems:
        file = replace(file, problems=(f"{name} has no text.",))
    return file, chunks


def _chunk_id(collection: str, path: Path, chunk: Chunk) -> str:
    """Hash the place with the content: the same note in two collections or folders is two chunks."""
    return hashlib.sha256(f"{collection}\x1f{path}\x1f{chunk.id}".encode()).hexdigest()[:24]


def _embed(
    building: Generation,
    collection: str,
    pending: list[tuple[File, list[Chunk]]],
    embedder: Embedder,
    report: SyncReport,
    tell: Progress,
) -> None:
    """Write vectors first, then the row that makes them count: what a kill leaves behind is only unreferenced."""
    plans = [(file, chunks, [sentence_embedding_texts(c) for c in chunks]) for file, chunks in pending]
    total = sum(len(chunks) + sum(map(len, parts)) for _, chunks, parts in plans)
    done = 0
    for file, chunks, parts in plans:
        fresh = _fresh(building, chunks)
        texts = [embedding_text(chunks[n]) for n in fresh]
        for n in fresh:
            texts += parts[n]
        tell("embedding", done, total, file.name)
        vectors = embedder.encode(texts, lambda n, done=done, file=file: tell("embedding", done + n, total, file.name))
        if fresh:
            cuts = np.cumsum([len(parts[n]) for n in fresh])[:-1]
            building.store.put(
                collection, [chunks[n] for n in fresh], vectors[: len(fresh)], np.split(vectors[len(fresh) :], cuts)
            )
        with building.manifest.transaction():
            building.manifest.put_file(collection, file, chunks)
        report.embedded += len(fresh)
        done += len(chunks) + sum(map(len, parts))
    if total:
        tell("embedding", total, total, "")


def _fresh(building: Generation, chunks: list[Chunk]) -> list[int]:
    known = building.store.known([c.id for c in chunks])
    return [n for n, c in enumerate(chunks) if c.id not in known]


def discard_unfinished(index: IndexFolder) -> None:
    """Throw away what a killed sync left; the next sync would continue it."""
    import shutil

    with index.locked(), contextlib.suppress(OSError):
        shutil.rmtree(index.folder / "building")
