"""Waiting for a job's turn on its device, and running it then."""

from __future__ import annotations

import time

from filelock import FileLock, Timeout

from assistant.errors import RecordsError
from assistant.jobs.ending import bury, settle
from assistant.jobs.folder import JobFolder, Order, device_lock, jobs_folder
from assistant.jobs.queue import in_line
from assistant.jobs.watch import watch
from assistant.records.jobs import Jobs
from assistant.settings import Settings

_LOOK = 0.2
"""Seconds between two looks at the line."""


def take_turn(folder: JobFolder, settings: Settings, jobs: Jobs) -> None:
    """Run a job when those in front of it are over, unless it is cancelled before.

    Raises:
        RecordsError: the records cannot be read or written.
        EtudeError: the settings name a guardrail that cannot be used.

    """
    order = folder.order()
    if order is None:
        return
    resumed = folder.begin_anew()
    device = device_lock(settings, order)
    if not _wait(folder, order, settings, jobs, device):
        return
    try:
        jobs.move(folder.id, "running")
    except RecordsError:
        if _queued(folder, jobs):
            raise
        return
    try:
        cancelled, error = watch(folder, order, settings, jobs, resumed=resumed)
        settle(jobs, folder, cancelled=cancelled, error=error)
    finally:
        device.release()


def _wait(folder: JobFolder, order: Order, settings: Settings, jobs: Jobs, device: FileLock) -> bool:
    """Wait to be the first in line and to hold the device; say whether the job is still wanted then."""
    while _queued(folder, jobs):
        line = [row.id for row in in_line(jobs, settings, order.device, short=order.short)]
        ahead = line[: line.index(folder.id)] if folder.id in line else []
        for job_id in ahead:
            bury(jobs, JobFolder(jobs_folder(settings) / job_id))
        if not ahead:
            try:
                device.acquire(timeout=0)
                return True
            except Timeout:
                pass
        time.sleep(_LOOK)
    return False


def _queued(folder: JobFolder, jobs: Jobs) -> bool:
    row = jobs.job(folder.id)
    return row is not None and row.state == "queued"
