"""The Chat tab: conversations, the dialogue, and the sources of its answers.

The page's script (``assets/chat.js``) says what the person did through one invisible component, the bridge; the
functions here answer with HTML. A question starts a `Job`, and ``_follow`` shows how far it is, so that a page which
was reloaded goes on where it was.
"""

from __future__ import annotations

import logging
import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from typing import Any, NamedTuple
from uuid import uuid4

import gradio as gr

from assistant.errors import EtudeError
from assistant.people import CollectionOwners, Person, collections_for, person_of
from assistant.records import Records, SavedTurn
from assistant.settings import Settings
from assistant.web import parts
from assistant.web.answering import Ask, Desk, Job
from assistant.web.components import bind, fixed_html
from assistant.web.drawer import Choices, Drawer
from assistant.web.render import empty_html, library_html, live_html, thread_html

TRY = (
    "What is the difference between a token and an embedding?",
    "What are the stages in the life of a foundation model?",
    "Which vector databases can Amazon Bedrock knowledge bases use?",
)
GONE = "There is no such conversation any more; it may have been deleted."
_ID = re.compile(r"[0-9a-f-]{8,36}")
_EVENTS = ("ask", "show", "halt", "rename", "remove", "rate", "renew", "decide")
_CALLS = ", ".join(f"{name}: (data) => trigger('{name}', data)" for name in _EVENTS)

log = logging.getLogger(__name__)


class View(NamedTuple):
    """What the functions return, in the order of the components; ``job`` is the answer to follow."""

    job: Any = gr.skip()
    library: Any = gr.skip()
    thread: Any = gr.skip()
    live: Any = gr.skip()


