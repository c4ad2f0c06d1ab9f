"""Exams, graded responses and cards in the records database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select

from assistant.exam.session import Exam
from assistant.records.database import Database
from assistant.records.models import AttemptRow, CardRow, ExamRow, ReviewRow
from assistant.records.owners import LOCAL


@dataclass(frozen=True, slots=True)
class Attempt:
    """One graded response; ``at`` is UTC."""

    exam_id: str
    mode: str
    question_id: str
    domain: int
    task: str
    response: tuple[str, ...]
    right: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class SavedCard:
    """What is known of one card; ``state`` is in the form of the fsrs package, ``due`` UTC."""

    id: str
    due: datetime
    state: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SavedReview:
    """One review: 1 again, 2 hard, 3 good, 4 easy; ``at`` is UTC."""

    card_id: str
    rating: int
    at: datetime


class ExamRecords:
    """What the exam room keeps of one owner. Every method may raise `RecordsError`."""

    def __init__(self, database: Database, owner: str = LOCAL) -> None:
        self._database, self._owner = database, owner
        self._session = database.session

    def of(self, owner: str) -> ExamRecords:
        """Return what is kept of another owner."""
        return ExamRecords(self._database, owner)

    def begin(self, exam: Exam) -> None:
        """Save a new exam."""
        with self._session(write=True) as session:
            session.add(
                ExamRow(
                    owner=self._owner,
                    id=exam.id,
                    mode=exam.mode,
                    created=exam.created,
                    finished=exam.finished,
                    state=_state(exam),
                )
            )

    def exam(self, exam_id: str) -> Exam | None:
        """Return one exam, or None when there is none of that id."""
        with self._session() as session:
            row = session.get(ExamRow, (self._owner, exam_id))
            return Exam.model_validate(row.state) if row else None

    def change(self, exam_id: str, step: Callable[[Exam], Exam]) -> Exam | None:
        """Take a step of an exam while nobody else can; two pages on one exam never undo each other."""
        with self._session(write=True) as session:
            row = session.get(ExamRow, (self._owner, exam_id))
            if row is None:
                return None
            exam = step(Exam.model_validate(row.state))
            row.state, row.finished = _state(exam), exam.finished
            return exam

    def exams(self) -> list[Exam]:
        """Return all exams, the latest first."""
        with self._session() as session:
            found = select(ExamRow).where(ExamRow.owner == self._owner)
            rows = session.scalars(found.order_by(ExamRow.created.desc(), ExamRow.id))
            return [Exam.model_validate(row.state) for row in rows]

    def delete(self, exam_id: str) -> None:
        """Delete an exam and what was counted from it."""
        with self._session(write=True) as session:
            session.execute(delete(AttemptRow).where(AttemptRow.owner == self._owner, AttemptRow.exam_id == exam_id))
            session.execute(delete(ExamRow).where(ExamRow.owner == self._owner, ExamRow.id == exam_id))

    def add_attempts(self, attempts: Iterable[Attempt]) -> None:
        """Keep graded responses; one that is kept already stays as it is."""
        given = list(attempts)
        exams = {attempt.exam_id for attempt in given}
        with self._session(write=True) as session:
            known = {
                (exam_id, question_id)
                for exam_id in exams
                for question_id in session.scalars(
                    select(AttemptRow.question_id).where(AttemptRow.owner == self._owner, AttemptRow.exam_id == exam_id)
                )
            }
            for attempt in given:
                if (attempt.exam_id, attempt.question_id) not in known:
                    known.add((attempt.exam_id, attempt.question_id))
                    session.add(
                        AttemptRow(
                            owner=self._owner,
                            exam_id=attempt.exam_id,
                            mode=attempt.mode,
                            question_id=attempt.question_id,
                            domain=attempt.domain,
                            task=attempt.task,
                            response=list(attempt.response),
                            right=attempt.right,
                            at=attempt.at,
                        )
                    )

    def attempts(self) -> list[Attempt]:
        """Return all graded responses, the earliest first."""
        with self._session() as session:
            return [
                Attempt(
                    row.exam_id,
                    row.mode,
                    row.question_id,
                    row.domain,
                    row.task,
                    tuple(row.response),
                    row.right,
                    row.at,
                )
                for row in session.scalars(
                    select(AttemptRow).where(AttemptRow.owner == self._owner).order_by(AttemptRow.at, AttemptRow.id)
                )
            ]

    def times_seen(self) -> dict[str, int]:
        """Return how often each question was answered, by id."""
        with self._session() as session:
            counted = select(AttemptRow.question_id, func.count()).where(AttemptRow.owner == self._owner)
            return {key: int(count) for key, count in session.execute(counted.group_by(AttemptRow.question_id))}

    def cards(self) -> dict[str, SavedCard]:
        """Return what is known of every card that was reviewed, by id."""
        with self._session() as session:
            rows = session.scalars(select(CardRow).where(CardRow.owner == self._owner))
            return {row.id: SavedCard(row.id, row.due, row.state) for row in rows}

    def card(self, card_id: str) -> SavedCard | None:
        """Return what is known of one card, or None before its first review."""
        with self._session() as session:
            row = session.get(CardRow, (self._owner, card_id))
            return SavedCard(row.id, row.due, row.state) if row else None

    def save_review(self, card: SavedCard, review: SavedReview) -> None:
        """Keep a review and the card's new state, both or neither."""
        self.save_cards([card], [review])

    def save_cards(self, cards: Iterable[SavedCard], reviews: Sequence[SavedReview] = ()) -> None:
        """Keep cards and reviews; a review that is kept already is not counted twice."""
        with self._session(write=True) as session:
            for card in cards:
                session.merge(CardRow(owner=self._owner, id=card.id, due=card.due, state=card.state))
            for review in reviews:
                known = select(ReviewRow.id).where(
                    ReviewRow.owner == self._owner, ReviewRow.card_id == review.card_id, ReviewRow.at == review.at
                )
                if session.scalar(known) is None:
                    session.add(
                        ReviewRow(owner=self._owner, card_id=review.card_id, rating=review.rating, at=review.at)
                    )

    def reviews(self) -> list[SavedReview]:
        """Return all reviews, the earliest first."""
        with self._session() as session:
            found = select(ReviewRow).where(ReviewRow.owner == self._owner)
            rows = session.scalars(found.order_by(ReviewRow.at, ReviewRow.id))
            return [SavedReview(row.card_id, row.rating, row.at) for row in rows]


def _state(exam: Exam) -> dict[str, Any]:
    return exam.model_dump(mode="json")
