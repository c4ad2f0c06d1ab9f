"""The notes that a run asks about, indexed once and kept, apart from what the user has synced.

An index is found again by what it was made of: the files, how they were cut, the embedding model, and the code that
made it. One that a kill left half-built is finished by the next run.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Generic, TypeVar

import knowledge
from assistant.errors import InputError
from assistant.rooms import shipped_notes
from eval.runs import runs_folder
from eval.suites.registry import Variant
from eval.systems.chunking import HEADINGS, cut_for
from eval.systems.rankings import RankedSearcher
from eval.systems.sections import Sections
from eval.tools import Tools
from knowledge.embed import Embedder
from knowledge.folder import look
from knowledge.index import IndexFolder
from knowledge.read import read_bytes
from knowledge.search import Searcher
from knowledge.sync import Step, sync

SHIPPED, GIVEN = "shipped", "given"
"""What ``Sample.notes`` may say, and the names of the collections."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Corpus:
    """Notes with an index over them; ``folders`` are by collection."""

    folders: Mapping[str, Path]
    index: IndexFolder
    embedder: Embedder
    sections: Sections

    def searcher(self, retriever: str = "") -> Searcher:
        """Return the search over these notes, in the order of a ranking of ``rankings.RANKINGS``, else Etude's."""
        if retriever in ("", "etude"):
            return Searcher(self.index, self.embedder)
        return RankedSearcher(self.index, self.embedder, retriever)


def open_corpus(tools: Tools, folders: Mapping[str, Path], chunking: str = "") -> Corpus:
    """Return the notes of some folders, indexed now where that was not done before.

    Raises:
        InputError: a folder is not there, has nothing to read, or has a file that cannot be read; no such chunking.
        IndexBusy: another run is indexing the same notes.
        DiskFull: there is no room.

    """
    name = f"index-{_digest(folders, chunking or HEADINGS, tools.embedder.name)}"
    index = _index(runs_folder(tools.settings) / name)
    generation = index.current()
    there = {collection.name for collection in generation.manifest.collections()} if generation else set()
    for collection, folder in folders.items():
        if collection not in there:
            progress = _progress(tools.tell) if tools.tell else None
            sync(index, folder, collection, tools.embedder, cut=cut_for(chunking), progress=progress)
    if generation := index.current():
        for collection in folders:
            for failure in generation.manifest.failures(collection).values():
                raise InputError(f"{failure.sentence} A run needs all of the notes: mend the file or take it away.")
    return Corpus(folders, index, tools.embedder, Sections(folders))


class Scoped(Generic[T]):
    """What a system opens over notes, once for each set of notes that samples are asked of (``Sample.notes``).

    Where a run names no notes there is one set, the shipped ones, and it is opened at once.
    """

    def __init__(self, variant: Variant, opened: Callable[[Mapping[str, Path]], T]) -> None:
        self._folders = {SHIPPED: shipped_notes()} | ({GIVEN: variant.notes} if variant.notes else {})
        self._make = opened
        self._found: dict[tuple[str, ...], T] = {}
        self._lock = threading.Lock()
        if not variant.notes:
            self.of("")

    def of(self, notes: str) -> T:
        """Return what is open over the notes that ``Sample.notes`` says.

        Raises:
            InputError: there are none of that name in this run.

        """
        folders = {name: folder for name, folder in self._folders.items() if notes in ("", name)}
        if not folders:
            raise InputError(f"The question is about notes that are {notes}, and the run has none. Name their folder.")
        with self._lock:
            if tuple(folders) not in self._found:
                self._found[tuple(folders)] = self._make(folders)
            return self._found[tuple(folders)]


def _digest(folders: Mapping[str, Path], chunking: str, embedding: str) -> str:
    parts = (_files(folders), chunking, embedding, _code())
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


def _files(folders: Mapping[str, Path]) -> str:
    digest = hashlib.sha256()
    for collection, folder in folders.items():
        seen = look(folder)
        if seen.failed:
            raise InputError(seen.failed[0])
        if not seen.files:
            raise InputError(f"There is nothing to read in {folder}. Name a folder with notes.")
        for name, path in sorted(seen.files.items()):
            content = hashlib.sha256(read_bytes(path, name)).hexdigest()
            digest.update(f"{collection}\x1f{name}\x1f{content}\x1e".encode())
    return digest.hexdigest()


@cache
def _code() -> str:
    files = [*sorted(Path(str(knowledge.__file__)).parent.glob("*.py")), Path(__file__).with_name("chunking.py")]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


@cache
def _index(folder: Path) -> IndexFolder:
    """Keep one a process, as two Chroma clients on one folder can hang."""
    return IndexFolder(folder)


def _progress(tell: Callable[[str], None]) -> Callable[[Step, int, int, str], None]:
    def progress(step: Step, done: int, total: int, name: str) -> None:
        if step == "embedding":
            tell(f"Indexing the notes, {done:,} of {total:,} texts")

    return progress
