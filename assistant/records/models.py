"""The tables of the records database.

Times are UTC. What belongs to one turn and is never searched for (citations, nearest headings, timings, usage) is JSON.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import JSON, DateTime, Dialect, ForeignKey, String, Text, TypeDecorator, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

SCHEMA_VERSION = 3


def now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC, also where the database (SQLite) keeps no time zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn any zone into UTC."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give a moment without a zone its zone back."""
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


class Base(DeclarativeBase):
    """What every table of the records database inherits from."""


class SchemaRow(Base):
    """One row: which layout of the tables this database has."""

    __tablename__ = "schema_version"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class ConversationRow(Base):
    """A dialogue: questions and answers that follow one another."""

    __tablename__ = "conversations"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=lambda: str(uuid4()))
    title: Mapped[str] = mapped_column(String(200), default="")
    created: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
    turns: Mapped[list[TurnRow]] = relationship(
        back_populates="conversation", cascade="all, delete-orphan", order_by="TurnRow.id"
    )


class TurnRow(Base):
    """One question and its finished answer."""

    __tablename__ = "turns"
    # An id that was deleted is never given again: a page left open must not rate another answer.
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    question: Mapped[str] = mapped_column(Text)
    standalone: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    refused: Mapped[bool] = mapped_column(default=False)
    stopped: Mapped[bool] = mapped_column(default=False)
    cut: Mapped[bool] = mapped_column(default=False)
    citations: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    nearest: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    timings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    usage: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    conversation: Mapped[ConversationRow] = relationship(back_populates="turns")
    feedback: Mapped[FeedbackRow | None] = relationship(
        back_populates="turn", cascade="all, delete-orphan", lazy="joined"
    )


class FeedbackRow(Base):
    """What the person thinks of one answer."""

    __tablename__ = "feedback"
    __table_args__ = (UniqueConstraint("turn_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    turn_id: Mapped[int] = mapped_column(ForeignKey("turns.id", ondelete="CASCADE"))
    up: Mapped[bool]
    comment: Mapped[str] = mapped_column(Text, default="")
    created: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    turn: Mapped[TurnRow] = relationship(back_populates="feedback")


class ExamRow(Base):
    """An exam that was begun; ``state`` is all of it, the columns are what is searched for."""

    __tablename__ = "exams"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    mode: Mapped[str] = mapped_column(String(20))
    created: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
    finished: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    state: Mapped[dict[str, Any]] = mapped_column(JSON)


class AttemptRow(Base):
    """One graded response: what history and progress are counted from."""

    __tablename__ = "attempts"
    __table_args__ = (UniqueConstraint("exam_id", "question_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_id: Mapped[str] = mapped_column(String(36), index=True)
    mode: Mapped[str] = mapped_column(String(20))
    question_id: Mapped[str] = mapped_column(String(80), index=True)
    domain: Mapped[int]
    task: Mapped[str] = mapped_column(String(8))
    response: Mapped[list[str]] = mapped_column(JSON, default=list)
    right: Mapped[bool]
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)


class CardRow(Base):
    """What spaced repetition knows of one card; ``state`` is in the form of the fsrs package."""

    __tablename__ = "cards"

    id: Mapped[str] = mapped_column(String(120), primary_key=True)
    due: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    state: Mapped[dict[str, Any]] = mapped_column(JSON)


class ReviewRow(Base):
    """One review of one card, kept so that the scheduler can be fitted to its person."""

    __tablename__ = "reviews"
    __table_args__ = (UniqueConstraint("card_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    card_id: Mapped[str] = mapped_column(String(120), index=True)
    rating: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)


class RatingSessionRow(Base):
    """Answers that people rate: ``kind`` is thumbs, stars or preference; ``systems`` names what wrote each answer."""

    __tablename__ = "rating_sessions"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=lambda: str(uuid4()))
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(20))
    systems: Mapped[list[str]] = mapped_column(JSON)
    seed: Mapped[int] = mapped_column(default=0)
    created: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)


class RatingItemRow(Base):
    """One thing to rate; ``content`` is all that a rater sees of it, kept here so that the run may go."""

    __tablename__ = "rating_items"
    __table_args__ = (UniqueConstraint("session_id", "item_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("rating_sessions.id", ondelete="CASCADE"), index=True)
    item_id: Mapped[str] = mapped_column(String(200))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)


class RatingRow(Base):
    """What one person thinks of one item: the last they said."""

    __tablename__ = "ratings"
    __table_args__ = (UniqueConstraint("session_id", "item_id", "rater"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("rating_sessions.id", ondelete="CASCADE"), index=True)
    item_id: Mapped[str] = mapped_column(String(200))
    rater: Mapped[str] = mapped_column(String(80))
    value: Mapped[str] = mapped_column(String(20))
    comment: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
