"""Conversations, turns and feedback: what the rest of Etude may ask of the records database."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from assistant.chat.events import Answer, Citation, Dropped, Nearest, Noted, Step, Timings, Usage
from assistant.errors import RecordsError
from assistant.records.clean import clean
from assistant.records.columns import now
from assistant.records.database import Database
from assistant.records.models import ConversationRow, FeedbackRow, TurnRow
from assistant.records.owners import LOCAL

TITLE_LENGTH = 60

_CITATIONS = TypeAdapter(tuple[Citation, ...])
_NEAREST = TypeAdapter(tuple[Nearest, ...])
_NOTED = TypeAdapter(tuple[Noted, ...])
_DROPPED = TypeAdapter(tuple[Dropped, ...])
_STEPS = TypeAdapter(tuple[Step, ...])
_TIMINGS = TypeAdapter(Timings)
_USAGE = TypeAdapter(Usage)


@dataclass(frozen=True, slots=True)
class Conversation:
    """A saved dialogue; times are UTC."""

    id: str
    title: str
    created: datetime
    updated: datetime


@dataclass(frozen=True, slots=True)
class SavedTurn:
    """A saved answer with what the person thinks of it: ``up`` is None until they say."""

    id: int
    answer: Answer
    created: datetime
    up: bool | None = None
    comment: str = ""


class Records:
    """The records database behind one URL, and the conversations of one owner in it: at first the local person's.

    A conversation of another owner is as one that is not there.

    Raises:
        RecordsError: the database cannot be opened or written, or a newer Etude made it. Every method may raise it.

    """

    def __init__(self, url: str) -> None:
        self.database = Database(url)
        self._session = self.database.session
        self._owner = LOCAL

    def of(self, owner: str) -> Records:
        """Return the conversations of an owner, over the same connection."""
        other = copy(self)
        other._owner = owner
        return other

    def close(self) -> None:
        """Give the connections back."""
        self.database.close()

    def conversations(self) -> list[Conversation]:
        """Return the saved conversations, the last used first."""
        with self._session() as session:
            found = select(ConversationRow).where(ConversationRow.owner == self._owner)
            rows = session.scalars(found.order_by(ConversationRow.updated.desc()))
            return [_conversation(row) for row in rows]

    def new_conversation(self, title: str = "", conversation_id: str | None = None) -> Conversation:
        """Begin a conversation; without a title it takes the first question's."""
        with self._session(write=True) as session:
            row = ConversationRow(title=_title(title), owner=self._owner)
            if conversation_id:
                row.id = conversation_id
            session.add(row)
            session.flush()
            return _conversation(row)

    def conversation(self, conversation_id: str) -> Conversation | None:
        """Return one conversation, or None when there is none of that id."""
        with self._session() as session:
            row = self._find(session, conversation_id)
            return _conversation(row) if row else None

    def masks(self, conversation_id: str) -> str:
        """Return the placeholders of a conversation as they were saved; empty where there are none."""
        with self._session() as session:
            row = self._find(session, conversation_id)
            return row.masks if row else ""

    def save_masks(self, conversation_id: str, masks: str) -> None:
        """Keep the placeholders of a conversation, which hold no value of what they stand for."""
        with self._session(write=True) as session:
            if row := self._find(session, conversation_id):
                row.masks = masks

    def rename(self, conversation_id: str, title: str) -> None:
        """Give a conversation another title; an empty one changes nothing."""
        with self._session(write=True) as session:
            if (row := self._find(session, conversation_id)) and (short := _title(title)):
                row.title = short

    def delete(self, conversation_id: str) -> None:
        """Delete a conversation with its turns and feedback."""
        with self._session(write=True) as session:
            if row := self._find(session, conversation_id):
                session.delete(row)

    def turns(self, conversation_id: str) -> list[SavedTurn]:
        """Return the turns of a conversation in order; empty when there is none of that id."""
        with self._session() as session:
            if self._find(session, conversation_id) is None:
                return []
            found = session.scalars(
                select(TurnRow).where(TurnRow.conversation_id == conversation_id).order_by(TurnRow.id)
            )
            return [_turn(row) for row in found]

    def add_turn(self, conversation_id: str, answer: Answer) -> int:
        """Save an answer at the end of a conversation, which is begun if need be, and return its id."""
        with self._session(write=True) as session:
            return self._add(session, conversation_id, answer)

    def replace_turn(self, turn_id: int, answer: Answer) -> int:
        """Save an answer in place of a turn and of everything after it (retry, edit); return its id."""
        with self._session(write=True) as session:
            old = self._existing(session, turn_id)
            conversation_id, first = old.conversation_id, not session.scalar(_before(old).limit(1))
            was, title = _title(old.question), old.conversation.title
            session.execute(_from(old))
            session.expire_all()
            added = self._add(session, conversation_id, answer)
            if first and title == was and (row := self._find(session, conversation_id)):
                row.title = _title(answer.question)
            return added

    def delete_turns_from(self, turn_id: int) -> None:
        """Delete a turn and everything after it in its conversation."""
        with self._session(write=True) as session:
            session.execute(_from(self._existing(session, turn_id)))

    def rate(self, turn_id: int, up: bool, comment: str = "") -> None:
        """Keep what the person thinks of an answer, in place of what they thought before."""
        with self._session(write=True) as session:
            turn = self._existing(session, turn_id)
            if turn.feedback is None:
                turn.feedback = FeedbackRow(up=up, comment=comment.strip())
            else:
                turn.feedback.up, turn.feedback.comment, turn.feedback.created = up, comment.strip(), now()

    def _add(self, session: Session, conversation_id: str, answer: Answer) -> int:
        conversation = session.get(ConversationRow, conversation_id)
        if conversation is None:
            conversation = ConversationRow(id=conversation_id, title="", owner=self._owner)
            session.add(conversation)
        elif conversation.owner != self._owner:
            raise RecordsError("There is no such conversation. Begin a new one.")
        conversation.title = conversation.title or _title(answer.question)
        conversation.updated = now()
        row = _row(conversation_id, answer)
        session.add(row)
        session.flush()
        return row.id

    def _find(self, session: Session, conversation_id: str) -> ConversationRow | None:
        row = session.get(ConversationRow, conversation_id)
        return row if row and row.owner == self._owner else None

    def _existing(self, session: Session, turn_id: int) -> TurnRow:
        row = session.get(TurnRow, turn_id)
        if row is None or row.conversation.owner != self._owner:
            raise RecordsError("This answer is no longer saved. Reload the page.")
        return row