class ChatTab:
    """The tab and its functions; ``build`` lays it out inside the current Blocks."""

    name = "Chat"

    def __init__(self, settings: Settings, records: Records, desk: Desk) -> None:
        self._settings, self._records, self._desk = settings, records, desk
        self._owners = CollectionOwners(records.database)

    def build(self, page: gr.Blocks) -> None:
        """Lay out the components and bind the events."""
        with gr.Row(elem_id="chat"):
            with gr.Column(elem_id="library"):
                fixed_html(parts.LIBRARY_HEAD)
                library = fixed_html("", elem_id="conversations")
            with gr.Column(elem_id="dialogue"):
                with gr.Column(elem_id="scroll"):
                    thread = fixed_html("", elem_id="thread")
                    live = fixed_html("", elem_id="live")
                fixed_html(parts.COMPOSER, elem_id="composer")
            with gr.Column(elem_id="sources"):
                fixed_html(parts.SOURCES)
            self._drawer = Drawer(self._settings)
        bridge = fixed_html("", elem_id="bridge", js_on_load=f"window.etudeBridge = {{ {_CALLS} }};")
        view = [gr.State(""), library, thread, live]

        # The secret only keeps Gradio from making a new one, which would forget the choices, at each start.
        kept = gr.BrowserState(None, storage_key="etude-choices", secret="etude")
        self._drawer.keep(kept)

        loaded = bind(page.load, self._load, [kept], [*view, *self._drawer.components])
        asked = bind(bridge.ask, self._ask, self._drawer.components, view)
        shown = bind(bridge.show, self._show, [], view)
        decided = bind(bridge.decide, self._decide, self._drawer.components, view)
        following = [bind(event.then, self._follow, view[:1], view) for event in (loaded, asked, shown, decided)]
        for event in (bridge.ask, bridge.show, bridge.decide):
            event(None, cancels=following)
        bind(bridge.halt, self._halt, [], [])
        bind(bridge.rename, self._rename, [], view)
        bind(bridge.remove, self._remove, [], view)
        bind(bridge.rate, self._rate, [], [])
        # The Settings tab has saved something.
        bind(bridge.renew, self._renew, [kept], self._drawer.components)

    def _load(self, kept: object, request: gr.Request) -> tuple[Any, ...]:
        wanted = str(request.query_params.get("c", ""))
        person = person_of(request)
        there = [name for name, _ in self._collections(person)]
        return (*self._open(person, wanted), *self._drawer.restored(kept, there))

    def _renew(self, kept: object, request: gr.Request) -> list[dict[str, Any]]:
        there = [name for name, _ in self._collections(person_of(request))]
        return self._drawer.restored(kept, there)

    def _show(self, event: gr.EventData, request: gr.Request) -> View:
        return self._open(person_of(request), _text(event, "conversation"))

    def _open(self, person: Person, conversation: str) -> View:
        try:
            job = self._desk.job(conversation, person.name)
            if conversation and job is None and self._of(person).conversation(conversation) is None:
                return View("", self._library(person, ""), self._empty(person, GONE), "")
            library = self._library(person, conversation)
            if job:
                return View(job.id, library, self._thread(person, conversation, job.ask.replaces), _live(job))
            return View("", library, self._thread(person, conversation), "")
        except EtudeError as error:
            return View("", "", thread_html("", [], notice=str(error)), "")

    def _ask(self, event: gr.EventData, request: gr.Request, *chosen: Any) -> View:
        person = person_of(request)
        question = _text(event, "question").strip()
        conversation = _text(event, "conversation")
        conversation = conversation if _ID.fullmatch(conversation) else str(uuid4())
        replaces = getattr(event, "replaces", None)
        try:
            choices = Choices(*chosen)
            seed = random.randrange(2**31) if getattr(event, "retry", False) else None
            ask = Ask(
                conversation,
                question,
                replaces=int(replaces) if replaces is not None else None,
                model=choices.model,
                generation=choices.generation(self._settings.generation, seed=seed),
                collections=choices.collections(),
                owner=person.name,
                admin=person.admin,
                tools=getattr(event, "tools", False) is True,
            )
            return self._begun(person, ask)
        except EtudeError as error:
            return View("", live=live_html(conversation, uuid4().hex, question, error=str(error)))

    def _decide(self, event: gr.EventData, request: gr.Request, *chosen: Any) -> View:
        person, conversation = person_of(request), _text(event, "conversation")
        confirmation = _text(event, "confirmation")
        try:
            turns = self._of(person).turns(conversation)
            waiting = turns[-1] if turns and _waits(turns[-1], confirmation) else None
            if waiting is None:
                return self._open(person, conversation)
            ask = Ask(
                conversation,
                waiting.answer.question,
                replaces=waiting.id,
                model=Choices(*chosen).model,
                owner=person.name,
                admin=person.admin,
                tools=True,
                confirmation=confirmation,
                approved=getattr(event, "approved", False) is True,
            )
            return self._begun(person, ask)
        except EtudeError as error:
            return View("", live=live_html(conversation, uuid4().hex, "", error=str(error)))

    def _begun(self, person: Person, ask: Ask) -> View:
        job = self._desk.ask(ask)
        library = self._library(person, ask.conversation)
        return View(job.id, library, self._thread(person, ask.conversation, ask.replaces), _live(job))

    def _follow(self, job_id: str, request: gr.Request) -> Iterator[View]:
        person = person_of(request)
        job = self._desk.find(job_id, person.name)
        if job is None:
            yield View()
            return
        for progress in job.follow():
            if not progress.done:
                yield View(live=_live(job))
        yield self._finished(person, job)

    def _finished(self, person: Person, job: Job) -> View:
        conversation, failed = job.ask.conversation, bool(job.progress.error)
        try:
            turns = self._of(person).turns(conversation)
        except EtudeError:
            return View("", live=_live(job))
        current = conversation if turns else ""
        return View("", self._library(person, current), thread_html(current, turns), _live(job) if failed else "")

    def _halt(self, event: gr.EventData, request: gr.Request) -> None:
        self._desk.stop(_text(event, "conversation"), person_of(request).name)

    def _rename(self, event: gr.EventData, request: gr.Request) -> View:
        person = person_of(request)
        with _told():
            self._of(person).rename(_text(event, "conversation"), _text(event, "title"))
        return View(library=self._library(person, _text(event, "current")))

    def _remove(self, event: gr.EventData, request: gr.Request) -> View:
        person = person_of(request)
        conversation, current = _text(event, "conversation"), _text(event, "current")
        self._desk.drop(conversation, person.name)
        with _told():
            self._of(person).delete(conversation)
        return self._open(person, "") if conversation == current else View(library=self._library(person, current))

    def _rate(self, event: gr.EventData, request: gr.Request) -> None:
        with _told():
            self._of(person_of(request)).rate(int(event.turn), bool(event.up), _text(event, "comment"))

    def _of(self, person: Person) -> Records:
        return self._records.of(person.name)

    def _collections(self, person: Person) -> list[tuple[str, int]]:
        return collections_for(self._settings, self._owners, person)

    def _library(self, person: Person, current: str) -> str:
        try:
            return library_html(self._of(person).conversations(), current, self._desk.running(person.name))
        except EtudeError as error:
            log.warning("%s", error)
            return ""

    def _thread(self, person: Person, conversation: str, until: int | None = None) -> str:
        if not conversation:
            return self._empty(person)
        turns = self._of(person).turns(conversation)
        return thread_html(conversation, [turn for turn in turns if until is None or turn.id < until])

    def _empty(self, person: Person, notice: str = "") -> str:
        return empty_html(TRY, self._hint(person), notice)

    def _hint(self, person: Person) -> str:
        passages = sum(count for _, count in self._collections(person))
        if not passages:
            return "Etude has no notes yet. Run <code>etude sync FOLDER</code> in a terminal, then ask."
        return f"Answers come from {passages:,} passages of your notes, with the sentences they stand on."


@contextmanager
def _told() -> Iterator[None]:
    """Show an error of the records as a short message over the page."""
    try:
        yield
    except EtudeError as error:
        gr.Warning(escape(str(error)), title="Not saved")


def _waits(turn: SavedTurn, confirmation: str) -> bool:
    return any(step.confirmation == confirmation and step.state == "waiting" for step in turn.answer.steps)


def _text(event: gr.EventData, name: str) -> str:
    value = getattr(event, name, "")
    return value if isinstance(value, str) else ""


def _live(job: Job) -> str:
    progress = job.progress
    return live_html(
        job.ask.conversation,
        job.id,
        job.ask.question,
        stage=progress.stage,
        seconds=job.seconds,
        text=progress.text,
        error=progress.error,
    )
