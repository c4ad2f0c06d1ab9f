"""What each step of the person does, and the screen that follows. Knows nothing of Gradio.

A step is a mapping that the page sends: ``do`` names it, the rest says where. All state is in the records, so that a
step needs nothing from the one before it, and another page on the same exam only sees it further on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from urllib.parse import urlencode

from assistant.errors import EtudeError, InputError
from assistant.exam.draw import Wish
from assistant.exam.progress import weeks_of
from assistant.exam.question import DIFFICULTIES
from assistant.exam.session import Exam
from assistant.web import words
from assistant.web.exam import home_view, result_view
from assistant.web.exam.ask_view import ask_html
from assistant.web.exam.drilling import Drilling
from assistant.web.exam.history_view import MOST_EXAMS, history_html
from assistant.web.exam.question_view import question_html
from assistant.web.exam.rooms import Rooms
from assistant.web.screen import Screen
from assistant.web.values import Data, number, numbers, text, texts

_MOST = 40


class Steps:
    """Takes steps. ``own`` says whether questions of one's own can be answered here."""

    def __init__(self, rooms: Rooms, *, own: bool = True) -> None:
        self._rooms, self._own = rooms, own
        self._drilling = Drilling(rooms)
        self._steps: dict[str, Callable[[Data, str], Screen]] = {
            "home": self._home,
            "setup": self._setup,
            "mock": lambda _, notice: Screen(home_view.mock_html(notice), "mock", "view=mock", "Mock exam"),
            "begin": self._begin,
            "show": self._show,
            "respond": self._respond,
            "check": self._check,
            "flag": self._flag,
            "grid": self._grid,
            "ending": self._ending,
            "finish": self._finish,
            "discard": self._discard,
            "decks": self._decks,
            "card": self._card,
            "rate": self._rate,
            "history": self._history,
            "ask": lambda data, notice: Screen(
                ask_html(text(data, "pasted", 200_000), notice), "ask", "view=ask", "Ask your own"
            ),
        }

    def take(self, data: Data) -> Screen:
        """Take a step; what is wrong is said on the screen where the person was."""
        try:
            return self._steps.get(text(data, "do"), self._home)(data, "")
        except EtudeError as error:
            return self._after(error, data)

    def opening(self, address: Mapping[str, str]) -> Screen:
        """Return the screen that the page's address names."""
        if exam := address.get("exam"):
            at = address.get("q", "")
            return self.take({"do": "show", "exam": exam, "at": int(at) - 1 if at[:4].isdecimal() and at else -1})
        do = {"drill": "decks"}.get(address.get("view", ""), address.get("view", "home"))
        if do == "decks" and address.get("deck"):
            return self.take({"do": "card", "deck": address["deck"]})
        return self.take({"do": do if do in ("setup", "mock", "decks", "history", "ask") else "home"})

    def told(self, sentence: str, notice: str = "") -> Screen:
        """Return the history with what an import did."""
        return self._history({"said": sentence}, notice)

    def _after(self, error: EtudeError, data: Data) -> Screen:
        """Show the place of a step that failed, as it is now."""
        again: tuple[str, Data] = ("home", {})
        if text(data, "exam") and text(data, "do") not in ("show", "discard"):
            again = ("show", data)
        elif text(data, "do") == "begin":
            again = ("mock" if text(data, "mode") == "mock" else "setup", data)
        elif text(data, "do") in ("card", "rate"):
            again = ("decks", {})
        try:
            return self._steps[again[0]](again[1], str(error))
        except EtudeError as second:
            return Screen(words.notice(str(second)) + words.button("Try again", do="home"), "home")

    def _home(self, data: Data, notice: str) -> Screen:
        rooms = self._rooms
        due = rooms.drill.due(datetime.now(UTC))
        html = home_view.home_html(rooms.room.open_exams(), due, len(rooms.room.bank), own=self._own, notice=notice)
        return Screen(html, "home")

    def _setup(self, data: Data, notice: str) -> Screen:
        chosen = {
            "domains": numbers(data, "domains"),
            "difficulty": text(data, "difficulty"),
            "count": number(data, "count", 10),
        }
        return Screen(home_view.setup_html(chosen, notice), "setup", "view=setup", "Practice")

    def _begin(self, data: Data, notice: str) -> Screen:
        room = self._rooms.room
        if text(data, "mode") == "mock":
            return self._screen(room.begin_mock(), 0)
        wish = Wish(
            domains=numbers(data, "domains"),
            difficulties=tuple(level for level in DIFFICULTIES if level == text(data, "difficulty")),
            sections=texts(data, "sections"),
            count=min(number(data, "count", 10), _MOST),
        )
        return self._screen(room.begin_practice(wish), 0)

    def _show(self, data: Data, notice: str) -> Screen:
        return self._screen(self._rooms.room.look(text(data, "exam")), number(data, "at", -1), notice)

    def _respond(self, data: Data, notice: str) -> Screen:
        room, exam_id, question = self._rooms.room, text(data, "exam"), text(data, "question")
        exam = room.respond(exam_id, question, texts(data, "response"))
        return self._screen(exam, number(data, "at"), picked=texts(data, "picked"))

    def _check(self, data: Data, notice: str) -> Screen:
        room, exam_id, question = self._rooms.room, text(data, "exam"), text(data, "question")
        exam = room.check(exam_id, question, texts(data, "response") or None)
        return self._screen(exam, number(data, "at"))

    def _flag(self, data: Data, notice: str) -> Screen:
        exam = self._rooms.room.flag(text(data, "exam"), text(data, "question"), data.get("on") is True)
        return self._screen(exam, number(data, "at"))

    def _grid(self, data: Data, notice: str) -> Screen:
        exam, at = self._rooms.room.look(text(data, "exam")), number(data, "at")
        if exam.finished:
            return self._screen(exam, at)
        return Screen(result_view.grid_html(exam, at, self._rooms.room.bank, notice), "grid", _address(exam, at))

    def _ending(self, data: Data, notice: str) -> Screen:
        room = self._rooms.room
        exam, at = room.look(text(data, "exam")), number(data, "at")
        if exam.mode == "practice" and set(exam.questions) <= set(exam.checked):
            exam = room.finish(exam.id)
        if exam.finished:
            return self._screen(exam, at)
        return Screen(result_view.ending_html(exam, at, room.bank), "ending", _address(exam, at))

    def _finish(self, data: Data, notice: str) -> Screen:
        return self._screen(self._rooms.room.finish(text(data, "exam")), 0)

    def _discard(self, data: Data, notice: str) -> Screen:
        self._rooms.records.delete(text(data, "exam"))
        return self._home(data, notice)

    def _decks(self, data: Data, notice: str) -> Screen:
        return Screen(self._drilling.decks(notice), "decks", "view=drill", "Drill")

    def _card(self, data: Data, notice: str) -> Screen:
        deck, html = self._drilling.card(data, notice)
        return Screen(html, "card", urlencode({"view": "drill", "deck": deck}), "Drill")

    def _rate(self, data: Data, notice: str) -> Screen:
        deck, html = self._drilling.rate(data)
        return Screen(html, "card", urlencode({"view": "drill", "deck": deck}), "Drill")

    def _history(self, data: Data, notice: str) -> Screen:
        room = self._rooms.room
        exams = [(exam, room.result(exam)) for exam in room.finished_exams()[:MOST_EXAMS]]
        weeks = weeks_of(self._rooms.records.attempts())
        html = history_html(exams, weeks, said=text(data, "said"), notice=notice)
        return Screen(html, "history", "view=history", "History")

    def _screen(self, exam: Exam, at: int, notice: str = "", *, picked: tuple[str, ...] = ()) -> Screen:
        room = self._rooms.room
        if exam.finished:
            html = result_view.result_html(exam, room.result(exam), room.plan(exam), room.bank, room.outline, notice)
            return Screen(html, "result", urlencode({"exam": exam.id}), "Result")
        if not exam.questions:
            raise InputError("This exam has no questions. Begin another.")
        at = home_view.place_of(exam) if at < 0 else min(at, len(exam.questions) - 1)
        html = question_html(exam, at, room.bank, room.outline, picked=picked, notice=notice)
        return Screen(html, "question", _address(exam, at), f"Question {at + 1}")


def _address(exam: Exam, at: int) -> str:
    return urlencode({"exam": exam.id, "q": at + 1})
