"""Make a collection follow a folder: new, changed, renamed and deleted files.

``sync`` is the door. An unchanged folder is recognised by size and time of its files and costs no model and no copy.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from knowledge.changes import Changes, compare
from knowledge.embed import Embedder
from knowledge.errors import CollectionNotFound, IndexMismatch, InputError
from knowledge.fill import fill
from knowledge.folder import Folder, key_of, look
from knowledge.index import Generation, IndexFolder
from knowledge.manifest import LAYOUT, Collection, Failure, File
from knowledge.pack import CountTokens
from knowledge.read import SUPPORTED, read_bytes, to_markdown
from knowledge.split import Chunk, split

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")

Step = Literal["reading", "embedding", "publishing"]
Progress = Callable[[Step, int, int, str], None]
"""Called with the step, how much is done, of how much, and the file at hand; files for reading, texts for embedding."""
Cut = Callable[[str, Sequence[str], CountTokens, int], list[Chunk]]
"""Cuts a file into chunks: its name, its lines, a counter of tokens, and how many the embedding model reads."""


@dataclass(slots=True)
class SyncReport:
    """What a sync did. ``failed`` and ``problems`` are sentences; a failed file keeps the chunks it had before.

    ``embedded`` counts chunks that the model had to read; a renamed file and an edit elsewhere in a file need none.
    """

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
    cut: Cut = split,
) -> SyncReport:
    """Bring a collection in line with a folder (or a single file).

    Args:
        index: where the index lives.
        folder: read with all its subfolders; hidden ones and files of other kinds are left out.
        collection: the collection to write; several folders may share one.
        embedder: the model that makes the vectors.
        rebuild: forget the collection first, which also drops folders synced into it earlier.
        progress: hears about each step.
        cut: makes the chunks; a file that did not change is not cut anew, so an index needs always the same.

    Raises:
        InputError: no such folder, nothing in it to read, or not a name for a collection.
        IndexMismatch: the collection was made with another embedding model.
        IndexBusy: another sync is running.
        DiskFull: there is no room; the index is as it was.
        KnowledgeError: the index cannot be read or written.

    """
    check_collection_name(collection)
    with index.locked():
        seen = look(folder)
        report = SyncReport(collection, key_of(seen.root), skipped=seen.skipped)
        before = _State() if rebuild else _state(index.current(), collection, embedder)
        changes = compare(seen, before.files, before.failures)
        if before.stamp and not changes:
            return _finished(report, seen, changes, before.stamp)
        if not seen.files and not seen.failed and not changes.gone:
            raise InputError(f"There is nothing to read in {folder}. Etude reads {', '.join(sorted(SUPPORTED))} files.")
        job = f"{'rebuild' if rebuild else 'sync'} {collection} {LAYOUT} {embedder.name}\n{report.folder}"
        with index.writing(job) as building:
            before = _State() if rebuild else _state(building, collection, embedder)
            changes = compare(seen, before.files, before.failures)
            _update(building, collection, changes, before, embedder, report, progress or _silent, cut)
            stamp = next((c for c in building.manifest.collections() if c.name == collection), None)
        if progress and not building.discarded:
            progress("publishing", 1, 1, "")
    return _finished(report, seen, changes, stamp)


def remove_collection(index: IndexFolder, collection: str) -> None:
    """Forget a collection; the files it was made from stay.

    Raises:
        CollectionNotFound: there is none of that name.

    """
    with index.locked():
        current = index.current()
        if not current or collection not in {c.name for c in current.manifest.collections()}:
            raise CollectionNotFound(f"There is no collection {collection!r}. `etude collections` lists them.")
        with index.writing(f"remove {collection}") as building, building.manifest.transaction():
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


@dataclass(slots=True)
class _State:
    """What a generation knows of a collection; ``stamp`` is None where it knows nothing."""

    stamp: Collection | None = None
    files: dict[str, File] = field(default_factory=dict)
    failures: dict[str, Failure] = field(default_factory=dict)


def _state(generation: Generation | None, collection: str, embedder: Embedder) -> _State:
    if not generation:
        return _State()
    manifest = generation.manifest
    stamp = next((c for c in manifest.collections() if c.name == collection), None)
    if not stamp:
        return _State()
    check_stamp(stamp, embedder)
    return _State(stamp, manifest.files(collection), manifest.failures(collection))


def _finished(report: SyncReport, seen: Folder, changes: Changes, stamp: Collection | None) -> SyncReport:
    """Add what did not change, and the sizes."""
    report.unchanged += len(changes.same)
    report.problems = [problem for file in changes.same for problem in file.problems] + report.problems
    report.failed += [*seen.failed, *changes.closed, *(failure.sentence for failure in changes.failing)]
    if stamp:
        report.files, report.chunks = stamp.files, stamp.chunks
    return report


def _update(
    building: Generation,
    collection: str,
    changes: Changes,
    before: _State,
    embedder: Embedder,
    report: SyncReport,
    tell: Progress,
    cut: Cut,
) -> None:
    manifest = building.manifest
    read, touched, failures = _read_all(collection, changes, before, embedder, report, tell, cut)
    over = {*changes.gone, *read, *touched}
    failures = {key: failure for key, failure in before.failures.items() if key not in over} | failures
    nothing = not (read or touched or changes.gone or failures != before.failures or building.continued)
    if nothing or not (read or before.stamp):
        building.discard()
        return
    with manifest.transaction():
        if not before.stamp:
            # A rebuild forgets here, in the copy, and only once there is something in its place.
            manifest.remove_collection(collection)
            manifest.add_collection(Collection(collection, embedder.name, embedder.dimension))
        for file in touched.values():
            manifest.touch_file(collection, file)
    gone = [key for key in changes.gone if key in before.files]
    old = [key for key in before.files if key in read or key in gone]
    report.embedded = fill(
        building,
        collection,
        list(read.values()),
        [chunk for key in old for chunk in manifest.chunks(collection, key)],
        embedder,
        lambda done, total, name: tell("embedding", done, total, name),
    )
    with manifest.transaction():
        for key in gone:
            manifest.remove_file(collection, key)
        manifest.put_failures(collection, failures.values())
    report.added = sum(key not in before.files for key in read)
    report.changed = len(read) - report.added
    report.deleted = len(gone)
    tell("publishing", 0, 1, "")


_Read = tuple[File, list[Chunk]]


def _read_all(
    collection: str, changes: Changes, before: _State, embedder: Embedder, report: SyncReport, tell: Progress, cut: Cut
) -> tuple[dict[str, _Read], dict[str, File], dict[str, Failure]]:
    """Return, by key, files with their chunks, files whose content is what it was, and failures to remember."""
    read: dict[str, _Read] = {}
    touched: dict[str, File] = {}
    failures: dict[str, Failure] = {}
    for number, (name, path) in enumerate(changes.new.items()):
        tell("reading", number, len(changes.new), name)
        key = key_of(path)
        known = before.files.get(key)
        try:
            file, chunks = _read(name, path, collection, known, embedder, cut)
        except _Unusable as error:
            if os.path.lexists(path):
                report.failed.append(str(error))
                failures |= {key: error.failure} if error.failure else {}
            elif known:
                # Deleted since the folder was listed.
                changes.gone.append(key)
            continue
        report.problems += file.problems
        if chunks is None:
            touched[key] = file
            report.unchanged += 1
        else:
            read[key] = file, chunks
    tell("reading", len(changes.new), len(changes.new), "")
    return read, touched, failures


class _Unusable(Exception):
    """A file cannot be read; ``failure`` is to be remembered, since only another content can mend it."""

    def __init__(self, message: str, failure: Failure | None = None) -> None:
        super().__init__(message)
        self.failure = failure


def _read(
    name: str, path: Path, collection: str, known: File | None, embedder: Embedder, cut: Cut
) -> tuple[File, list[Chunk] | None]:
    """Return the file as it is, and its chunks, or None for them when its content is what it was."""
    key = key_of(path)
    try:
        state = path.stat()
        data = read_bytes(path, name)
    except (InputError, OSError) as error:
        lasting = not isinstance(error, OSError) and not isinstance(error.__cause__, OSError)
        failure = Failure(key, state.st_size, state.st_mtime_ns, str(error)) if lasting else None
        raise _Unusable(str(error), failure) from error
    digest = hashlib.sha256(data).hexdigest()
    if known and known.sha256 == digest:
        return replace(known, size=state.st_size, mtime_ns=state.st_mtime_ns), None
    try:
        document = to_markdown(path, data, name)
    except InputError as error:
        raise _Unusable(str(error), Failure(key, state.st_size, state.st_mtime_ns, str(error))) from error
    chunks = cut(name, document.lines, embedder.count, embedder.limit)
    problems = document.problems or ([] if chunks else [f"{name} has no text."])
    file = File(key, name, state.st_size, state.st_mtime_ns, digest, tuple(problems))
    return file, [replace(chunk, id=_chunk_id(collection, key, embedder, chunk)) for chunk in chunks]


def _chunk_id(collection: str, path: str, embedder: Embedder, chunk: Chunk) -> str:
    """Hash place and model with the content: the same note in two collections or folders is two chunks."""
    return hashlib.sha256("\x1f".join((collection, path, embedder.name, chunk.id)).encode()).hexdigest()[:24]


def _silent(*_: object) -> None:
    """Say nothing."""
