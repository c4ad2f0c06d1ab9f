"""What is known of one job: its row in the records, and what its folder adds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from assistant.jobs.context import Progress
from assistant.jobs.folder import JobFolder
from assistant.records.jobs import Job, State

_LAST_LINES = 5


@dataclass(frozen=True, slots=True)
class Status:
    """One job; times are UTC.

    Args:
        id: its id; commands take the beginning of it, too.
        kind: what it is.
        short: it waits for other short ones only, and long ones do not wait for it.
        device: where it runs.
        state: queued, running, done, failed or cancelled.
        position: 1 is the next in its line, and so on; 0 when it does not wait.
        progress: how far it is; None before it has said so.
        stopping: its end was asked for, and it has not ended yet.
        arguments: what it was asked, as it was given while its folder is there, else masked.
        result: what it gave; empty unless it is done.
        error: why it failed, in one sentence.
        last_lines: of its log, where it failed.
        created: when it was put in line first.
        started: when it began to run last.
        finished: when it ended.
        minutes: the most that it may run; None where its folder is not here.
        memory_mb: the most memory that it may use; None where its folder is not here.
        resumable: it failed or was cancelled, and can go on.
        outputs: the folder of what it makes; None where that is not here, as on another machine.

    """

    id: str
    kind: str
    short: bool
    device: str
    state: State
    position: int
    progress: Progress | None
    stopping: bool
    arguments: Mapping[str, Any]
    result: Mapping[str, Any]
    error: str
    last_lines: tuple[str, ...]
    created: datetime
    started: datetime | None
    finished: datetime | None
    minutes: float | None
    memory_mb: int | None
    resumable: bool
    outputs: Path | None

    @property
    def over(self) -> bool:
        """Whether it is done, failed or cancelled."""
        return self.state in ("done", "failed", "cancelled")

    @property
    def unfinished(self) -> bool:
        """Whether it failed or was cancelled."""
        return self.state in ("failed", "cancelled")

    def for_programs(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        values = asdict(self)
        for name in ("created", "started", "finished"):
            values[name] = moment.isoformat() if (moment := values[name]) else None
        return {**values, "outputs": str(self.outputs) if self.outputs else None}


def status_of(row: Job, folder: JobFolder, position: int) -> Status:
    """Put together what the row and the folder say."""
    order, outcome, over = folder.order(), folder.outcome(), row.state in ("done", "failed", "cancelled")
    return Status(
        id=row.id,
        kind=row.kind,
        short=bool(order and order.short),
        device=row.device,
        state=row.state,
        position=position,
        progress=folder.progress() if order and row.state != "queued" else None,
        stopping=not over and folder.stopping,
        arguments=order.arguments if order else row.arguments,
        result=(outcome.result if outcome and row.state == "done" else None) or row.result,
        error=row.error,
        last_lines=tuple(folder.last_lines(_LAST_LINES)) if row.state == "failed" else (),
        created=row.created,
        started=row.started,
        finished=row.finished,
        minutes=order.minutes if order else None,
        memory_mb=order.memory_mb if order else None,
        resumable=bool(order and order.resumable and row.state in ("failed", "cancelled")),
        outputs=folder.outputs if order else None,
    )
