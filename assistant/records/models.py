"""The tables of the records database.

A change here needs a revision beside it in ``migrations/versions`` and its id in ``layout.HEAD``; a test compares them.
Times are UTC. What belongs to one turn and is never searched for (citations, timings, what a guardrail did …) is JSON.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import uuid4

from sqlalchemy import JSON, Double, ForeignKey, String, Text, UniqueConstraint, false
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from assistant.records.columns import FreeText, Title, UtcDateTime, now
from assistant.records.owners import LOCAL, LONGEST_OWNER

_Owner = Annotated[str, mapped_column(String(LONGEST_OWNER), default=LOCAL, server_default=LOCAL)]
_OwnerKey = Annotated[str, mapped_column(String(LONGEST_OWNER), primary_key=True, default=LOCAL, server_default=LOCAL)]


class Base(DeclarativeBase):
    """What every table of the records database inherits from."""


class SchemaRow(Base):
    """One row, which layout the tables have, for an Etude from before Alembic: it refuses what is newer than 3."""

    __tablename__ = "schema_version"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class ConversationRow(Base):
    """A dialogue: questions and answers that follow one another."""

    __tablename__ = "conversations"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=lambda: str(uuid4()))
    title: Mapped[str] = mapped_column(Title(200), default="")
    created: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
    masks: Mapped[str] = mapped_column(Text, default="", server_default="")
    owner: Mapped[_Owner] = mapped_column(index=True)
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
    question: Mapped[str] = mapped_column(FreeText)
    standalone: Mapped[str] = mapped_column(FreeText)
    text: Mapped[str] = mapped_column(FreeText)
    refused: Mapped[bool] = mapped_column(default=False)
    stopped: Mapped[bool] = mapped_column(default=False)
    cut: Mapped[bool] = mapped_column(default=False)
    citations: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    nearest: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    timings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    usage: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    blocked: Mapped[bool] = mapped_column(default=False, server_default=false())
    noted: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list, server_default="[]")
    dropped: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list, server_default="[]")
    doubtful: Mapped[list[list[int]]] = mapped_column(JSON, default=list, server_default="[]")
    steps: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list, server_default="[]")
    rationale: Mapped[str] = mapped_column(FreeText, default="", server_default="")
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
    comment: Mapped[str] = mapped_column(FreeText, default="")
    created: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    turn: Mapped[TurnRow] = relationship(back_populates="feedback")


class ExamRow(Base):
    """An exam that was begun; ``state`` is all of it, the columns are what is searched for."""

    __tablename__ = "exams"

    owner: Mapped[_OwnerKey]
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    mode: Mapped[str] = mapped_column(String(20))
    created: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
    finished: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    state: Mapped[dict[str, Any]] = mapped_column(JSON)


class AttemptRow(Base):
    """One graded response: what history and progress are counted from."""

    __tablename__ = "attempts"
    __table_args__ = (UniqueConstraint("owner", "exam_id", "question_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[_Owner]
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

    owner: Mapped[_OwnerKey]
    id: Mapped[str] = mapped_column(String(120), primary_key=True)
    due: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    state: Mapped[dict[str, Any]] = mapped_column(JSON)


class ReviewRow(Base):
    """One review of one card, kept so that the scheduler can be fitted to its person."""

    __tablename__ = "reviews"
    __table_args__ = (UniqueConstraint("owner", "card_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[_Owner]
    card_id: Mapped[str] = mapped_column(String(120), index=True)
    rating: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)


class RatingSessionRow(Base):
    """Answers that people rate: ``kind`` is thumbs, stars or preference; ``systems`` names what wrote each answer."""

    __tablename__ = "rating_sessions"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=lambda: str(uuid4()))
    name: Mapped[str] = mapped_column(Title(200))
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
    comment: Mapped[str] = mapped_column(FreeText, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class InvocationRow(Base):
    """One time a model was asked; seconds, and None where it is not known. No text of the prompt or the reply."""

    __tablename__ = "invocations"
    # An id is never given again: who reads what is new asks for the ids above the last one read.
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
    operation: Mapped[str] = mapped_column(String(40))
    model: Mapped[str] = mapped_column(Text)
    prompt: Mapped[str] = mapped_column(String(120), default="")
    prompt_version: Mapped[str] = mapped_column(String(40), default="")
    parameters: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    input_tokens: Mapped[int | None]
    cached_tokens: Mapped[int | None]
    output_tokens: Mapped[int | None]
    first_token: Mapped[float | None] = mapped_column(Double)
    total: Mapped[float] = mapped_column(Double)
    stop_reason: Mapped[str] = mapped_column(String(40), default="")
    error: Mapped[str] = mapped_column(String(10), default="")
    error_type: Mapped[str] = mapped_column(String(80), default="")
    cost: Mapped[float] = mapped_column(Double, default=0.0)
    conversation_id: Mapped[str | None] = mapped_column(String(36), index=True)
    turn_id: Mapped[int | None]
    findings: Mapped[list[FindingRow]] = relationship(
        cascade="all, delete-orphan", order_by="FindingRow.id", lazy="selectin", passive_deletes=True
    )


class FindingRow(Base):
    """How often guardrails found one kind of thing during one invocation; never the words that were found."""

    __tablename__ = "invocation_findings"
    __table_args__ = (UniqueConstraint("invocation_id", "policy", "kind", "action"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    invocation_id: Mapped[int] = mapped_column(ForeignKey("invocations.id", ondelete="CASCADE"))
    policy: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(200))
    action: Mapped[str] = mapped_column(String(20))
    count: Mapped[int]


class JobRow(Base):
    """Work that outlives a request: ``state`` is queued, running, done, failed or cancelled.

    ``queued`` is when it last got in line, which for a job that was begun again is not when it was made.
    """

    __tablename__ = "jobs"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=lambda: str(uuid4()))
    kind: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(20), default="queued")
    device: Mapped[str] = mapped_column(String(20), default="cpu", server_default="cpu")
    arguments: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    result: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    error: Mapped[str] = mapped_column(FreeText, default="")
    created: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
    queued: Mapped[datetime | None] = mapped_column(UtcDateTime, default=now)
    started: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished: Mapped[datetime | None] = mapped_column(UtcDateTime)
    owner: Mapped[_Owner] = mapped_column(index=True)


class AccountRow(Base):
    """Somebody who may sign in: a hash of the password, empty where a reverse proxy names them."""

    __tablename__ = "accounts"

    name: Mapped[str] = mapped_column(String(LONGEST_OWNER), primary_key=True)
    password: Mapped[str] = mapped_column(Text)
    admin: Mapped[bool] = mapped_column(default=False)
    created: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class SignInRow(Base):
    """One browser in which somebody is signed in; of its secret a hash is kept."""

    __tablename__ = "sign_ins"

    secret: Mapped[str] = mapped_column(String(64), primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("accounts.name", ondelete="CASCADE"), index=True)
    expires: Mapped[datetime] = mapped_column(UtcDateTime)


class CollectionRow(Base):
    """Whose a collection of notes is; the notes themselves are in the index."""

    __tablename__ = "collections"

    name: Mapped[str] = mapped_column(String(63), primary_key=True)
    owner: Mapped[str] = mapped_column(String(LONGEST_OWNER), index=True)
    shared: Mapped[bool] = mapped_column(default=False)
