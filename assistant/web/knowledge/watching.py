"""Watched folders: what changes in them is synced, as long as the page runs.

Which folders are watched stands in the list of sources, so that it outlives the page; when it starts, each is synced
once for what changed meanwhile. A folder that is missing (a drive that is not there, say) is looked for again and
again, and its notes stay in the index until then.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from watchfiles import Change, watch

from assistant.errors import EtudeError
from assistant.web.knowledge.syncing import Work
from knowledge.read import SUPPORTED
from knowledge.sources import Source, Sources

_LOOK_SECONDS = 5.0
"""Between two looks for folders that have come or gone."""
_QUIET_MS = 500
"""Milliseconds without a change after which a file counts as written."""

log = logging.getLogger(__name__)


class Watcher:
    """Watches the folders of the sources that say so, in one thread.

    Args:
        sources: which folders those are.
        begin: puts work in line.

    """

    def __init__(self, sources: Sources, begin: Callable[[Sequence[Work]], None]) -> None:
        self._sources, self._begin = sources, begin
        self._again, self._over = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self._problem = ""

    @property
    def problem(self) -> str:
        """Why folders cannot be watched at present; empty while they can."""
        return self._problem

    def start(self) -> None:
        """Begin to watch."""
        self._thread = threading.Thread(target=self._run, name="watch folders", daemon=True)
        self._thread.start()

    def look_again(self) -> None:
        """Say that other folders may be watched now."""
        self._again.set()

    def close(self, seconds: float = 2.0) -> None:
        """Stop, and wait until that is done."""
        self._over.set()
        self._again.set()
        if self._thread:
            self._thread.join(seconds)

    def _run(self) -> None:
        before: set[tuple[str, str]] = set()
        while not self._over.is_set():
            self._again.clear()
            try:
                present = self._present()
                self._begin([_work(source) for source in present if _place(source) not in before])
                before = {_place(source) for source in present}
                self._problem = ""
                if present:
                    self._follow(present)
                else:
                    self._again.wait(_LOOK_SECONDS)
            except (EtudeError, OSError) as error:
                # Most often the system's limit of folders that may be watched.
                self._problem = f"Watched folders are not followed at present ({error})."
                log.warning("%s", self._problem)
                self._again.wait(60)

    def _present(self) -> list[Source]:
        return [source for source in self._sources.all() if source.watched and Path(source.folder).exists()]

    def _follow(self, present: Sequence[Source]) -> None:
        """Sync what changes, until other folders are to be watched."""
        places = {_place(source) for source in present}
        for changes in watch(
            *{source.folder for source in present},
            watch_filter=_counts,
            step=_QUIET_MS,
            stop_event=self._again,
            rust_timeout=int(1000 * _LOOK_SECONDS),
            yield_on_timeout=True,
            raise_interrupt=False,
        ):
            touched = [Path(path) for _, path in changes]
            self._begin([_work(one) for one in present if any(path.is_relative_to(one.folder) for path in touched)])
            if {_place(source) for source in self._present()} != places:
                return


def _place(source: Source) -> tuple[str, str]:
    return source.collection, source.folder


def _work(source: Source) -> Work:
    return Work(source.collection, Path(source.folder), watched=True)


def _counts(_change: Change, path: str) -> bool:
    """Say whether a change may be one of notes: of a file that Etude reads, or of a folder."""
    name = Path(path).name
    return not name.startswith((".", "~$")) and Path(path).suffix.lower() in {"", *SUPPORTED}
