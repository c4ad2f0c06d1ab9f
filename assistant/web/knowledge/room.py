"""The notes of this machine as the page handles them: read, uploaded, synced, watched, taken out."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from assistant.errors import CollectionNotFound, InputError
from assistant.people import CollectionOwners, Person
from assistant.records.database import Database
from assistant.rooms import (
    SHIPPED_COLLECTION,
    open_embedder,
    open_index,
    open_sources,
    shipped_notes,
    uploads_folder,
)
from assistant.settings import Settings
from assistant.web.knowledge.rights import Rights
from assistant.web.knowledge.shelf import Document, Shelf
from assistant.web.knowledge.syncing import Syncs, Work
from assistant.web.knowledge.trial import Trier
from assistant.web.knowledge.uploads import Uploads, check_own
from assistant.web.knowledge.watching import Watcher
from knowledge.errors import IndexBusy
from knowledge.folder import key_of, look
from knowledge.forget import forget_folder
from knowledge.read import SUPPORTED
from knowledge.sync import remove_collection

BUSY = "A sync is at work. Stop it, or wait until it is done."


class NotesRoom:
    """Everything that the tab does. ``start`` begins to watch folders; ``close`` ends all work.

    What a person may see or change is asked before (`rights`); the methods here do as they are told.

    Args:
        settings: name the home and the embedding model.
        database: knows whose each collection is.
        model: gives the model that answers in the chat, whose tokens a trial counts.

    """

    def __init__(self, settings: Settings, database: Database, model: Callable[[], str] | None = None) -> None:
        self.settings = settings
        self.owners = CollectionOwners(database)
        self.index, self.sources = open_index(settings), open_sources(settings)
        self.uploads = Uploads(uploads_folder(settings), settings.people.upload_mb * 1_000_000)
        self.shelf = Shelf(self.index, self.sources, self.uploads)
        self.syncs = Syncs(self.index, self.sources, lambda: open_embedder(settings))
        self.watcher = Watcher(self.sources, self.syncs.begin)
        self.trier = Trier(settings, model or (lambda: settings.model))

    def rights(self, person: Person) -> Rights:
        """Return what a person may see and change."""
        return Rights(self.owners, person)

    def start(self) -> None:
        """Begin to watch folders."""
        self.watcher.start()

    def close(self) -> None:
        """End all work; a sync that is broken off is finished by the next one."""
        self.watcher.close()
        self.syncs.close()

    def busy_elsewhere(self) -> bool:
        """Say whether another process is syncing."""
        if self.syncs.busy():
            return False
        try:
            with self.index.locked():
                return False
        except IndexBusy:
            return True

    def sync(self, collection: str, *, rebuild: bool = False) -> None:
        """Sync all folders of a collection again; ``rebuild`` makes all of its vectors anew.

        Raises:
            CollectionNotFound: there is no such collection.
            InputError: none of its folders is known.

        """
        if collection == SHIPPED_COLLECTION:
            self.syncs.begin([Work(collection, shipped_notes(), rebuild)])
            return
        places = [place for place in self.shelf.collection(collection).places if place.listed]
        if not places:
            raise InputError("It is not known which folder these notes come from. Add the folder again.")
        # The first forgets the others, which are read anew after it.
        self.syncs.begin([Work(collection, Path(one.folder), rebuild and not n) for n, one in enumerate(places)])

    def claim(self, person: Person, collection: str) -> None:
        """Make a collection a person's, before something is added to it; one that is theirs stays as it is.

        Raises:
            InputError: it is somebody else's, or that is no name for one.

        """
        check_own(collection)
        self.owners.claim(person, collection, taken=collection in self.shelf.names())

    def took(self, collection: str) -> None:
        """Sync what was uploaded into a collection."""
        folder = self.uploads.folder(collection)
        self.sources.note(collection, key_of(folder))
        self.syncs.begin([Work(collection, folder)])

    def add_folder(self, collection: str, typed: str, *, watched: bool) -> None:
        """Add a folder of this machine to a collection, and sync it.

        Raises:
            InputError: it cannot be added, or there is nothing in it to read.

        """
        check_own(collection)
        folder = self._allowed(typed)
        seen = look(folder)
        if not seen.files:
            raise InputError(f"There is nothing to read in {folder}. Etude reads {', '.join(sorted(SUPPORTED))} files.")
        key = key_of(seen.root)
        self.syncs.begin([Work(collection, seen.root)])
        self.sources.note(collection, key, watched=watched)
        self.watcher.look_again()

    def watch(self, collection: str, folder: str, *, on: bool) -> None:
        """Watch a folder of a collection, or no longer.

        Raises:
            InputError: it is no folder of that collection.

        """
        self._source(collection, folder)
        self.sources.note(collection, folder, watched=on)
        self.watcher.look_again()

    def remove_folder(self, collection: str, folder: str) -> int:
        """Take a folder out of a collection, and its documents with it; return how many those were.

        Raises:
            InputError: it is no folder of that collection.
            IndexBusy: a sync is at work.

        """
        check_own(collection)
        place = next((one for one in self.shelf.collection(collection).places if one.folder == folder), None)
        if place is None or place.uploads:
            raise InputError("There is no such folder in this collection any more.")
        self._free()
        number = forget_folder(self.index, collection, folder)
        self.sources.drop(collection, folder)
        self.syncs.forget(collection)
        self.watcher.look_again()
        return number

    def delete_document(self, collection: str, name: str) -> Document:
        """Delete a document that was uploaded, the file and what is in the index of it.

        Raises:
            InputError: there is none, or it lies in a folder of the person's own.
            IndexBusy: a sync is at work.

        """
        document, _ = self.shelf.document(collection, name)
        if not document.uploaded:
            raise InputError(
                f"{document.name} lies in a folder of yours, which Etude does not change: {document.file.path}. "
                "Delete the file there and sync, or take the folder out of the collection."
            )
        self.delete_upload(collection, document.file.path)
        return document

    def delete_upload(self, collection: str, path: str) -> None:
        """Delete a file that was uploaded, by its key, and what is in the index of it.

        Raises:
            InputError: it was not uploaded.
            IndexBusy: a sync is at work.

        """
        self._free()
        with self.index.locked():
            self.uploads.delete(collection, path)
            forget_folder(self.index, collection, path)
        self.syncs.forget(collection)

    def delete_collection(self, collection: str) -> None:
        """Delete a collection and the files that were uploaded into it; the person's own folders stay as they are.

        Raises:
            InputError: it ships with Etude.
            CollectionNotFound: there is no such collection.
            IndexBusy: a sync is at work.

        """
        if collection == SHIPPED_COLLECTION:
            raise InputError("The notes that ship with Etude cannot be deleted here.")
        held = self.shelf.collection(collection)
        self._free()
        if held.stamp:
            with suppress(CollectionNotFound):  # another process was faster
                remove_collection(self.index, collection)
        self.sources.drop(collection)
        self.uploads.delete_all(collection)
        self.owners.forget(collection)
        self.syncs.forget(collection)
        self.watcher.look_again()

    def _free(self) -> None:
        if self.syncs.busy():
            raise IndexBusy(BUSY)

    def _source(self, collection: str, folder: str) -> None:
        if not any(source.folder == folder for source in self.sources.all(collection)):
            raise InputError("There is no such folder in this collection any more.")

    def _allowed(self, typed: str) -> Path:
        written = typed.strip().strip("\"'")
        if not written.startswith("~") and not Path(written).is_absolute():
            raise InputError("Write the whole path of a folder, from / or ~ on.")
        folder = Path(written)
        try:
            real = folder.expanduser().resolve()
            home = self.settings.home.resolve()
        except (OSError, RuntimeError) as error:
            raise InputError(f"{folder} cannot be read. Check the path.") from error
        if real in (Path.home().resolve(), *Path.home().resolve().parents):
            raise InputError(f"{real} holds much more than notes. Choose the folder of your notes in it.")
        if real.is_relative_to(home) or home.is_relative_to(real):
            raise InputError(f"{real} belongs to Etude itself. Choose a folder of your own.")
        return folder
