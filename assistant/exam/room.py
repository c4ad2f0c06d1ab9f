"""The exam room: begins exams, takes their steps, keeps the time, and saves everything as it happens.

The command line and the web page both go through it. Nothing is kept in memory but the moment at which an exam was last
looked at, so that a restart loses at most the seconds since then.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Protocol

from assistant.errors import InputError
from assistant.exam.draw import Wish, draw_mock, draw_practice
from assistant.exam.grade import is_right
from assistant.exam.plan import Step, study_plan
from assistant.exam.question import Question
from assistant.exam.session import Exam, Result, mock_limit, result_of
from assistant.records import Attempt
from knowledge.outline import NoteSection

LONGEST_PAUSE = 60.0
"""Seconds without a sign from the page after which the time stands still: the page was closed, or the lid was shut."""


class Store(Protocol):
    """What the room needs of the records (``assistant.records.ExamRecords``)."""

    def begin(self, exam: Exam) -> None:
        """Save a new exam."""

    def exam(self, exam_id: str) -> Exam | None:
        """Return one exam."""

    def change(self, exam_id: str, step: Callable[[Exam], Exam]) -> Exam | None:
        """Take a step while nobody else can."""

    def exams(self) -> list[Exam]:
        """Return all exams, the latest first."""

    def add_attempts(self, attempts: Sequence[Attempt]) -> None:
        """Keep graded responses."""

    def times_seen(self) -> dict[str, int]:
        """Return how often each question was answered."""


class ExamRoom:
    """Exams over one bank; safe to share between threads.

    Args:
        bank: questions by id.
        outline: sections of the notes by id.
        store: where everything is kept.
        rng: where chance comes from.
        clock: seconds that only ever grow, whatever is done to the calendar.

    """

    def __init__(
        self,
        bank: Mapping[str, Question],
        outline: Mapping[str, NoteSection],
        store: Store,
        rng: random.Random | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.bank, self.outline = bank, outline
        self._store = store
        self._rng = rng or random.Random()
        self._clock = clock
        self._seen: dict[str, float] = {}
        self._lock = threading.Lock()

    def over(self, store: Store) -> ExamRoom:
        """Return a room over the same bank with another store, for another person."""
        return ExamRoom(self.bank, self.outline, store, self._rng, self._clock)

    def begin_practice(self, wish: Wish) -> Exam:
        """Begin a practice round.

        Raises:
            InputError: no question fits.

        """
        questions = draw_practice(self.bank.values(), wish, self._store.times_seen(), self._rng)
        return self._begin(Exam(mode="practice", questions=tuple(q.id for q in questions), created=datetime.now(UTC)))

    def begin_mock(self) -> Exam:
        """Begin a mock exam.

        Raises:
            InputError: the bank is too small.

        """
        questions, unscored = draw_mock(list(self.bank.values()), self._store.times_seen(), self._rng)
        ids = tuple(question.id for question in questions)
        return self._begin(
            Exam(mode="mock", questions=ids, unscored=unscored, limit=mock_limit(), created=datetime.now(UTC))
        )

    def look(self, exam_id: str) -> Exam:
        """Return an exam with the time that went by; one whose time is up ends here.

        Raises:
            InputError: there is no such exam.

        """
        return self._step(exam_id, lambda exam: exam)

    def respond(self, exam_id: str, question_id: str, response: Sequence[str]) -> Exam:
        """Keep a response.

        Raises:
            InputError: the exam is over or unknown, or the response does not fit.

        """
        return self._step(exam_id, lambda exam: exam.respond(self._question(question_id), response))

    def check(self, exam_id: str, question_id: str, response: Sequence[str] | None = None) -> Exam:
        """Keep a response, if given, and show the solution (practice only).

        Raises:
            InputError: it is a mock exam, over or unknown, or the response is not complete.

        """
        question = self._question(question_id)

        def step(exam: Exam) -> Exam:
            if question_id in exam.checked:
                return exam  # another page was first
            return (exam if response is None else exam.respond(question, response)).check(question)

        exam = self._step(exam_id, step)
        self._store.add_attempts([self._attempt(exam, question_id)])
        return exam

    def flag(self, exam_id: str, question_id: str, on: bool) -> Exam:
        """Mark a question for review.

        Raises:
            InputError: the exam is over or unknown.

        """
        return self._step(exam_id, lambda exam: exam.flag(self._question(question_id), on))

    def finish(self, exam_id: str) -> Exam:
        """End an exam; one that has ended stays as it is.

        Raises:
            InputError: there is no such exam.

        """
        return self._step(exam_id, lambda exam: exam.finish(datetime.now(UTC)))

    def open_exams(self) -> list[Exam]:
        """Return the exams that were begun and not ended, the latest first."""
        return [exam for exam in self._store.exams() if exam.finished is None and self._known(exam)]

    def finished_exams(self) -> list[Exam]:
        """Return the exams that ended, the latest first."""
        return [exam for exam in self._store.exams() if exam.finished is not None and self._known(exam)]

    def result(self, exam: Exam) -> Result:
        """Grade an exam."""
        return result_of(exam, self.bank)

    def plan(self, exam: Exam) -> list[Step]:
        """Return the sections to read again after an exam."""
        graded = exam.questions if exam.mode == "mock" else exam.checked
        return study_plan([self.bank[key] for key in graded if key in self.bank], exam.responses, self.outline)

    def _begin(self, exam: Exam) -> Exam:
        self._store.begin(exam)
        with self._lock:
            self._seen[exam.id] = self._clock()
        return exam

    def _step(self, exam_id: str, step: Callable[[Exam], Exam]) -> Exam:
        spent = self._spent(exam_id)

        def timed(exam: Exam) -> Exam:
            if exam.finished is not None:
                return step(exam)
            exam = exam.spend(spent)
            # What comes after the end is not counted; the time itself is kept, and the exam ends.
            return exam.finish(datetime.now(UTC)) if exam.over else step(exam)

        exam = self._store.change(exam_id, timed)
        if exam is None:
            raise InputError("There is no such exam any more; it may have been deleted. Begin another.")
        if exam.mode == "mock" and exam.finished is not None:
            self._store.add_attempts([self._attempt(exam, key) for key in exam.questions if key in self.bank])
        return exam

    def _spent(self, exam_id: str) -> float:
        with self._lock:
            now = self._clock()
            last = self._seen.get(exam_id, now)
            self._seen[exam_id] = now
        gone = now - last
        return gone if gone <= LONGEST_PAUSE else 0.0

    def _attempt(self, exam: Exam, question_id: str) -> Attempt:
        question = self.bank[question_id]
        response = exam.responses.get(question_id, ())
        return Attempt(
            exam_id=exam.id,
            mode=exam.mode,
            question_id=question_id,
            domain=question.domain,
            task=question.task,
            response=tuple(response),
            right=is_right(question, response),
            at=exam.finished or datetime.now(UTC),
        )

    def _question(self, question_id: str) -> Question:
        if question_id not in self.bank:
            raise InputError("This question is no longer in the bank. Go on to the next one.")
        return self.bank[question_id]

    def _known(self, exam: Exam) -> bool:
        """Say whether the bank still has a question of the exam; another version may have dropped them."""
        return any(key in self.bank for key in exam.questions)
