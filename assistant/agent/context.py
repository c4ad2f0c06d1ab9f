"""What a tool is given beside its arguments: the settings, the notes, a way to answer, and jobs that it can follow."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from assistant.agent.events import Progressed, Started
from assistant.errors import EtudeError, InputError
from assistant.settings import Settings

if TYPE_CHECKING:
    from assistant.chat.events import Answer
    from assistant.chat.guarding import Guarding
    from assistant.exam.room import ExamRoom
    from assistant.jobs.queue import Queue
    from assistant.jobs.status import Status
    from assistant.records import ExamRecords
    from knowledge.search import Searcher


def _nobody(event: Any) -> None:
    """Tell nobody."""


@dataclass
class Context:
    """Where a tool runs.

    Args:
        settings: those in force.
        owner: whose jobs and exams these are; None is whoever uses this machine, and sees the jobs of all.
        tool: the tool that runs.
        stop: set when the person stopped.
        tell: gets each event while it works.
        answering: the answer pipeline, which tells what it says.
        searcher: gives the search over the notes.
        guarding: gives what checks texts of this conversation.
        collections: which notes are searched; nothing is all.

    """

    settings: Settings
    owner: str | None = None
    tool: str = ""
    stop: threading.Event = field(default_factory=threading.Event)
    tell: Callable[[Any], None] = _nobody
    answering: Callable[[str, Callable[[Any], None]], Answer] | None = None
    searcher: Callable[[], Searcher] | None = None
    guarding: Callable[[], Guarding] | None = None
    collections: tuple[str, ...] = ()

    def answer(self, question: str) -> Answer:
        """Answer a question from the notes, telling the words as they come.

        Raises:
            InputError: there are no notes here.
            EtudeError: as ``assistant.chat.pipeline.Assistant.answer``.

        """
        if self.answering is None:
            raise InputError("There are no notes here. Sync some: etude sync FOLDER")
        return self.answering(question, self.tell)

    @contextmanager
    def queue(self) -> Iterator[Queue]:
        """Open the jobs for a block.

        Raises:
            RecordsError: the database cannot be opened.

        """
        from assistant.jobs.queue import Queue
        from assistant.records.database import Database

        with closing(Database(self.settings.database_url)) as database:
            yield Queue(self.settings, database, self.owner)

    def exam_records(self) -> ExamRecords:
        """Return what the exam room keeps; `RecordsError` where the database cannot be opened."""
        from assistant.rooms import open_exam_records

        records = open_exam_records(self.settings)
        return records.of(self.owner) if self.owner else records

    def exam_room(self) -> ExamRoom:
        """Return the exam room; `RecordsError` where the database cannot be opened."""
        from assistant.rooms import open_exam_room

        return open_exam_room(self.settings, self.exam_records())

    def progress(self, share: float, words: str = "") -> None:
        """Say how far the tool is, 0 to 1."""
        self.tell(Progressed(self.tool, share, words))

    def submit(self, kind: str, arguments: Mapping[str, Any], *, device: str = "cpu") -> Status:
        """Put a job in line; its kind's module has to be imported.

        Raises:
            InputError: the arguments are not right, or as many jobs wait or run as the agent may have.
            RecordsError: the database cannot be written.

        """
        with self.queue() as queue:
            most = self.settings.agent.queued
            if len(queue.jobs(state="queued")) + len(queue.jobs(state="running")) >= most:
                raise InputError(
                    f"{most} jobs wait or run, as many as the agent may have. Wait until one is done, or cancel one."
                )
            status = queue.submit(kind, arguments, device=device)
        self.tell(Started(self.tool, status.id))
        return status

    def follow(self, job_id: str) -> Status:
        """Return a job when it is over, telling how far it is; it is cancelled where the person stops.

        Raises:
            InputError: it failed or was cancelled.

        """
        cancelled = False
        with self.queue() as queue:
            status = queue.find(job_id)
            told: tuple[float, str] | None = None
            while not status.over:
                if self.stop.is_set() and not cancelled:
                    cancelled = True
                    _cancel(queue, job_id)
                share, words = _far(status)
                if (share, words) != told:
                    told = share, words
                    self.progress(share, words)
                # A press on Stop is heard at once.
                self.stop.wait(0.2) if not cancelled else threading.Event().wait(0.2)
                status = queue.find(job_id)
        if status.state == "cancelled":
            raise InputError("The job was cancelled; nothing was made.")
        if status.state == "failed":
            raise InputError(f"The job failed: {status.error}")
        return status


def _cancel(queue: Any, job_id: str) -> None:
    try:
        queue.cancel(job_id)
    except EtudeError:
        return  # it has ended meanwhile


def _far(status: Status) -> tuple[float, str]:
    if status.state == "queued":
        return 0.0, f"number {status.position} in line" if status.position > 1 else "waiting for its turn"
    return (status.progress.share, status.progress.text) if status.progress else (0.0, "beginning")