def shorten(text: str, length: int = TITLE_LENGTH) -> str:
    """Return the text on one line, cut at a word with an ellipsis when it is longer than ``length`` characters."""
    line = " ".join(text.split())
    if len(line) <= length:
        return line
    cut = line[: length - 1]
    head, space, _ = cut.rpartition(" ")
    return (head if space and len(head) > length // 2 else cut).rstrip(" ,;:.") + "…"


def _title(text: str) -> str:
    """Clean before cutting: half of what is to be masked would not be known for it."""
    return shorten(clean(text))


def _before(turn: TurnRow) -> Any:
    return select(TurnRow.id).where(TurnRow.conversation_id == turn.conversation_id, TurnRow.id < turn.id)


def _from(turn: TurnRow) -> Any:
    return delete(TurnRow).where(TurnRow.conversation_id == turn.conversation_id, TurnRow.id >= turn.id)


def _conversation(row: ConversationRow) -> Conversation:
    return Conversation(row.id, row.title, row.created, row.updated)


def _row(conversation_id: str, answer: Answer) -> TurnRow:
    return TurnRow(
        conversation_id=conversation_id,
        question=answer.question,
        standalone=answer.standalone,
        text=answer.text,
        refused=answer.refused,
        stopped=answer.stopped,
        cut=answer.cut,
        citations=_CITATIONS.dump_python(tuple(map(_cleaned, answer.citations)), mode="json"),
        nearest=_NEAREST.dump_python(tuple(map(_cleaned_place, answer.nearest)), mode="json"),
        timings=_TIMINGS.dump_python(answer.timings, mode="json"),
        usage=_USAGE.dump_python(answer.usage, mode="json"),
        blocked=answer.blocked,
        noted=_NOTED.dump_python(answer.noted, mode="json"),
        dropped=_DROPPED.dump_python(tuple(map(_cleaned_passage, answer.dropped)), mode="json"),
        doubtful=[list(span) for span in answer.doubtful],
        steps=_STEPS.dump_python(tuple(replace(step, text=clean(step.text)) for step in answer.steps), mode="json"),
        rationale=answer.rationale,
    )


def _cleaned(citation: Citation) -> Citation:
    text, heading = clean(citation.text), tuple(map(clean, citation.heading))
    # Spans count characters of the text as it was.
    return replace(citation, text=text, heading=heading, used=citation.used if text == citation.text else ())


def _cleaned_passage(passage: Dropped) -> Dropped:
    return replace(passage, text=clean(passage.text), heading=tuple(map(clean, passage.heading)))


def _cleaned_place(place: Nearest) -> Nearest:
    return replace(place, heading=tuple(map(clean, place.heading)))


def _turn(row: TurnRow) -> SavedTurn:
    answer = Answer(
        question=row.question,
        standalone=row.standalone,
        text=row.text,
        refused=row.refused,
        stopped=row.stopped,
        cut=row.cut,
        citations=_CITATIONS.validate_python(row.citations),
        nearest=_NEAREST.validate_python(row.nearest),
        timings=_TIMINGS.validate_python(row.timings),
        usage=_USAGE.validate_python(row.usage),
        blocked=row.blocked,
        noted=_NOTED.validate_python(row.noted),
        dropped=_DROPPED.validate_python(row.dropped),
        doubtful=tuple((start, end) for start, end in row.doubtful),
        steps=_STEPS.validate_python(row.steps),
        rationale=row.rationale,
    )
    feedback = row.feedback
    return SavedTurn(
        row.id, answer, row.created, feedback.up if feedback else None, feedback.comment if feedback else ""
    )
