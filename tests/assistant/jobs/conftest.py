import contextlib
import json
import os
import sys
import time
from pathlib import Path

import pytest

from assistant.errors import EtudeError
from assistant.jobs.queue import open_queue
from assistant.settings import load_settings

HERE = Path(__file__).parent
PATIENCE = 120
"""Seconds after which a test gives up; what it waits for takes about one."""


@pytest.fixture
def settings():
    """Without a guardrail, as importing what masks takes longer than all the rest of a small job."""
    return load_settings(guardrail="")


@pytest.fixture
def tiny_kinds(monkeypatch):
    """Kinds of jobs for tests, also in processes that a test begins."""
    monkeypatch.syspath_prepend(str(HERE))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(HERE), str(HERE.parents[2])]))
    import tiny_kinds

    yield tiny_kinds
    sys.modules.pop("tiny_kinds")


@pytest.fixture
def queue(settings, tiny_kinds):
    with emptied(settings) as opened:
        yield opened


@contextlib.contextmanager
def emptied(settings):
    """Open the queue, and end at last what is in it."""
    with open_queue(settings) as opened:
        yield opened
        ours = [one.id for one in opened.jobs() if one.outputs]
        for job_id in ours:
            with contextlib.suppress(EtudeError):
                opened.cancel(job_id)
        for job_id in ours:
            opened.wait(job_id)


@pytest.fixture
def until():
    return _until


def _until(condition):
    """Wait until a condition holds, and return what it gave."""
    end = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < end, "this never came"
        time.sleep(0.02)
    return found


@pytest.fixture
def running(queue, until):
    """Put a job in line, wait until its function has begun, and return it with the ids of its processes."""

    def begin(does, kind="tiny", **options):
        status = queue.submit(kind, {"does": does}, **options)
        file = status.outputs / "ids.json"
        until(file.exists)
        return status, json.loads(file.read_text())

    return begin
