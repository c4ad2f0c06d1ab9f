"""Starting the worker of a job, a process that outlives the one that starts it."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
from collections.abc import Iterator

from assistant.errors import InputError
from assistant.jobs.folder import JobFolder
from assistant.settings import Settings

READY = "ready"
"""What a worker says when it holds the lock of its job."""


@contextlib.contextmanager
def launched(folder: JobFolder, settings: Settings) -> Iterator[None]:
    """Start a worker that holds the job's lock during the block, and let it go to work after that.

    Where the block raises, the worker goes away and has done nothing. Settings travel through a pipe, since they may
    hold a key that is to stand in no file and on no command line.

    Raises:
        InputError: the worker could not be started, or another one is at work on the job.

    """
    command = [sys.executable, "-X", "utf8", "-m", "assistant.jobs.worker", str(folder.path)]
    with folder.worker_log.open("a", encoding="utf-8") as log:
        # A session of its own: Ctrl+C in the terminal that began it is not meant for it.
        worker = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            encoding="utf-8",
            start_new_session=True,
        )
    # Whoever starts a process has to take note of its end, or it stays as a zombie.
    threading.Thread(target=worker.wait, name=f"job {folder.id}", daemon=True).start()
    assert worker.stdin is not None
    assert worker.stdout is not None
    try:
        if worker.stdout.readline().strip() != READY:
            raise InputError(f"The process of the job could not be started; {folder.worker_log} may say why.")
        yield
        # One that has died meanwhile is found dead by the next look.
        with contextlib.suppress(BrokenPipeError):
            worker.stdin.write(settings.model_dump_json() + "\n")
            worker.stdin.flush()
    finally:
        worker.stdout.close()
        with contextlib.suppress(BrokenPipeError):
            worker.stdin.close()
