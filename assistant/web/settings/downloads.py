"""The downloads that the page has started: each a process (`fetch`), and how far it is."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, replace
from typing import Literal

from assistant.errors import InputError
from assistant.models.catalog import ModelCard
from assistant.settings import Settings

_CALM = 2.0
"""Seconds of downloading before the time left is guessed."""

_GRACE = 5.0
"""Seconds that a download gets to clear away what is half done."""


@dataclass(frozen=True, slots=True)
class Download:
    """How far a download is, in bytes; ``left`` is seconds, None where it cannot be told; ``error`` a sentence."""

    state: Literal["running", "done", "stopped", "failed"]
    done: int
    total: int
    doing: str = ""
    left: float | None = None
    error: str = ""


class Downloads:
    """Starts, follows and stops downloads; safe to share between threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._works: dict[str, _Work] = {}

    def start(self, card: ModelCard) -> None:
        """Begin a download.

        Raises:
            InputError: this model is being downloaded already.

        """
        with self._lock:
            work = self._works.get(card.id)
            if work and work.download.state == "running":
                raise InputError(f"{card.name} is being downloaded already.")
            self._works[card.id] = _Work(card, self._settings)

    def of(self, model_id: str) -> Download | None:
        """Return how far a download is or how it ended; None where none was started."""
        work = self._works.get(model_id)
        return work.download if work else None

    def running(self) -> list[Download]:
        """Return those at work."""
        return [work.download for work in list(self._works.values()) if work.download.state == "running"]

    def cancel(self, model_id: str) -> None:
        """Stop a download, and wait until it has; what has arrived is kept."""
        if work := self._works.get(model_id):
            work.stop()

    def forget(self, model_id: str) -> None:
        """Forget how a download ended."""
        with self._lock:
            work = self._works.get(model_id)
            if work and work.download.state != "running":
                del self._works[model_id]

    def stop(self) -> None:
        """Stop them all."""
        for work in list(self._works.values()):
            work.stop()


class _Work:
    def __init__(self, card: ModelCard, settings: Settings) -> None:
        self.download = Download("running", 0, card.size)
        self._begun: tuple[float, int] | None = None
        self._stopping = False
        command = [sys.executable, "-X", "utf8", "-m", "assistant.web.settings.fetch"]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
        folders = settings.model_dump(mode="json", include={"home", "models_path"})
        told = {"card": card.model_dump(mode="json"), "settings": folders}
        self._thread = threading.Thread(target=self._follow, args=(json.dumps(told),), name=f"pull {card.id}")
        self._thread.daemon = True
        self._thread.start()

    def stop(self) -> None:
        if self.download.state != "running":
            return
        self._stopping = True
        for again in (False, True):
            self._end(force=again)
            self._thread.join(_GRACE)
            if not self._thread.is_alive():
                return

    def _end(self, *, force: bool) -> None:
        with contextlib.suppress(ProcessLookupError):
            if hasattr(os, "killpg"):
                # pip is in the same group.
                os.killpg(self._process.pid, signal.SIGKILL if force else signal.SIGTERM)
            else:
                self._process.terminate()

    def _follow(self, told: str) -> None:
        said = ""
        # Leaving the block closes both pipes and waits for the process.
        with self._process as process:
            assert process.stdin is not None
            assert process.stdout is not None
            with contextlib.suppress(BrokenPipeError):
                process.stdin.write(told + "\n")
                process.stdin.flush()
            for line in process.stdout:
                said = self._heard(line.strip()) or said
        if self._stopping and self.download.state == "running":
            self.download = replace(self.download, state="stopped", left=None)
        elif self.download.state == "running":
            error = f"The download ended unexpectedly ({said or 'it said nothing'}). Try again."
            self.download = replace(self.download, state="failed", error=error, left=None)

    def _heard(self, line: str) -> str:
        """Take note of a line; return one that is not for us."""
        try:
            told = json.loads(line)
            assert isinstance(told, dict)
        except (ValueError, AssertionError):
            return line
        if "error" in told:
            self.download = replace(self.download, state="failed", error=str(told["error"]), left=None)
        elif "path" in told:
            self.download = replace(self.download, state="done", done=self.download.total, left=None)
        else:
            self._progress(int(told.get("done", 0)), str(told.get("doing", "")))
        return ""

    def _progress(self, done: int, doing: str) -> None:
        now = time.monotonic()
        began, first = self._begun = self._begun or (now, done)
        speed = (done - first) / (now - began) if now - began >= _CALM else 0
        left = (self.download.total - done) / speed if speed > 0 else None
        self.download = replace(self.download, done=done, doing=doing, left=left)
