"""Putting jobs in line, watching them and ending them: what the page, the terminal and the agent use."""

from __future__ import annotations

import contextlib
import re
import shutil
import time
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

from assistant.errors import InputError, RecordsError
from assistant.jobs.ending import bury
from assistant.jobs.folder import JobFolder, Order, jobs_folder
from assistant.jobs.kinds import find_kind
from assistant.jobs.launch import launched
from assistant.jobs.status import Status, status_of
from assistant.records.database import Database
from assistant.records.jobs import Job, Jobs, State
from assistant.records.owners import LOCAL
from assistant.settings import Settings

MOST_WAITING = 20
"""How many may wait in one line: each is a process, though one that does nothing."""

_DEVICE = re.compile(r"cpu|mps|cuda(:\d{1,2})?")


class Queue:
    """The jobs of a home, or those of one owner. Any thread and any number of processes may use it at once.

    With an owner, the jobs of others are not there, but that they count in line. Every look at the jobs first takes
    note of those that died. Every method may raise `RecordsError`.
    """

    def __init__(self, settings: Settings, database: Database, owner: str | None = None) -> None:
        self._settings, self._owner = settings, owner
        self._jobs = Jobs(database)

    def submit(
        self,
        kind: str,
        arguments: Mapping[str, Any],
        *,
        device: str = "cpu",
        minutes: float | None = None,
        memory_mb: int | None = None,
        files: Mapping[str, Mapping[str, bytes]] | None = None,
    ) -> Status:
        """Put a job in line; its process is alive when this returns, which takes a fraction of a second.

        Args:
            kind: a kind whose module is imported.
            arguments: what the kind takes.
            device: ``cpu``, ``mps``, or ``cuda:0`` and so on; one short job and one other run on each.
            minutes: the most that it may run, where not as the kind says.
            memory_mb: the most memory that it may use, in megabytes, where not as the kind says.
            files: by the argument that takes their paths, files by name, no two alike; they go with the job's folder.

        Raises:
            InputError: there is no such kind or device, the arguments are not right, too many wait, or the process
                could not be started.

        """
        found, place = find_kind(kind), _device(device)
        folder, sent = self._folder(str(uuid4())), files or {}
        paths = {argument: [str(folder.inputs / name) for name in named] for argument, named in sent.items()}
        order = Order(
            kind=found.name,
            module=found.module,
            arguments=found.check({**arguments, **paths}).model_dump(mode="json"),
            device=place,
            minutes=_positive(minutes, found.minutes, "minutes"),
            memory_mb=int(_positive(memory_mb, found.memory_mb, "memory")),
            resumable=found.resumable,
            grace=found.grace,
            short=found.short,
        )
        self._bury()
        if len(in_line(self._jobs, self._settings, place, short=found.short)) >= MOST_WAITING:
            raise InputError(f"{MOST_WAITING} jobs wait for {place}. Cancel one, or wait until one is done.")
        folder.make(order, {name: data for named in sent.values() for name, data in named.items()})
        try:
            with launched(folder, self._settings):
                # Its worker fills the arguments in: masking them may take seconds.
                self._jobs.add(order.kind, {}, device=place, job_id=folder.id, owner=self._owner or LOCAL)
        except (InputError, RecordsError):
            if self._jobs.job(folder.id) is None:
                shutil.rmtree(folder.path, ignore_errors=True)
            raise
        return self.find(folder.id)

    def jobs(self, kind: str = "", state: State | None = None) -> list[Status]:
        """Return the jobs of a kind and state, or all, the latest first."""
        self._bury()
        rows = self._jobs.jobs(kind, state, self._owner)
        places = {
            job_id: place for device in {row.device for row in rows} for job_id, place in self._places(device).items()
        }
        return [status_of(row, self._folder(row.id), places.get(row.id, 0)) for row in rows]

    def find(self, job_id: str) -> Status:
        """Return a job by its id or the beginning of it.

        Raises:
            InputError: there is none, or there are several.

        """
        row = self._find(job_id)
        if row.state in ("queued", "running"):
            bury(self._jobs, self._folder(row.id))
            row = self._jobs.job(row.id) or row
        place = self._places(row.device).get(row.id, 0) if row.state == "queued" else 0
        return status_of(row, self._folder(row.id), place)

    def watch(self, job_id: str, seconds: float = 0.2) -> Iterator[Status]:
        """Yield what is known of a job now, and whenever that changes, until it is over.

        Args:
            job_id: its id or the beginning of it.
            seconds: how often to look.

        Raises:
            InputError: as `find`.

        """
        last = self.find(job_id)
        yield last
        while not last.over:
            time.sleep(seconds)
            if (new := self.find(last.id)) != last:
                last = new
                yield last

    def wait(self, job_id: str) -> Status:
        """Return a job when it is over.

        Raises:
            InputError: as `find`.

        """
        *_, last = self.watch(job_id)
        return last

    def cancel(self, job_id: str) -> Status:
        """Take a job out of the line, or ask for the end of one that runs; that takes up to the ``grace`` of its kind.

        Raises:
            InputError: it is over, or runs elsewhere; or as `find`.

        """
        status = self._here(job_id, "cancelled")
        if status.over:
            raise InputError(f"The job {status.id} is {status.state} already.")
        if status.state == "queued":
            # It may have begun in this moment.
            with contextlib.suppress(RecordsError):
                self._jobs.move(status.id, "cancelled")
        if self.find(status.id).state == "running":
            self._folder(status.id).stop()
        return self.find(status.id)

    def resume(self, job_id: str) -> Status:
        """Put a job that failed or was cancelled in line again, with the same arguments, limits and folder.

        Raises:
            InputError: it is not over, or is done; it cannot go on; its folder is not here; or as `find` and `submit`.

        """
        status = self._here(job_id, "resumed")
        if not status.unfinished:
            raise InputError(f"The job {status.id} is {status.state}; only one that failed or was cancelled goes on.")
        if not status.resumable:
            raise InputError(f"A job of the kind {status.kind} cannot go on where it ended. Begin a new one.")
        with launched(self._folder(status.id), self._settings):
            self._jobs.move(status.id, "queued", result={})
        return self.find(status.id)

    def log(self, job_id: str, lines: int = 20) -> list[str]:
        """Return the last lines that a job's processes wrote, masked.

        Raises:
            InputError: as `find`.

        """
        return self._folder(self.find(job_id).id).last_lines(lines)

    def _find(self, job_id: str) -> Job:
        if (row := self._jobs.job(job_id)) and self._owner in (None, row.owner):
            return row
        found = [row for row in self._jobs.jobs(owner=self._owner) if job_id and row.id.startswith(job_id)]
        if len(found) == 1:
            return found[0]
        if found:
            raise InputError(f"{len(found)} jobs begin with {job_id!r}. Write more of the id.")
        raise InputError(f"There is no job {job_id!r}. `etude jobs list` shows them.")

    def _here(self, job_id: str, done: str) -> Status:
        status = self.find(job_id)
        if status.outputs is None:
            raise InputError(f"The job {status.id} has no folder in this home; it can be {done} only where it ran.")
        return status

    def _bury(self) -> None:
        states: tuple[State, State] = ("queued", "running")
        for row in [row for state in states for row in self._jobs.jobs(state=state)]:
            bury(self._jobs, self._folder(row.id))

    def _places(self, device: str) -> dict[str, int]:
        lines = (in_line(self._jobs, self._settings, device, short=short) for short in (True, False))
        return {row.id: place for line in lines for place, row in enumerate(line, start=1)}

    def _folder(self, job_id: str) -> JobFolder:
        return JobFolder(jobs_folder(self._settings) / job_id)


def in_line(jobs: Jobs, settings: Settings, device: str, *, short: bool) -> list[Job]:
    """Return what waits in one line for a device of this machine; a shared database may hold jobs of others."""
    orders = ((row, JobFolder(jobs_folder(settings) / row.id).order()) for row in jobs.waiting(device))
    return [row for row, order in orders if order is not None and order.short == short]


@contextlib.contextmanager
def open_queue(settings: Settings) -> Iterator[Queue]:
    """Open the jobs of a home for a block.

    Raises:
        RecordsError: the database cannot be opened.

    """
    with contextlib.closing(Database(settings.database_url)) as database:
        yield Queue(settings, database)


def _device(name: str) -> str:
    if not _DEVICE.fullmatch(name):
        raise InputError(f"{name!r} is not a device. Use cpu, mps, or cuda:0 and so on.")
    return "cuda:0" if name == "cuda" else name


def _positive(given: float | None, usual: float, what: str) -> float:
    if given is None:
        return usual
    if not 0 < given < float("inf"):
        raise InputError(f"The limit of {what} must be a number above 0.")
    return given
