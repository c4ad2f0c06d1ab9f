"""The stop-all switch: a file in the home. While it is there the agent calls nothing, in whatever process it is."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from pathlib import Path

from assistant.errors import EtudeError, InputError
from assistant.jobs.queue import open_queue
from assistant.settings import Settings

STOPPED = "Everything is stopped. `etude agent --go-on`, or Go on in the page, lets the agent work again."


def stop_all(settings: Settings) -> list[str]:
    """Stop every agent of this home, cancel all jobs that wait or run, and return the ids of these.

    Jobs are cancelled whoever began them: who presses this wants the machine back.

    Raises:
        InputError: the switch cannot be written.
        RecordsError: the jobs cannot be read; the agents are stopped all the same.

    """
    file = _switch(settings)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{datetime.now(UTC).isoformat()}\n", encoding="utf-8")
    except OSError as error:
        raise InputError(f"{file} cannot be written ({error.strerror}). Free some space, or end Etude.") from error
    cancelled = []
    with open_queue(settings) as queue:
        for status in (*queue.jobs(state="queued"), *queue.jobs(state="running")):
            with contextlib.suppress(EtudeError):  # it has ended meanwhile
                queue.cancel(status.id)
                cancelled.append(status.id)
    return cancelled


def go_on(settings: Settings) -> None:
    """Let the agent work again; what was cancelled stays so."""
    _switch(settings).unlink(missing_ok=True)


def is_stopped(settings: Settings) -> bool:
    """Say whether everything is stopped."""
    return _switch(settings).exists()


def _switch(settings: Settings) -> Path:
    return settings.home / "agent" / "stopped"
