"""The Exam tab.

The page's script (``assets/exam.js``) says what the person did through one invisible component, the bridge; the
functions here answer with HTML. What a step does is in ``steps``; this module binds it to Gradio.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from uuid import uuid4

import gradio as gr

from assistant.errors import EtudeError, InputError
from assistant.exam.paste import parse_questions
from assistant.people import Person, person_of
from assistant.web import words
from assistant.web.answering import Ask, Desk
from assistant.web.components import bind, fixed_html
from assistant.web.exam.ask_view import Solved, solved_html
from assistant.web.exam.explain import explain_question, explained_html, refused_html
from assistant.web.exam.export import MOST_CHARACTERS, take_in
from assistant.web.exam.question_view import clock_html
from assistant.web.exam.rooms import Rooms
from assistant.web.exam.section_view import section_html
from assistant.web.exam.solving import Solve
from assistant.web.exam.steps import Steps
from assistant.web.icons import button
from assistant.web.room import VISIT
from assistant.web.screen import Screen
from assistant.web.values import Data, named, number, sent, text

_EVENTS = ("step", "look", "section", "explain", "solve", "halt", "take")
_CALLS = ", ".join(f"{name}: (data) => trigger('{name}', data)" for name in _EVENTS)
_ADDRESS = ("exam", "q", "view", "deck")
_ASIDE = (
    '<header class="panel-head"><h2>From your notes</h2>'
    f"{button('aside', 'close', 'Close the note (Esc)', extra=' data-key=Escape')}</header>"
)

log = logging.getLogger(__name__)


class View(NamedTuple):
    """What the functions return: the explanation to follow (job and question), the screen, and what is beneath it."""

    job: Any = gr.skip()
    view: Any = gr.skip()
    below: Any = gr.skip()


class ExamTab:
    """The tab and its functions; ``build`` lays it out inside the current Blocks."""

    name = "Exam"

    def __init__(self, rooms: Rooms, desk: Desk, solve: Solve | None = None) -> None:
        self._rooms, self._desk, self._solve = rooms, desk, solve
        self._solving: dict[tuple[str, str], threading.Event] = {}

    def build(self, page: gr.Blocks) -> None:
        """Lay out the components and bind the events."""
        with gr.Row(elem_id="exam"):
            with gr.Column(elem_id="exam-scroll"):
                view = fixed_html("", elem_id="exam-view")
                below = fixed_html("", elem_id="exam-below")
            with gr.Column(elem_id="exam-aside"):
                fixed_html(_ASIDE)
                section = fixed_html("", elem_id="exam-section")
                fixed_html('<div class="passages-place"></div>', elem_id="exam-passages")
        clock = fixed_html("", elem_id="exam-clock", js_on_load=None)
        bridge = fixed_html("", elem_id="exam-bridge", js_on_load=f"window.etudeExam = {{ {_CALLS} }};")
        shown = [gr.State(("", "")), view, below]

        bind(page.load, self._load, [], shown)
        bind(bridge.step, self._step, [], shown)
        explained = bind(bridge.explain, self._explain, [], shown)
        following = bind(explained.then, self._follow, shown[:1], shown)
        solving = bind(bridge.solve, self._answer, [], [below])
        for event in (bridge.step, bridge.explain, bridge.solve):
            event(None, cancels=[following])
        bridge.step(None, cancels=[solving])
        bind(bridge.look, self._look, [], [clock])
        bind(bridge.section, self._section, [], [section])
        bind(bridge.halt, self._halt, [], [])
        bind(bridge.take, self._take, [], shown)

    def _load(self, request: gr.Request) -> View:
        asked = {name: str(request.query_params.get(name, "")) for name in _ADDRESS}
        return self._drawn(lambda: self._steps(request).opening(asked), 0)

    def _step(self, event: gr.EventData, request: gr.Request) -> View:
        data = sent(event)
        self._leave(person_of(request), data)
        seq = number(data, "seq")
        if text(data, "do") == VISIT:
            return self._drawn(lambda: self._steps(request).opening(named(data, _ADDRESS)), seq)
        return self._drawn(lambda: self._steps(request).take(data), seq)

    def _take(self, event: gr.EventData, request: gr.Request) -> View:
        data, rooms = sent(event), self._rooms.of(person_of(request))

        def taken() -> Screen:
            try:
                content = text(data, "content", MOST_CHARACTERS)
                return self._steps(request).told(take_in(rooms.records, text(data, "name"), content))
            except EtudeError as error:
                return self._steps(request).told("", str(error))

        return self._drawn(taken, number(data, "seq"))

    def _drawn(self, make: Callable[[], Screen], seq: int) -> View:
        try:
            screen = make()
        except Exception as error:
            log.exception("A step of the exam failed")
            said = f"Etude could not do that ({type(error).__name__}); its terminal shows more."
            screen = Screen(words.notice(said) + words.button("Back to the start", do="home"), "home")
        return View(("", ""), screen.root("exam", seq), "")

    def _look(self, event: gr.EventData, request: gr.Request) -> str:
        try:
            return clock_html(self._rooms.of(person_of(request)).room.look(text(sent(event), "exam")))
        except EtudeError:
            return ""

    def _section(self, event: gr.EventData) -> str:
        try:
            return section_html(self._rooms.room.outline.get(text(sent(event), "section")))
        except EtudeError as error:
            return words.notice(str(error))

    def _explain(self, event: gr.EventData, request: gr.Request) -> View:
        key = text(sent(event), "question")
        try:
            question = self._rooms.room.bank.get(key)
            if question is None:
                raise InputError("This question is no longer in the bank.")
            job = self._desk.ask(Ask(str(uuid4()), explain_question(question), owner=person_of(request).name))
        except EtudeError as error:
            return View(("", ""), below=refused_html(key, str(error)))
        return View((job.id, key), below=explained_html(job, key, job.progress))

    def _follow(self, following: tuple[str, str], request: gr.Request) -> Iterator[View]:
        job = self._desk.find(following[0], person_of(request).name)
        if job is None:
            yield View()
            return
        for progress in job.follow():
            yield View(below=explained_html(job, following[1], progress))

    def _answer(self, event: gr.EventData, request: gr.Request) -> Iterator[str]:
        data, person = sent(event), person_of(request)
        run = (person.name, text(data, "run"))
        try:
            if self._solve is None:
                raise InputError("This Etude cannot answer questions of your own.")
            asked = parse_questions(text(data, "pasted", 10_000_000))
        except EtudeError as error:
            yield solved_html([], 0, error=str(error))
            return
        stop = self._solving.setdefault(run, threading.Event())
        try:
            solved: list[Solved] = []
            yield solved_html(solved, len(asked))
            for question in asked:
                try:
                    with self._desk.turn(person.name, stop) as collections:
                        solved.append(Solved(question, self._solve(question, collections or (), cancelled=stop)))
                except EtudeError as error:
                    solved.append(Solved(question, error=str(error)))
                except Exception as error:
                    log.exception("A pasted question could not be answered")
                    solved.append(Solved(question, error=f"Etude could not answer it ({type(error).__name__})."))
                stopped = stop.is_set()
                yield solved_html(solved, len(asked), stopped=stopped)
                if stopped:
                    return
        finally:
            self._solving.pop(run, None)

    def _halt(self, event: gr.EventData, request: gr.Request) -> None:
        self._leave(person_of(request), sent(event))

    def _leave(self, person: Person, data: Data) -> None:
        """Stop what the person no longer waits for."""
        if conversation := text(data, "conversation"):
            self._desk.stop(conversation, person.name)
        if stop := self._solving.get((person.name, text(data, "run"))):
            stop.set()

    def _steps(self, request: gr.Request) -> Steps:
        return Steps(self._rooms.of(person_of(request)), own=self._solve is not None)
