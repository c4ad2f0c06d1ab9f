"""The kinds of records, as a person purges and exports them: which tables each has, and how old a row is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, func, select
from sqlalchemy.orm import InstrumentedAttribute

from assistant.errors import InputError
from assistant.records.models import (
    AttemptRow,
    Base,
    CardRow,
    ConversationRow,
    ExamRow,
    FeedbackRow,
    FindingRow,
    InvocationRow,
    JobRow,
    RatingItemRow,
    RatingRow,
    RatingSessionRow,
    ReviewRow,
    TurnRow,
)

Moment = InstrumentedAttribute[datetime] | ScalarSelect[datetime] | ColumnElement[datetime]


@dataclass(frozen=True, slots=True)
class Part:
    """One table of a kind, and the moment that its rows are as old as; rows of an ``owner`` go with it by cascade.

    Rows for which ``over`` does not hold are still in use and never purged.
    """

    row: type[Base]
    at: Moment
    owner: InstrumentedAttribute[int] | InstrumentedAttribute[str] | None = None
    over: ColumnElement[bool] | None = None

    @property
    def table(self) -> str:
        """The name of the table."""
        return str(self.row.__tablename__)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of records; a row goes when it is older than what is to stay. ``history`` may go by itself, by age."""

    name: str
    parts: tuple[Part, ...]
    history: bool = True


def kinds_of(names: Iterable[str]) -> list[Kind]:
    """Return the kinds of these names, or all for none.

    Raises:
        InputError: there is no such kind.

    """
    chosen = list(dict.fromkeys(names)) or list(KINDS)
    for name in chosen:
        if name not in KINDS:
            raise InputError(f"There is no kind of records {name!r}. Choose of {', '.join(KINDS)}.")
    return [KINDS[name] for name in chosen]


def _of(
    at: InstrumentedAttribute[datetime],
    key: InstrumentedAttribute[str] | InstrumentedAttribute[int],
    owner: InstrumentedAttribute[str] | InstrumentedAttribute[int],
) -> ScalarSelect[datetime]:
    """Return the moment of the row that owns a row."""
    return select(at).where(key == owner).scalar_subquery()


_TURN_AT = (
    select(ConversationRow.updated)
    .join(TurnRow, TurnRow.conversation_id == ConversationRow.id)
    .where(TurnRow.id == FeedbackRow.turn_id)
    .scalar_subquery()
)
_REVIEWED = (
    select(func.max(ReviewRow.at))
    .where(ReviewRow.card_id == CardRow.id, ReviewRow.owner == CardRow.owner)
    .scalar_subquery()
)
_CARD_AT = func.coalesce(_REVIEWED, CardRow.due, type_=CardRow.due.type)

KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "conversations",
            (
                Part(ConversationRow, ConversationRow.updated),
                Part(
                    TurnRow,
                    _of(ConversationRow.updated, ConversationRow.id, TurnRow.conversation_id),
                    TurnRow.conversation_id,
                ),
                Part(FeedbackRow, _TURN_AT, FeedbackRow.turn_id),
            ),
        ),
        Kind(
            "invocations",
            (
                Part(InvocationRow, InvocationRow.at),
                Part(
                    FindingRow,
                    _of(InvocationRow.at, InvocationRow.id, FindingRow.invocation_id),
                    FindingRow.invocation_id,
                ),
            ),
        ),
        Kind("exams", (Part(ExamRow, ExamRow.created), Part(AttemptRow, AttemptRow.at))),
        Kind("cards", (Part(CardRow, _CARD_AT), Part(ReviewRow, ReviewRow.at)), history=False),
        Kind(
            "ratings",
            (
                Part(RatingSessionRow, RatingSessionRow.created),
                Part(
                    RatingItemRow,
                    _of(RatingSessionRow.created, RatingSessionRow.id, RatingItemRow.session_id),
                    RatingItemRow.session_id,
                ),
                Part(
                    RatingRow,
                    _of(RatingSessionRow.created, RatingSessionRow.id, RatingRow.session_id),
                    RatingRow.session_id,
                ),
            ),
        ),
        Kind("jobs", (Part(JobRow, JobRow.created, over=JobRow.finished.is_not(None)),)),
    )
}
"""A conversation is as old as its last turn, a card as its last review. Cards are what a person has learned and not
history: they go when a person purges them, never by themselves."""
