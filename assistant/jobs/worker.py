"""The process that looks after one job: ``python -m assistant.jobs.worker FOLDER``, begun by ``launch``.

It holds the lock of the job as long as it lives, waits for the job's turn, and does the work in a process below it.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import traceback
from pathlib import Path

from assistant.errors import EtudeError
from assistant.jobs.folder import JobFolder
from assistant.jobs.launch import READY
from assistant.settings import Settings

_PATIENCE = 10.0
"""Seconds to wait for the lock, which whoever looks whether the job is dead holds for a moment."""


def main() -> int:
    """Say that the lock is held, wait for the settings, and look after the job."""
    folder = JobFolder(Path(sys.argv[1]))
    with folder.locked(_PATIENCE) as held:
        if not held:
            sys.stderr.write("Another process is at work on this job.\n")
            return 1
        sys.stdout.write(f"{READY}\n")
        sys.stdout.flush()
        given = sys.stdin.readline()
        if not given:
            return 1
        # The pipe to whoever began this is about to close.
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        # Presidio, which masks the log, imports these where they are installed, and uses nothing of them here: without
        # them a worker takes a fourth of the memory and is ready ten times as soon.
        sys.modules["torch"] = sys.modules["transformers"] = None  # type: ignore[assignment]
        _look_after(folder, Settings(**json.loads(given)))
    return 0


def _look_after(folder: JobFolder, settings: Settings) -> None:
    from assistant.jobs.ending import settle
    from assistant.jobs.turn import take_turn
    from assistant.records.database import Database
    from assistant.records.jobs import Jobs

    with contextlib.closing(Database(settings.database_url)) as database:
        jobs = Jobs(database)
        try:
            take_turn(folder, settings, jobs)
        except Exception as error:  # noqa: BLE001 - whatever it is, the job is not to stay running
            traceback.print_exc()
            said = f"{error}" if isinstance(error, EtudeError) else f"{type(error).__name__}: {error}"
            with contextlib.suppress(EtudeError):
                settle(jobs, folder, error=f"The process that looked after it broke off ({said.rstrip('.')}).")


if __name__ == "__main__":
    sys.exit(main())
