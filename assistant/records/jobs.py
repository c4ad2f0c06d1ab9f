"""Work that outlives a request, as the records keep it; running it is the business of others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select

from assistant.errors import RecordsError
from assistant.records.clean import clean_all
from assistant.records.columns import now
from assistant.records.database import Database
from assistant.records.models import JobRow

State = Literal["queued", "running", "done", "failed", "cancelled"]
_NEXT: Mapping[State, tuple[str, ...]] = {
    "running": ("queued",),
    "done": ("running",),
    "failed": ("queued", "running"),
    "cancelled": ("queued", "running"),
}
"""From which states each one is reached."""


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work; times are UTC."""

    id: str
    kind: str
    state: State
    arguments: Mapping[str, Any]
    result: Mapping[str, Any]
    error: str
    created: datetime
    started: datetime | None
    finished: datetime | None


class Jobs:
    """What the records know of jobs. Every method may raise `RecordsError`."""

    def __init__(self, database: Database) -> None:
        self._session = database.session

    def add(self, kind: str, arguments: Mapping[str, Any]) -> Job:
        """Save a new job, queued."""
        with self._session(write=True) as session:
            row = JobRow(kind=kind, arguments=clean_all(dict(arguments)), state="queued", result={}, error="")
            session.add(row)
            session.flush()
            return _job(row)

    def move(self, job_id: str, state: State, *, result: Mapping[str, Any] | None = None, error: str = "") -> Job:
        """Say how far a job has come: running, then done with a result, failed with an error, or cancelled.

        Raises:
            RecordsError: there is no such job, or it is over, so that a late finish does not undo a cancellation.

        """
        with self._session(write=True) as session:
            row = session.get(JobRow, job_id)
            if row is None:
                raise RecordsError(f"There is no job {job_id}.")
            if row.state not in _NEXT.get(state, ()):
                raise RecordsError(f"The job {job_id} is {row.state}; it cannot become {state}.")
            row.state, row.error = state, error
            if result is not None:
                row.result = clean_all(dict(result))
            if state == "running":
                row.started = now()
            else:
                row.finished = now()
            return _job(row)

    def job(self, job_id: str) -> Job | None:
        """Return one job, or None when there is none of that id."""
        with self._session() as session:
            row = session.get(JobRow, job_id)
            return _job(row) if row else None

    def jobs(self, kind: str = "", state: State | None = None) -> list[Job]:
        """Return the jobs of a kind and state, or all, the latest first."""
        found = select(JobRow).order_by(JobRow.created.desc(), JobRow.id)
        if kind:
            found = found.where(JobRow.kind == kind)
        if state:
            found = found.where(JobRow.state == state)
        with self._session() as session:
            return [_job(row) for row in session.scalars(found)]


def _job(row: JobRow) -> Job:
    return Job(**{name: getattr(row, name) for name in Job.__dataclass_fields__})
