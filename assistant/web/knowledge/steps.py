"""What each step of the person does in the Knowledge tab, and the screen that follows. Knows nothing of Gradio."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress

from assistant.errors import CollectionNotFound, EtudeError, InputError, ModelError
from assistant.people import Person, searched_by
from assistant.rooms import DEFAULT_COLLECTION, SHIPPED_COLLECTION, open_embedder
from assistant.web import words
from assistant.web.fields import Sheet
from assistant.web.knowledge.add_view import add_html
from assistant.web.knowledge.collection_view import PAGE, collection_html
from assistant.web.knowledge.document_view import PAGE as PASSAGES
from assistant.web.knowledge.document_view import document_html, page_of
from assistant.web.knowledge.list_view import list_html
from assistant.web.knowledge.places import address, at_work, elsewhere, live, outcome, views
from assistant.web.knowledge.room import NotesRoom
from assistant.web.knowledge.trial import Trial
from assistant.web.knowledge.try_view import LONGEST, try_html
from assistant.web.screen import Screen
from assistant.web.values import Data, number, text, texts

LONGEST_PATH = 4_096
_LONGEST_SAID = 4_000
_BUSY_SECONDS, _WATCHED_SECONDS = 1, 5


class Steps:
    """Takes steps."""

    address: tuple[str, ...] = ("collection", "document", "section", "doing")

    def __init__(self, room: NotesRoom, person: Person) -> None:
        self._room, self._person = room, person
        self._rights = room.rights(person)
        self._steps: dict[str, Callable[[Data], Screen]] = {
            "list": self._list,
            "open": self._open,
            "read": self._read,
            "add": self._add,
            "uploaded": self._uploaded,
            "folder": self._folder,
            "shipped": self._shipped,
            "sync": self._sync,
            "rebuild": self._sync,
            "cancel": self._cancel,
            "watch": self._watch,
            "remove": self._remove,
            "drop": self._drop,
            "discard": self._discard,
            "delete": self._delete,
            "try": self._try,
            "search": self._search,
        }

    def take(self, data: Data) -> Screen:
        """Take a step; what is wrong is said on the collection where the person was, or on the list."""
        step = self._steps.get(text(data, "do"), self._list)
        try:
            return step(data)
        except EtudeError as error:
            if text(data, "collection") and not isinstance(error, CollectionNotFound):
                with suppress(EtudeError):
                    return self._open({"collection": text(data, "collection")}, notice=str(error))
            return self._list({}, str(error))

    def opening(self, given: Mapping[str, str]) -> Screen:
        """Return the screen that the page's address names."""
        collection, document, section, doing = (given.get(part, "") for part in self.address)
        where = {"collection": collection, "document": document, "section": section}
        if doing in ("add", "try"):
            return self.take({"do": doing, **where})
        return self.take({"do": "read" if document else "open" if collection else "list", **where})

    def _list(self, data: Data, notice: str = "", done: str = "") -> Screen:
        room = self._room
        notice, done = notice or text(data, "notice", _LONGEST_SAID), done or text(data, "done")
        try:
            names = self._rights.visible(room.shelf.names())
            collections = [room.shelf.collection(name) for name in names]
        except EtudeError as error:
            again = words.button("Try again", do="list")
            return Screen(views("list") + words.notice(str(error)) + again, "list")
        works = [*([room.syncs.now.work] if room.syncs.now else []), *room.syncs.waiting]
        busy = frozenset(work.collection for work in works)
        html = list_html(collections, busy, self._running(), notice=notice or room.watcher.problem, done=done)
        again = self._again({"do": "list", "notice": notice, "done": done})
        return Screen(html + again, "list", "", "Notes")

    def _open(self, data: Data, notice: str = "", done: str = "") -> Screen:
        room, name = self._room, text(data, "collection")
        notice, done = notice or text(data, "notice", _LONGEST_SAID), done or text(data, "done")
        self._rights.check_visible(name)
        held = room.shelf.collection(name)
        page = min(max(number(data, "page"), 0), max(len(held.documents) - 1, 0) // PAGE)
        ended = room.syncs.ended(name)
        html = collection_html(
            held,
            page,
            self._running(),
            busy=room.syncs.busy(name),
            embedding=self._embedding(),
            own=self._rights.may_change(name),
            notice=notice,
            done=done,
            told=outcome(ended, [one.sentence for one in held.failures]) if ended else "",
        )
        # What was said stays while the screen is drawn again and again.
        again = self._again({"do": "open", "collection": name, "page": page, "notice": notice, "done": done})
        return Screen(html + again, "collection", address(collection=name), name)

    def _read(self, data: Data, notice: str = "") -> Screen:
        room, name = self._room, text(data, "collection")
        self._rights.check_visible(name)
        document, chunks = room.shelf.document(name, text(data, "document", LONGEST_PATH))
        line = number(data, "section")
        page = number(data, "page") if "page" in data else page_of(chunks, line)
        page = min(max(page, 0), max(len(chunks) - 1, 0) // PASSAGES)
        held = room.shelf.collection(name)
        own = self._rights.may_change(name)
        html = document_html(held, document, chunks, page, line, busy=room.syncs.busy(), own=own, notice=notice)
        where = address(collection=name, document=document.name, section=str(line) if line else "")
        return Screen(html, "document", where, document.name)

    def _add(self, data: Data) -> Screen:
        name = text(data, "collection")
        name = name if name and name != SHIPPED_COLLECTION else DEFAULT_COLLECTION
        return self._adding(Sheet({"collection": name, "into": name, "watched": "1"}, {}))

    def _adding(self, sheet: Sheet, notice: str = "") -> Screen:
        room = self._room
        names = [name for name in room.shelf.names() if name != SHIPPED_COLLECTION and self._rights.may_change(name)]
        html = add_html(names, sheet, largest=room.uploads.largest, local=self._rights.folders, notice=notice)
        return Screen(html, "add", address(doing="add"), "Add notes")

    def _uploaded(self, data: Data) -> Screen:
        """Sync what the browser has sent."""
        fields = _fields(data)
        name, kept = fields.get("collection", ""), number(data, "kept")
        try:
            if kept:
                self._room.claim(self._person, name)
                self._room.took(name)
        except InputError as error:
            return self._adding(Sheet({**fields, "into": name, "watched": "1"}, {"collection": str(error)}))
        notice = " ".join(texts(data, "said"))
        return self._open({"collection": name}, notice, f"{words.count(kept, 'file')} uploaded to {name}.")

    def _folder(self, data: Data) -> Screen:
        fields = _fields(data)
        name = fields.get("into", "").strip()
        try:
            if not self._rights.folders:
                raise InputError("Folders of this machine are added by who sits at it. Upload the files instead.")
            self._room.claim(self._person, name)
            self._room.add_folder(name, fields.get("folder", ""), watched=bool(fields.get("watched")))
        except InputError as error:
            wrong = "into" if "collection" in str(error) else "folder"
            return self._adding(Sheet({**fields, "collection": name}, {wrong: str(error)}))
        return self._open({"collection": name})

    def _shipped(self, _data: Data) -> Screen:
        self._rights.check_change(SHIPPED_COLLECTION)
        self._room.sync(SHIPPED_COLLECTION)
        return self._list({})

    def _sync(self, data: Data) -> Screen:
        self._rights.check_change(text(data, "collection"))
        self._room.sync(text(data, "collection"), rebuild=text(data, "do") == "rebuild")
        return self._open(data)

    def _cancel(self, data: Data) -> Screen:
        self._rights.check_change(text(data, "collection"))
        self._room.syncs.cancel(text(data, "collection"))
        return self._open(data)

    def _watch(self, data: Data) -> Screen:
        self._rights.check_change(text(data, "collection"))
        folder, on = text(data, "folder", LONGEST_PATH), data.get("on") is True
        self._room.watch(text(data, "collection"), folder, on=on)
        return self._open(data)

    def _remove(self, data: Data) -> Screen:
        self._rights.check_change(text(data, "collection"))
        gone = self._room.remove_folder(text(data, "collection"), text(data, "folder", LONGEST_PATH))
        return self._open(data, done=f"{words.count(gone, 'document')} taken out. The files are where they were.")

    def _drop(self, data: Data) -> Screen:
        self._rights.check_change(text(data, "collection"))
        document = self._room.delete_document(text(data, "collection"), text(data, "document", LONGEST_PATH))
        return self._open(data, done=f"{document.name} is deleted.")

    def _discard(self, data: Data) -> Screen:
        self._rights.check_change(text(data, "collection"))
        self._room.delete_upload(text(data, "collection"), text(data, "path", LONGEST_PATH))
        return self._open(data, done="The file is deleted.")

    def _delete(self, data: Data) -> Screen:
        name = text(data, "collection")
        self._rights.check_change(name)
        self._room.delete_collection(name)
        return self._list({}, done=f"{name} is deleted.")

    def _try(self, data: Data) -> Screen:
        return self._trial(Trial(collection=text(data, "collection")))

    def _search(self, data: Data) -> Screen:
        fields = _fields(data, LONGEST)
        trial = Trial(fields.get("question", ""), fields.get("collection", ""))
        return self._trial(trial, search=True)

    def _trial(self, trial: Trial, *, search: bool = False) -> Screen:
        found, notice = None, ""
        if search:
            try:
                wanted = (trial.collection,) if trial.collection else None
                where = searched_by(self._room.settings, self._rights.owners, self._person, wanted)
                found = self._room.trier.outcome(trial.question, where)
            except EtudeError as error:
                notice = str(error)
        html = try_html(self._rights.visible(self._room.shelf.searchable()), trial, found, notice)
        return Screen(html, "try", address(doing="try", collection=trial.collection), "Try a question")

    def _running(self) -> str:
        room = self._room
        if now := room.syncs.now:
            own = self._rights.may_change(now.work.collection)
            return at_work(now) if own else elsewhere("Somebody else")
        terminal = "Another process, perhaps <code>etude sync</code> in a terminal,"
        return elsewhere(terminal) if room.busy_elsewhere() else ""

    def _again(self, step: Mapping[str, object]) -> str:
        """Have the screen drawn again: soon while a sync is at work, now and then while folders are watched."""
        room = self._room
        if room.syncs.busy() or room.busy_elsewhere():
            return live(step, _BUSY_SECONDS)
        return live(step, _WATCHED_SECONDS) if any(one.watched for one in room.sources.all()) else ""

    def _embedding(self) -> str:
        """Return the embedding model that the settings name; empty where it is not on this machine."""
        try:
            return open_embedder(self._room.settings).name
        except ModelError:
            return ""


def _fields(data: Data, longest: int = LONGEST_PATH) -> dict[str, str]:
    sent = data.get("fields")
    return {str(name): text(sent, name, longest) for name in sent} if isinstance(sent, Mapping) else {}
