"""The agent's conversations as LangGraph keeps them in the same database, for deleting those that are old.

Its tables have no time of their own, but the id of a checkpoint is a UUID of version 6, which begins with one (RFC
9562, section 5.6): ids sort by when they were made.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import bindparam, inspect, text
from sqlalchemy.orm import Session

CHECKPOINTS = "checkpoints"
_BESIDE = ("writes", "checkpoint_writes", "checkpoint_blobs")
_FIRST_DAY = datetime(1582, 10, 15, tzinfo=UTC)
"""From which UUIDs count, in steps of 100 ns."""


def old_threads(session: Session, before: datetime | None = None) -> list[str]:
    """Return the threads whose last checkpoint is older than a moment; all of them without one."""
    if not inspect(session.connection()).has_table(CHECKPOINTS):
        return []
    last = "select thread_id from checkpoints group by thread_id"
    if before is None:
        return list(session.scalars(text(last)))
    return list(session.scalars(text(f"{last} having max(checkpoint_id) < :bound"), {"bound": first_id(before)}))


def delete_threads(session: Session, threads: list[str]) -> list[str]:
    """Delete threads with all that belongs to them; return the tables that they were in."""
    there = set(inspect(session.connection()).get_table_names()) if threads else set()
    tables = [table for table in (*_BESIDE, CHECKPOINTS) if table in there]
    for table in tables:
        gone = text(f"delete from {table} where thread_id in :threads").bindparams(bindparam("threads", expanding=True))
        session.execute(gone, {"threads": threads})
    return tables


def first_id(moment: datetime) -> str:
    """Return the first checkpoint id of a moment."""
    ticks = (moment - _FIRST_DAY) // timedelta(microseconds=1) * 10
    return f"{ticks >> 28:08x}-{ticks >> 12 & 0xFFFF:04x}-6{ticks & 0xFFF:03x}"
