"""One exam as it is sat: which questions, the responses so far, the time used, and when it ends.

An ``Exam`` is a value; every step returns the next one. Time is counted in seconds that the exam was open, and never
read off a calendar, so that neither a restart nor a changed clock takes or gives any.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Literal
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field

from assistant.errors import InputError
from assistant.exam.draw import MINUTES
from assistant.exam.grade import Share, by_domain, is_complete, is_right, scaled_score
from assistant.exam.question import Letter, Question

Mode = Literal["practice", "mock"]


class Exam(BaseModel):
    """The state of an exam.

    ``responses`` are letters by question id; ``checked`` are the questions whose solution was shown (practice only);
    ``unscored`` do not count; ``used`` and ``limit`` are seconds, a limit of 0 is none.
    """

    model_config = ConfigDict(frozen=True)

    id: str = Field(default_factory=lambda: str(uuid4()))
    mode: Mode
    title: str = ""
    questions: tuple[str, ...]
    unscored: frozenset[str] = frozenset()
    responses: Mapping[str, tuple[Letter, ...]] = {}
    checked: tuple[str, ...] = ()
    flags: frozenset[str] = frozenset()
    used: Annotated[float, Field(ge=0)] = 0.0
    limit: Annotated[float, Field(ge=0)] = 0.0
    created: datetime
    finished: datetime | None = None

    @property
    def left(self) -> float:
        """Seconds left; 0 when there is no limit."""
        return max(self.limit - self.used, 0.0)

    @property
    def over(self) -> bool:
        """Whether the time is up."""
        return self.limit > 0 and self.left <= 0

    def respond(self, question: Question, response: Sequence[str]) -> Exam:
        """Keep a response; an empty one takes it back.

        Raises:
            InputError: the exam is over, the question is not in it or was solved, or a letter is not an option.

        """
        self._open_for(question)
        if question.id in self.checked:
            raise InputError("This question was checked already. Go on to the next one.")
        if unknown := [letter for letter in response if letter not in question.options]:
            raise InputError(f"{unknown[0]} is not an option of this question.")
        if question.type != "matching" and len(response) > question.choose:
            raise InputError(f"This question asks for {question.choose}, and {len(response)} are chosen.")
        others = {key: value for key, value in self.responses.items() if key != question.id}
        return self._with(responses={**others, question.id: tuple(response)} if response else others)

    def check(self, question: Question) -> Exam:
        """Show the solution of a question, after which its response stands (practice only).

        Raises:
            InputError: it is a mock exam, or the response is not complete.

        """
        self._open_for(question)
        if self.mode != "practice":
            raise InputError("A mock exam shows solutions at its end.")
        if not is_complete(question, self.responses.get(question.id, ())):
            many = f"{question.choose} options" if question.choose > 1 else "an option"
            raise InputError(f"Choose {many} first.")
        return self._with(checked=tuple(dict.fromkeys((*self.checked, question.id))))

    def flag(self, question: Question, on: bool) -> Exam:
        """Mark a question for review, or take the mark away."""
        self._open_for(question)
        return self._with(flags=self.flags | {question.id} if on else self.flags - {question.id})

    def spend(self, seconds: float) -> Exam:
        """Count seconds that went by while the exam was open."""
        return self._with(used=self.used + max(seconds, 0.0)) if self.finished is None else self

    def finish(self, at: datetime) -> Exam:
        """End the exam."""
        return self._with(finished=at) if self.finished is None else self

    def _open_for(self, question: Question) -> None:
        if question.id not in self.questions:
            raise InputError("This question is not part of the exam. Reload the page.")
        if self.finished is not None:
            raise InputError("This exam is over; its result is shown.")

    def _with(self, **changed: object) -> Exam:
        return self.model_copy(update=changed)


class Result(BaseModel):
    """How an exam went. ``score`` is None for practice, and counts scored questions only for a mock exam."""

    model_config = ConfigDict(frozen=True)

    right: int
    of: int
    score: int | None
    domains: Mapping[int, Share]
    wrong: tuple[str, ...]


def result_of(exam: Exam, bank: Mapping[str, Question]) -> Result:
    """Grade an exam.

    In a mock exam a question without a response is wrong; in practice only questions that were checked count.
    """
    graded = exam.questions if exam.mode == "mock" else exam.checked
    asked = [bank[key] for key in graded if key in bank and key not in exam.unscored]
    right = sum(is_right(question, exam.responses.get(question.id, ())) for question in asked)
    everything = [bank[key] for key in graded if key in bank]
    wrong = tuple(q.id for q in everything if not is_right(q, exam.responses.get(q.id, ())))
    return Result(
        right=right,
        of=len(asked),
        score=scaled_score(right, len(asked)) if exam.mode == "mock" else None,
        domains=by_domain(asked, exam.responses),
        wrong=wrong,
    )


def mock_limit() -> float:
    """Return the seconds that a mock exam lasts."""
    return MINUTES * 60.0
