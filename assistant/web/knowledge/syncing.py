"""Syncs that the page runs: one after another, in a thread of this process.

A thread and not a job of its own process: a sync writes a copy of the index, which no search has open, under a lock
that holds between threads as between processes, and publishes it by replacing one file. So nothing waits for it but
another sync. In this process it shares the embedding model that searches use already; a process of its own would load
PyTorch and the model a second time, and wait in line behind a training that takes hours.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.errors import EtudeError, IndexBusy
from knowledge.embed import Embedder
from knowledge.index import IndexFolder
from knowledge.sources import Sources
from knowledge.sync import Step, SyncReport, sync

AGAIN_SECONDS = 2.0
"""Between two tries while another process is syncing."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Work:
    """A folder, or a file, to sync into a collection; ``watched`` says that nobody asked for it now."""

    collection: str
    folder: Path
    rebuild: bool = False
    watched: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """How far a sync is, or how it ended.

    ``step`` is empty before the first; ``done`` of ``total`` are files while reading and texts while embedding, and
    ``left`` the seconds that the step still takes, where that can be told. ``elsewhere`` says that another process is
    syncing, so that this one waits.
    """

    work: Work
    busy: bool = True
    stopping: bool = False
    elsewhere: bool = False
    step: Step | None = None
    done: int = 0
    total: int = 0
    name: str = ""
    left: float | None = None
    report: SyncReport | None = None
    stopped: bool = False
    error: str = ""


class _Stopped(Exception):
    """The person stopped the sync; what was embedded is kept for the next one."""


class Syncs:
    """Takes work and does it in order.

    Args:
        index: what is written.
        sources: hears of folders that were synced.
        embedder: gives the embedding model.

    """

    def __init__(self, index: IndexFolder, sources: Sources, embedder: Callable[[], Embedder]) -> None:
        self._index, self._sources, self._embedder = index, sources, embedder
        self._lock = threading.Lock()
        self._waiting: list[Work] = []
        self._now: State | None = None
        self._ended: dict[str, State] = {}
        self._stop = threading.Event()
        self._closed = False
        self._thread: threading.Thread | None = None

    @property
    def now(self) -> State | None:
        """The sync that is at work, or None."""
        return self._now

    @property
    def waiting(self) -> Sequence[Work]:
        """What comes after it."""
        return tuple(self._waiting)

    def busy(self, collection: str = "") -> bool:
        """Say whether a sync, of this collection if it is named, is at work or waits."""
        now = self._now
        works = [*([now.work] if now else []), *self._waiting]
        return any(collection in ("", work.collection) for work in works)

    def ended(self, collection: str) -> State | None:
        """Return how the last sync of a collection ended, while this page runs."""
        return self._ended.get(collection)

    def forget(self, collection: str) -> None:
        """Forget how the last sync of a collection ended."""
        self._ended.pop(collection, None)

    def begin(self, works: Sequence[Work]) -> None:
        """Put work in line; what is in line already is not put there twice."""
        with self._lock:
            if self._closed:
                return
            self._waiting += [work for work in dict.fromkeys(works) if work not in self._waiting]
            if self._waiting and self._thread is None:
                self._thread = threading.Thread(target=self._run, name="sync", daemon=True)
                self._thread.start()

    def cancel(self, collection: str) -> None:
        """Stop the sync of a collection and take out what waits; what was embedded is kept for the next one."""
        with self._lock:
            self._waiting = [work for work in self._waiting if work.collection != collection]
            if self._now and self._now.work.collection == collection:
                self._stop.set()
                self._now = replace(self._now, stopping=True)

    def close(self, seconds: float = 5.0) -> None:
        """Stop, take no more work, and wait until that is done."""
        with self._lock:
            self._closed = True
            self._waiting.clear()
            self._stop.set()
            thread = self._thread
        if thread:
            thread.join(seconds)

    def _run(self) -> None:
        while True:
            with self._lock:
                if not self._waiting or self._closed:
                    self._thread, self._now = None, None
                    return
                work = self._waiting.pop(0)
                self._stop.clear()
                self._now = State(work)
            state = self._worked(work)
            with self._lock:
                # That a watched folder is as it was is no news, and shall not take the place of any.
                if not work.watched or state.error or _changed(state.report):
                    self._ended[work.collection] = replace(state, busy=False)
                self._now = None

    def _worked(self, work: Work) -> State:
        try:
            report = self._synced(work)
            self._sources.note(work.collection, report.folder, synced=True)
            return State(work, report=report)
        except _Stopped:
            return State(work, stopped=True)
        except EtudeError as error:
            return State(work, error=str(error))
        except Exception as error:
            log.exception("A sync broke off")
            return State(work, error=f"The sync broke off ({type(error).__name__}); Etude's terminal shows more.")

    def _synced(self, work: Work) -> SyncReport:
        while True:
            try:
                told = _Told(self._tell, self._stop)
                return sync(
                    self._index, work.folder, work.collection, self._embedder(), rebuild=work.rebuild, progress=told
                )
            except IndexBusy:
                self._change(elsewhere=True)
                if self._stop.wait(AGAIN_SECONDS):
                    raise _Stopped from None

    def _tell(self, step: Step, done: int, total: int, name: str, left: float | None) -> None:
        self._change(elsewhere=False, step=step, done=done, total=total, name=name, left=left)

    def _change(self, **values: object) -> None:
        with self._lock:
            if self._now:
                self._now = replace(self._now, **values)  # type: ignore[arg-type]


def _changed(report: SyncReport | None) -> bool:
    return bool(report and (report.added or report.changed or report.deleted))


class _Told:
    """Hears of the progress of one sync: tells it on with the time left, and breaks the sync off when it is stopped."""

    def __init__(self, tell: Callable[[Step, int, int, str, float | None], None], stop: threading.Event) -> None:
        self._tell, self._stop = tell, stop
        self._step: Step | None = None
        self._began = (0, 0.0)

    def __call__(self, step: Step, done: int, total: int, name: str) -> None:
        # Once it is published there is nothing to break off.
        if self._stop.is_set() and (step, done) != ("publishing", 1):
            raise _Stopped
        now = time.monotonic()
        if step != self._step or self._began[0] == 0:
            # Counted from the first that is done: the model is loaded before it.
            self._step, self._began = step, (done, now)
        first, since = self._began
        left = (total - done) * (now - since) / (done - first) if 0 < first < done else None
        self._tell(step, done, total, name, left)
