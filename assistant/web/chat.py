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
from assistant.records import Records
from assistant.settings import Settings
from assistant.web import parts
from assistant.web.answering import Ask, Desk, Job
from assistant.web.components import bind, fixed_html
from assistant.web.drawer import Choices, Drawer
from assistant.web.notes import collections
from assistant.web.render import empty_html, library_html, live_html, thread_html

TRY = (
    "What is the difference between a token and an embedding?",
    "What are the stages in the life of a foundation model?",
    "Which vector databases can Amazon Bedrock knowledge bases use?",
)
GONE = "There is no such conversation any more; it may have been deleted."
_ID = re.compile(r"[0-9a-f-]{8,36}")
_EVENTS = ("ask", "show", "halt", "rename", "remove", "rate")
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
        following = [bind(event.then, self._follow, view[:1], view) for event in (loaded, asked, shown)]
        for event in (bridge.ask, bridge.show):
            event(None, cancels=following)
        bind(bridge.halt, self._halt, [], [])
        bind(bridge.rename, self._rename, [], view)
        bind(bridge.remove, self._remove, [], view)
        bind(bridge.rate, self._rate, [], [])

    def _load(self, kept: object, request: gr.Request) -> tuple[Any, ...]:
        wanted = str(request.query_params.get("c", ""))
        return (*self._open(wanted), *self._drawer.restored(kept))

    def _show(self, event: gr.EventData) -> View:
        return self._open(_text(event, "conversation"))

    def _open(self, conversation: str) -> View:
        try:
            job = self._desk.job(conversation)
            if conversation and job is None and self._records.conversation(conversation) is None:
                return View("", self._library(""), self._empty(GONE), "")
            library = self._library(conversation)
            if job:
                return View(job.id, library, self._thread(conversation, job.ask.replaces), _live(job))
            return View("", library, self._thread(conversation), "")
        except EtudeError as error:
            return View("", "", thread_html("", [], notice=str(error)), "")

    def _ask(self, event: gr.EventData, *chosen: Any) -> View:
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
            )
            job = self._desk.ask(ask)
            return View(job.id, self._library(conversation), self._thread(conversation, ask.replaces), _live(job))
        except EtudeError as error:
            return View("", live=live_html(conversation, uuid4().hex, question, error=str(error)))

    def _follow(self, job_id: str) -> Iterator[View]:
        job = self._desk.find(job_id)
        if job is None:
            yield View()
            return
        for progress in job.follow():
            if not progress.done:
                yield View(live=_live(job))
        yield self._finished(job)

    def _finished(self, job: Job) -> View:
        conversation, failed = job.ask.conversation, bool(job.progress.error)
        try:
            turns = self._records.turns(conversation)
        except EtudeError:
            return View("", live=_live(job))
        current = conversation if turns else ""
        return View("", self._library(current), thread_html(current, turns), _live(job) if failed else "")

    def _halt(self, event: gr.EventData) -> None:
        self._desk.stop(_text(event, "conversation"))

    def _rename(self, event: gr.EventData) -> View:
        with _told():
            self._records.rename(_text(event, "conversation"), _text(event, "title"))
        return View(library=self._library(_text(event, "current")))

    def _remove(self, event: gr.EventData) -> View:
        conversation, current = _text(event, "conversation"), _text(event, "current")
        self._desk.drop(conversation)
        with _told():
            self._records.delete(conversation)
        return self._open("") if conversation == current else View(library=self._library(current))

    def _rate(self, event: gr.EventData) -> None:
        with _told():
            self._records.rate(int(event.turn), bool(event.up), _text(event, "comment"))

    def _library(self, current: str) -> str:
        try:
            return library_html(self._records.conversations(), current, self._desk.running())
        except EtudeError as error:
            log.warning("%s", error)
            return ""

    def _thread(self, conversation: str, until: int | None = None) -> str:
        if not conversation:
            return self._empty()
        turns = self._records.turns(conversation)
        return thread_html(conversation, [turn for turn in turns if until is None or turn.id < until])

    def _empty(self, notice: str = "") -> str:
        return empty_html(TRY, self._hint(), notice)

    def _hint(self) -> str:
        passages = sum(count for _, count in collections(self._settings))
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
