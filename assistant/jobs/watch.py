"""Doing the work in a process of its own, and seeing that it keeps to its limits and ends."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from logging.handlers import RotatingFileHandler
from typing import IO

import psutil  # type: ignore[import-untyped]

from assistant.jobs.folder import JobFolder, Order
from assistant.records.jobs import Jobs
from assistant.settings import Settings

STOP = b"stop\n"
"""What tells the work to end; when the pipe that brings it closes, nobody looks after the work any more."""

_LOOK, _WEIGH = 0.1, 0.5
"""Seconds between two looks at the process, and at its memory."""
_LOG_BYTES, _LINE = 1_000_000, 8192
_MEGABYTE = 1_000_000


def watch(folder: JobFolder, order: Order, settings: Settings, jobs: Jobs, *, resumed: bool) -> tuple[bool, str]:
    """Run a job to its end and leave no process of it behind.

    Args:
        folder: of the job; gets the log, masked.
        order: what is to be done, and the limits.
        settings: of who put it in line.
        jobs: get the arguments, masked as the guardrail of the settings masks.
        resumed: it has run before.

    Returns:
        Whether it was ended because somebody cancelled it, and a sentence why it ended where the work gives no reason.

    Raises:
        RecordsError: the records cannot be written.
        EtudeError: the guardrail cannot be used.

    """
    # Beside the work, since what masks takes seconds to import.
    with ThreadPoolExecutor(1) as beside:
        recorded = beside.submit(_record, jobs, folder, order, settings)
        with _begun(folder, settings, resumed) as work:
            cancelled, error = _until_over(work, folder, order)
    recorded.result()
    return cancelled, error or _died(work.returncode)


@contextlib.contextmanager
def _begun(folder: JobFolder, settings: Settings, resumed: bool) -> Iterator[subprocess.Popen[bytes]]:
    """Start the work; when the block is left, the process and all those that it began are ended, and the log whole."""
    work = subprocess.Popen(
        [sys.executable, "-u", "-X", "utf8", "-m", "assistant.jobs.work", str(folder.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    assert work.stdin is not None
    assert work.stdout is not None
    log = threading.Thread(target=_keep_log, args=(work.stdout, folder), name="log", daemon=True)
    log.start()
    try:
        told = {"settings": settings.model_dump(mode="json"), "resumed": resumed}
        _tell(work, json.dumps(told).encode() + b"\n")
        yield work
    finally:
        _kill(work)
        with contextlib.suppress(BrokenPipeError):
            work.stdin.close()
        # A process that got away from its group may hold the pipe open.
        log.join(timeout=10)


def _until_over(work: subprocess.Popen[bytes], folder: JobFolder, order: Order) -> tuple[bool, str]:
    """Wait for the end of the work, or for a reason to end it."""
    process, begun = psutil.Process(work.pid), time.monotonic()
    cancelled, error, last, weighed = False, "", float("inf"), 0.0
    while not _ended(process) and (now := time.monotonic()) < last:
        if last == float("inf"):
            if folder.stopping:
                cancelled = True
            elif now - begun > order.minutes * 60:
                error = f"It ran longer than its limit of {order.minutes:g} minutes."
            if cancelled or error:
                _tell(work, STOP)
            if cancelled or error or folder.outcome():
                last = now + order.grace
        if now - weighed > _WEIGH:
            weighed = now
            if _memory(process) > order.memory_mb * _MEGABYTE:
                return False, f"It used more memory than its limit of {order.memory_mb:,} MB."
        time.sleep(_LOOK)
    return cancelled, error


def _tell(work: subprocess.Popen[bytes], said: bytes) -> None:
    assert work.stdin is not None
    with contextlib.suppress(BrokenPipeError):
        work.stdin.write(said)
        work.stdin.flush()


def _ended(process: psutil.Process) -> bool:
    """Say whether the process is over. It is not waited for, so that its number stays its own until `_kill`."""
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def _memory(process: psutil.Process) -> int:
    """Return the resident bytes of a process and those below it; what they share counts for each."""
    total = 0
    with contextlib.suppress(psutil.NoSuchProcess):
        for one in (process, *process.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                total += one.memory_info().rss
    return total


def _kill(work: subprocess.Popen[bytes]) -> None:
    """End the process, its group, and those below it that left the group."""
    below: list[psutil.Process] = []
    with contextlib.suppress(psutil.NoSuchProcess):
        below = psutil.Process(work.pid).children(recursive=True)
    if hasattr(os, "killpg"):
        # PermissionError is what macOS says of a group whose processes have all ended.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(work.pid, signal.SIGKILL)
    else:
        work.kill()
    for one in below:
        with contextlib.suppress(psutil.NoSuchProcess):
            one.kill()
    work.wait()


def _died(code: int) -> str:
    if code >= 0:
        return f"It ended with exit code {code} before it was done."
    with contextlib.suppress(ValueError):
        if signal.Signals(-code) is signal.SIGKILL:
            return "It was killed (SIGKILL), as happens when the machine has no memory left."
        return f"It was ended by the signal {signal.Signals(-code).name}."
    return f"It was ended by the signal {-code}."


def _record(jobs: Jobs, folder: JobFolder, order: Order, settings: Settings) -> None:
    """Write the arguments into the records, masked as everything that this process records from now on."""
    from assistant.records.clean import set_mask
    from assistant.rooms import mask_of

    set_mask(mask_of(settings))
    jobs.describe(folder.id, order.arguments)


def _keep_log(stream: IO[bytes], folder: JobFolder) -> None:
    """Write what the work says into its log, the lines masked; of much the last is kept."""
    from assistant.guardrails.pii import MaskingFilter

    handler = RotatingFileHandler(folder.log, maxBytes=_LOG_BYTES, backupCount=1, encoding="utf-8")
    handler.addFilter(MaskingFilter())
    with stream:
        while line := stream.readline(_LINE):
            # A bar of progress goes back to the beginning of its line.
            for part in line.decode("utf-8", "replace").rstrip("\r\n").split("\r"):
                handler.handle(logging.makeLogRecord({"msg": part}))
    handler.close()
