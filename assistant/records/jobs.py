"""Work that outlives a request, as the records keep it; running it is the business of ``assistant.jobs``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select

from assistant.errors import RecordsError
from assistant.records.clean import clean, clean_all
from assistant.records.columns import now
from assistant.records.database import Database
from assistant.records.models import JobRow
from assistant.records.owners import LOCAL

State = Literal["queued", "running", "done", "failed", "cancelled"]
_NEXT: Mapping[State, tuple[str, ...]] = {
    "queued": ("failed", "cancelled"),
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
    device: str
    arguments: Mapping[str, Any]
    result: Mapping[str, Any]
    error: str
    created: datetime
    queued: datetime | None
    started: datetime | None
    finished: datetime | None
    owner: str


class Jobs:
    """What the records know of jobs, whosever they are. Every method may raise `RecordsError`."""

    def __init__(self, database: Database) -> None:
        self._session = database.session

    def add(
        self, kind: str, arguments: Mapping[str, Any], *, device: str = "cpu", job_id: str = "", owner: str = LOCAL
    ) -> Job:
        """Save a new job, queued, under an id of its own where none is given."""
        # Cleaned before the one writer's place is taken: what masks may take seconds to import.
        kept = clean_all(dict(arguments))
        with self._session(write=True) as session:
            row = JobRow(kind=kind, device=device, arguments=kept, state="queued", result={}, error="", owner=owner)
            if job_id:
                row.id = job_id
            session.add(row)
            session.flush()
            return _job(row)

    def move(self, job_id: str, state: State, *, result: Mapping[str, Any] | None = None, error: str = "") -> Job:
        """Say how far a job has come: running, then done with a result, failed with an error, or cancelled.

        One that failed or was cancelled may be queued again.

        Raises:
            RecordsError: there is no such job, or it is over, so that a late finish does not undo a cancellation.

        """
        said, kept = clean(error), None if result is None else clean_all(dict(result))
        with self._session(write=True) as session:
            row = session.get(JobRow, job_id)
            if row is None:
                raise RecordsError(f"There is no job {job_id}.")
            if row.state not in _NEXT.get(state, ()):
                raise RecordsError(f"The job {job_id} is {row.state}; it cannot become {state}.")
            row.state, row.error = state, said
            if kept is not None:
                row.result = kept
            if state == "queued":
                row.queued, row.started, row.finished = now(), None, None
            elif state == "running":
                row.started = now()
            else:
                row.finished = now()
            return _job(row)

    def describe(self, job_id: str, arguments: Mapping[str, Any]) -> None:
        """Save the arguments of a job that was added without; where there is no such job, nothing."""
        kept = clean_all(dict(arguments))
        with self._session(write=True) as session:
            if row := session.get(JobRow, job_id):
                row.arguments = kept

    def job(self, job_id: str) -> Job | None:
        """Return one job, or None when there is none of that id."""
        with self._session() as session:
            row = session.get(JobRow, job_id)
            return _job(row) if row else None

    def waiting(self, device: str) -> list[Job]:
        """Return the queued jobs of a device in their order."""
        found = select(JobRow).where(JobRow.state == "queued", JobRow.device == device)
        with self._session() as session:
            return [_job(row) for row in session.scalars(found.order_by(JobRow.queued, JobRow.id))]

    def jobs(self, kind: str = "", state: State | None = None, owner: str | None = None) -> list[Job]:
        """Return the jobs of a kind, state and owner, or all, the latest first."""
        found = select(JobRow).order_by(JobRow.created.desc(), JobRow.id)
        if kind:
            found = found.where(JobRow.kind == kind)
        if state:
            found = found.where(JobRow.state == state)
        if owner is not None:
            found = found.where(JobRow.owner == owner)
        with self._session() as session:
            return [_job(row) for row in session.scalars(found)]


def _job(row: JobRow) -> Job:
    return Job(**{name: getattr(row, name) for name in Job.__dataclass_fields__})
