"""How a job ends in the records: by what its work came to, or by what happened to it."""

from __future__ import annotations

import contextlib

from assistant.errors import RecordsError
from assistant.jobs.folder import JobFolder
from assistant.records.jobs import Jobs

DIED = (
    "The process that looked after it ended without a word: it was killed, the memory was full, or the machine was "
    "started anew."
)


def settle(jobs: Jobs, folder: JobFolder, *, cancelled: bool = False, error: str = DIED) -> None:
    """Say in the records how a job ended; what it achieved before it was cancelled or cut off counts.

    Args:
        jobs: the records.
        folder: of the job.
        cancelled: its end was asked for.
        error: what to say where the work itself has given no reason.

    Raises:
        RecordsError: the records cannot be written.

    """
    outcome = folder.outcome()
    if outcome and outcome.result is not None:
        jobs.move(folder.id, "done", result=outcome.result)
    elif cancelled:
        jobs.move(folder.id, "cancelled")
    else:
        jobs.move(folder.id, "failed", error=outcome.error if outcome and outcome.error else error)


def bury(jobs: Jobs, folder: JobFolder) -> None:
    """Settle a job that is queued or running and whose worker is dead; leave one that lives or is not here alone.

    Raises:
        RecordsError: the records cannot be read.

    """
    if folder.order() is None:
        return
    with folder.locked() as dead:
        # Only now: its worker may have ended it and gone since the caller looked.
        row = jobs.job(folder.id) if dead else None
        if row and row.state == "running":
            settle(jobs, folder, cancelled=folder.stopping)
        elif row and row.state == "queued":
            with contextlib.suppress(RecordsError):
                jobs.move(folder.id, "failed", error=DIED)
