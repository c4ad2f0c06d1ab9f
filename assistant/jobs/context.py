"""What a job is given beside its arguments: a folder, a device, and a way to say how far it is."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from assistant.settings import Settings


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is: a share from 0 to 1, a text for people, and seconds left where they can be estimated."""

    share: float
    text: str = ""
    seconds_left: float | None = None


class JobStopped(BaseException):
    """The job is to end now: it was cancelled, or its time is over.

    Let it pass, or catch it to save what is needed to go on, and raise it again. It is no `Exception`, so that a
    function that catches those does not swallow it.
    """


def _nobody(progress: Progress) -> None:
    """Tell nobody."""


@dataclass
class Context:
    """Where and how a job runs.

    Args:
        folder: for what it makes; the same one when a job is resumed. It goes when records of jobs are purged, so what
            is to stay, such as a trained model, is kept elsewhere.
        settings: those of who put the job in line.
        device: as in PyTorch.
        resumed: it has run before, and its folder has what it left there.
        stop: set when it is to end; for functions that take such an event.
        tell: gets each progress.

    """

    folder: Path
    settings: Settings
    device: str = "cpu"
    resumed: bool = False
    stop: threading.Event = field(default_factory=threading.Event)
    tell: Callable[[Progress], object] = _nobody
    _first: tuple[float, float] | None = field(default=None, init=False, repr=False)

    def progress(self, share: float, text: str = "") -> None:
        """Say how far the job is; best once a second or more often, as this is also where it ends politely.

        Seconds left are what the rest takes at the mean speed since the first call, which is best made with the share
        that is done before anything is done.

        Raises:
            JobStopped: it is to end.

        """
        if self.stop.is_set():
            raise JobStopped
        share, now = min(max(share, 0.0), 1.0), time.monotonic()
        if self._first is None:
            self._first = now, share
        begun, before = self._first
        left = (now - begun) * (1 - share) / (share - before) if share > before else None
        self.tell(Progress(share, text, left))
