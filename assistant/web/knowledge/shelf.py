"""What there is to show: collections, their documents, and the text of these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from assistant.errors import CollectionNotFound, InputError
from assistant.rooms import SHIPPED_COLLECTION, shipped_notes
from assistant.web.knowledge.uploads import Uploads
from knowledge.folder import key_of
from knowledge.index import IndexFolder
from knowledge.manifest import Collection, File, Manifest
from knowledge.sources import Source, Sources
from knowledge.split import Chunk


@dataclass(frozen=True, slots=True)
class Place:
    """Where documents of a collection come from.

    ``listed`` says that it can be synced again as it is; others were synced before Etude wrote folders down.
    """

    folder: str
    documents: int = 0
    uploads: bool = False
    watched: bool = False
    synced: datetime | None = None
    listed: bool = True
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """A document of a collection; ``name`` is the file's, or has a number behind it where two have the same."""

    name: str
    file: File
    headings: int
    chunks: int
    uploaded: bool = False

    @property
    def changed(self) -> datetime:
        """When the file was last written."""
        return datetime.fromtimestamp(self.file.mtime_ns / 1e9, UTC)


@dataclass(frozen=True, slots=True)
class Unread:
    """A file that could not be read, and why."""

    path: str
    sentence: str
    uploaded: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """A collection; ``stamp`` is None where nothing of it is in the index yet."""

    name: str
    stamp: Collection | None = None
    places: Sequence[Place] = ()
    documents: Sequence[Document] = ()
    failures: Sequence[Unread] = ()
    problems: Sequence[str] = ()

    @property
    def shipped(self) -> bool:
        """Whether it ships with Etude."""
        return self.name == SHIPPED_COLLECTION

    @property
    def synced(self) -> datetime | None:
        """When a folder of it was last synced, as far as that is known."""
        return max((place.synced for place in self.places if place.synced), default=None)


class Shelf:
    """Reads the current generation of the index; every method raises ``KnowledgeError`` where it is damaged."""

    def __init__(self, index: IndexFolder, sources: Sources, uploads: Uploads) -> None:
        self._index, self._sources, self._uploads = index, sources, uploads

    def names(self) -> list[str]:
        """Return the names of all collections, those without a document among them; the shipped one is last."""
        current = self._index.current()
        known = {one.name for one in current.manifest.collections()} if current else set()
        known |= {source.collection for source in self._sources.all()} | set(self._uploads.collections())
        return sorted(known, key=lambda name: (name == SHIPPED_COLLECTION, name.casefold()))

    def searchable(self) -> list[str]:
        """Return the names of the collections that can be searched."""
        current = self._index.current()
        return [one.name for one in current.manifest.collections()] if current else []

    def collection(self, name: str) -> Held:
        """Return a collection.

        Raises:
            CollectionNotFound: there is none of that name.

        """
        current = self._index.current()
        manifest = current.manifest if current else None
        stamp = next((one for one in manifest.collections() if one.name == name), None) if manifest else None
        sources = self._sources.all(name)
        uploaded = name in self._uploads.collections()
        if not stamp and not sources and not uploaded:
            raise CollectionNotFound(f"There is no collection {name!r} any more.")
        documents = self._documents(manifest, name) if manifest and stamp else []
        failed = manifest.failures(name).values() if manifest and stamp else ()
        failures = [Unread(one.path, one.sentence, self._uploads.holds(name, one.path)) for one in failed]
        problems = [problem for document in documents for problem in document.file.problems]
        return Held(name, stamp, self._places(name, sources, documents), documents, failures, problems)

    def document(self, collection: str, name: str) -> tuple[Document, list[Chunk]]:
        """Return a document and its chunks in order.

        Raises:
            CollectionNotFound: there is no such collection.
            InputError: there is no such document.

        """
        held = self.collection(collection)
        found = next((one for one in held.documents if one.name == name), None)
        current = self._index.current()
        if found is None or current is None:
            raise InputError(f"There is no document {name!r} in {collection} any more.")
        return found, [one for one in current.manifest.chunks(collection, found.file.path) if one.kind == "text"]

    def _documents(self, manifest: Manifest, collection: str) -> list[Document]:
        sizes = manifest.sizes(collection)
        found: list[Document] = []
        twins: dict[str, int] = {}
        for key, file in sorted(
            manifest.files(collection).items(), key=lambda item: (item[1].name.casefold(), item[0])
        ):
            twins[file.name] = number = twins.get(file.name, 0) + 1
            name = file.name if number == 1 else f"{file.name} ({number})"
            found.append(Document(name, file, *sizes.get(key, (0, 0)), self._uploads.holds(collection, key)))
        return found

    def _places(self, name: str, sources: Sequence[Source], documents: Sequence[Document]) -> list[Place]:
        known = {source.folder: source for source in sources}
        own = {key_of(shipped_notes().resolve())} if name == SHIPPED_COLLECTION else set()
        home = "" if name == SHIPPED_COLLECTION else key_of(self._uploads.folder(name))
        if name in self._uploads.collections():
            own.add(home)
        listed = [*known, *sorted(own - set(known))]
        loose = {_root(one.file) for one in documents if not _below(one.file.path, listed)}
        places = []
        for folder in [*listed, *sorted(loose)]:
            source = known.get(folder)
            places.append(
                Place(
                    folder,
                    documents=sum(_below(one.file.path, [folder]) for one in documents),
                    uploads=folder == home,
                    watched=bool(source and source.watched),
                    synced=source.synced if source else None,
                    listed=folder in listed,
                    missing=folder in listed and not Path(folder).exists(),
                )
            )
        return sorted(places, key=lambda place: not place.uploads)


def _below(path: str, folders: Sequence[str]) -> bool:
    return any(Path(path).is_relative_to(folder) for folder in folders)


def _root(file: File) -> str:
    """Return the folder that was synced, of which the file's name says what lies below it."""
    return str(Path(file.path).parents[len(PurePosixPath(file.name).parts) - 1])
