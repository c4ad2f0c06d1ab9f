"""Rating sessions, what is rated in them, and what each person thinks of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from assistant.errors import RecordsError
from assistant.records.clean import clean_all
from assistant.records.columns import now
from assistant.records.database import Database
from assistant.records.models import RatingItemRow, RatingRow, RatingSessionRow


@dataclass(frozen=True, slots=True)
class RatingSession:
    """Items to rate; ``systems`` names what wrote each item's first answer, second answer. ``created`` is UTC."""

    name: str
    kind: str
    systems: tuple[str, ...]
    seed: int = 0
    id: str = field(default_factory=lambda: str(uuid4()))
    created: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True)
class Rating:
    """What one person thinks of one item; ``at`` is UTC."""

    item_id: str
    rater: str
    value: str
    comment: str = ""
    at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True)
class Brought:
    """What was brought for one session: ratings, and the items where the session itself is new (else None)."""

    session: RatingSession
    ratings: Sequence[Rating]
    items: Mapping[str, Mapping[str, Any]] | None = None


class RatingRecords:
    """What rating sessions keep. Every method may raise `RecordsError`."""

    def __init__(self, database: Database) -> None:
        self._session = database.session

    def begin(self, made: RatingSession, items: Mapping[str, Mapping[str, Any]]) -> None:
        """Save a new session with its items: what a rater sees of each, by id, in order."""
        with self._session(write=True) as session:
            _begin(session, made, items)

    def take_in(self, brought: Iterable[Brought]) -> None:
        """Save what is new of each session and keep its ratings as `rate` does; all of it or none."""
        with self._session(write=True) as session:
            for one in brought:
                if one.items is not None:
                    _begin(session, one.session, one.items)
                _rate(session, one.session.id, one.ratings)

    def session(self, session_id: str) -> RatingSession | None:
        """Return one session, or None when there is none of that id."""
        with self._session() as session:
            row = session.get(RatingSessionRow, session_id)
            return _made(row) if row else None

    def sessions(self) -> list[RatingSession]:
        """Return all sessions, the latest first."""
        with self._session() as session:
            rows = session.scalars(
                select(RatingSessionRow).order_by(RatingSessionRow.created.desc(), RatingSessionRow.id)
            )
            return [_made(row) for row in rows]

    def delete(self, session_id: str) -> None:
        """Delete a session with its items and ratings."""
        with self._session(write=True) as session:
            for row in (RatingRow, RatingItemRow):
                session.execute(delete(row).where(row.session_id == session_id))
            session.execute(delete(RatingSessionRow).where(RatingSessionRow.id == session_id))

    def item_ids(self, session_id: str) -> list[str]:
        """Return the ids of a session's items in their order."""
        with self._session() as session:
            found = select(RatingItemRow.item_id).where(RatingItemRow.session_id == session_id)
            return list(session.scalars(found.order_by(RatingItemRow.id)))

    def item(self, session_id: str, item_id: str) -> dict[str, Any] | None:
        """Return what a rater sees of an item, or None when the session has none of that id."""
        with self._session() as session:
            return session.scalar(
                select(RatingItemRow.content).where(
                    RatingItemRow.session_id == session_id, RatingItemRow.item_id == item_id
                )
            )

    def items(self, session_id: str) -> dict[str, dict[str, Any]]:
        """Return what a rater sees of all items of a session, by id, in order."""
        with self._session() as session:
            found = select(RatingItemRow).where(RatingItemRow.session_id == session_id).order_by(RatingItemRow.id)
            return {row.item_id: row.content for row in session.scalars(found)}

    def rate(self, session_id: str, ratings: Iterable[Rating]) -> None:
        """Keep ratings, each in place of what the same person said of the same item before; all or none."""
        with self._session(write=True) as session:
            _rate(session, session_id, ratings)

    def ratings(self, session_id: str, rater: str = "") -> list[Rating]:
        """Return the ratings of a session, or of one person in it, in the order in which they were first given."""
        with self._session() as session:
            found = select(RatingRow).where(RatingRow.session_id == session_id).order_by(RatingRow.id)
            if rater:
                found = found.where(RatingRow.rater == rater)
            return [Rating(row.item_id, row.rater, row.value, row.comment, row.at) for row in session.scalars(found)]

    def counts(self) -> dict[str, tuple[int, dict[str, int]]]:
        """Return by session: how many items it has, and how many of them each person has rated."""
        with self._session() as session:
            items = select(RatingItemRow.session_id, func.count()).group_by(RatingItemRow.session_id)
            found: dict[str, tuple[int, dict[str, int]]] = {key: (count, {}) for key, count in session.execute(items)}
            given = select(RatingRow.session_id, RatingRow.rater, func.count())
            given = given.group_by(RatingRow.session_id, RatingRow.rater).order_by(RatingRow.rater)
            for key, rater, count in session.execute(given):
                found.setdefault(key, (0, {}))[1][rater] = count
            return found


def _begin(session: Session, made: RatingSession, items: Mapping[str, Mapping[str, Any]]) -> None:
    session.add(
        RatingSessionRow(
            id=made.id,
            name=made.name,
            kind=made.kind,
            systems=list(made.systems),
            seed=made.seed,
            created=made.created,
        )
    )
    session.flush()
    session.add_all(
        RatingItemRow(session_id=made.id, item_id=key, content=clean_all(dict(content)))
        for key, content in items.items()
    )
    session.flush()


def _rate(session: Session, session_id: str, ratings: Iterable[Rating]) -> None:
    known = set(session.scalars(select(RatingItemRow.item_id).where(RatingItemRow.session_id == session_id)))
    for rating in ratings:
        if rating.item_id not in known:
            raise RecordsError(f"The rating session has no item {rating.item_id!r}. Open it again.")
        _keep(session, session_id, rating)


def _keep(session: Session, session_id: str, rating: Rating) -> None:
    row = session.scalar(
        select(RatingRow).where(
            RatingRow.session_id == session_id,
            RatingRow.item_id == rating.item_id,
            RatingRow.rater == rating.rater,
        )
    )
    if row is None:
        row = RatingRow(session_id=session_id, item_id=rating.item_id, rater=rating.rater)
        session.add(row)
    row.value, row.comment, row.at = rating.value, rating.comment, rating.at
    session.flush()


def _made(row: RatingSessionRow) -> RatingSession:
    return RatingSession(row.name, row.kind, tuple(row.systems), row.seed, row.id, row.created)
