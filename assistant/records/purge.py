"""Deleting records by age and kind, so that their bytes are gone from the file too.

It does not reach copies elsewhere: backups of the disk, exports, a server's archive of its log. The folders of jobs are
for the caller to delete, who knows where they are.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import ColumnElement, delete, func, select, true
from sqlalchemy.exc import SQLAlchemyError

from assistant.errors import RecordsError
from assistant.records.copies import copies_of, made
from assistant.records.database import Database
from assistant.records.engine import explain
from assistant.records.kinds import KINDS, Kind, Part
from assistant.records.models import ConversationRow, JobRow
from assistant.records.threads import delete_threads, old_threads

AGENT = "agent_threads"
"""What the conversations of the agent are called beside the tables, in numbers of conversations."""


@dataclass(frozen=True, slots=True)
class Purged:
    """What went: rows by table, and copies of the file from before upgrades.

    ``kept_copies`` may still hold what went. ``held`` says that another program has the file open, so that bytes of
    what went stay in it until that program ends. ``jobs`` are the ids of those that went.
    """

    rows: dict[str, int]
    copies: tuple[Path, ...] = ()
    kept_copies: tuple[Path, ...] = ()
    held: bool = False
    jobs: tuple[str, ...] = ()


def count(database: Database, kinds: Sequence[Kind], before: datetime | None = None) -> dict[str, int]:
    """Return how many rows a purge would delete, by table.

    Args:
        database: where from.
        kinds: what.
        before: only what is older; None is all.

    Raises:
        RecordsError: the database cannot be read.

    """
    with database.session() as session:
        rows = {
            part.table: session.scalar(select(func.count()).select_from(part.row).where(_older(part, before))) or 0
            for kind in kinds
            for part in kind.parts
        }
        threads = old_threads(session, before) if _with_conversations(kinds) else []
        return rows | ({AGENT: len(threads)} if threads else {})


def purge(database: Database, kinds: Sequence[Kind], before: datetime | None = None) -> Purged:
    """Delete what `count` counts, all or none, then give the room back.

    Copies from before upgrades go too where all that they hold is to go: those made before ``before``, of all kinds.

    Raises:
        RecordsError: the database cannot be written.

    """
    rows: dict[str, int] = {}
    jobs: tuple[str, ...] = ()
    with database.session(write=True) as session:
        for kind in kinds:
            # Counted before anything goes: how old a card is say its reviews, which go after it.
            for part in kind.parts:
                rows[part.table] = (
                    session.scalar(select(func.count()).select_from(part.row).where(_older(part, before))) or 0
                )
            for part in kind.parts:
                if part.row is JobRow:
                    jobs = tuple(session.scalars(select(JobRow.id).where(_older(part, before))))
                if part.owner is None:
                    session.execute(delete(part.row).where(_older(part, before)))
        threads = old_threads(session, before) if _with_conversations(kinds) else []
        emptied = delete_threads(session, threads)
    whole = {kind.name for kind in kinds} >= {kind.name for kind in KINDS.values() if kind.history}
    copies = copies_of(database.engine)
    gone = [copy for copy in copies if whole and (before is None or made(copy) < before)]
    kept = [copy for copy in copies if copy not in gone]
    for copy in gone:
        with contextlib.suppress(FileNotFoundError):
            copy.unlink()
    held = _compact(database, [*(table for table, number in rows.items() if number), *emptied])
    if threads:
        rows[AGENT] = len(threads)
    return Purged(rows, tuple(gone), tuple(kept), held, jobs)


def _with_conversations(kinds: Sequence[Kind]) -> bool:
    return any(part.row is ConversationRow for kind in kinds for part in kind.parts)


def _older(part: Part, before: datetime | None) -> ColumnElement[bool]:
    old = true() if before is None else part.at < before
    return old if part.over is None else old & part.over


def _compact(database: Database, tables: Sequence[str]) -> bool:
    """Rewrite what had rows deleted; say whether another program keeps the old bytes in the file."""
    if not tables:
        return False
    dialect = database.engine.dialect
    try:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if dialect.name == "sqlite":
                connection.exec_driver_sql("VACUUM")
                # The log holds the pages as they were; busy is 1 where a reader needs it.
                return bool((connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").first() or (0,))[0])
            if dialect.name == "postgresql":
                for table in tables:
                    connection.exec_driver_sql(f"VACUUM FULL {dialect.identifier_preparer.quote(table)}")
    except SQLAlchemyError as error:
        raise RecordsError(
            f"The records are deleted, but their room could not be given back: {explain(database.place, error)}"
        ) from error
    return False
