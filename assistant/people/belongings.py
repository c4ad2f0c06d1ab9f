"""All that is somebody's: given to another, or deleted."""

from __future__ import annotations

from sqlalchemy import delete, func, select, update

from assistant.errors import InputError
from assistant.records.database import Database
from assistant.records.models import (
    AttemptRow,
    CardRow,
    CollectionRow,
    ConversationRow,
    ExamRow,
    JobRow,
    ReviewRow,
)

_TABLES = (ConversationRow, ExamRow, AttemptRow, CardRow, ReviewRow, JobRow, CollectionRow)


def count_of(database: Database, owner: str) -> dict[str, int]:
    """Return how many rows somebody has, by table, where there are any.

    Raises:
        RecordsError: the database cannot be read.

    """
    with database.session() as session:
        counts = {
            table.__tablename__: session.scalar(select(func.count()).select_from(table).where(table.owner == owner))
            for table in _TABLES
        }
    return {table: number for table, number in counts.items() if number}


def give(database: Database, owner: str, other: str) -> None:
    """Make all that is somebody's another's, all or nothing.

    Raises:
        InputError: the other has something already, which it would mix with.
        RecordsError: the database cannot be written.

    """
    if count_of(database, other):
        raise InputError(f"{other} has records already, and two histories cannot be made one. Choose another name.")
    with database.session(write=True) as session:
        for table in _TABLES:
            session.execute(update(table).where(table.owner == owner).values(owner=other))


def delete_all(database: Database, owner: str) -> tuple[str, ...]:
    """Delete all records of somebody and return the ids of their jobs, whose folders are for the caller to delete.

    Collections of notes are in the index; delete those first.

    Raises:
        RecordsError: the database cannot be written.

    """
    with database.session(write=True) as session:
        jobs = tuple(session.scalars(select(JobRow.id).where(JobRow.owner == owner)))
        for table in _TABLES:
            session.execute(delete(table).where(table.owner == owner))
    return jobs
