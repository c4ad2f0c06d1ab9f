"""Deleting records by themselves once they are older than the settings allow."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import timedelta

from assistant.errors import RecordsError
from assistant.records.columns import now
from assistant.records.database import Database
from assistant.records.kinds import KINDS
from assistant.records.purge import Purged, purge

_DAY = 24 * 3600.0
_log = logging.getLogger(__name__)


def apply_retention(database: Database, keep_days: int) -> Purged:
    """Delete what is older than so many days, except what spaced repetition has learned of cards.

    Raises:
        RecordsError: the database cannot be written.

    """
    history = [kind for kind in KINDS.values() if kind.history]
    return purge(database, history, now() - timedelta(days=keep_days))


class Retention:
    """Applies the setting at once and then every day in a thread of its own, until it is stopped; None does nothing.

    ``then`` gets what went, so that files that belong to it can go too.
    """

    def __init__(
        self, database: Database, keep_days: int | None, then: Callable[[Purged], object] | None = None
    ) -> None:
        self._stop = threading.Event()
        self._then = then
        self._thread: threading.Thread | None = None
        if keep_days is not None:
            self._thread = threading.Thread(
                target=self._work, args=(database, keep_days), name="keep records for a time", daemon=True
            )
            self._thread.start()

    def stop(self) -> None:
        """End the thread, after what it is doing."""
        self._stop.set()
        if self._thread:
            self._thread.join()

    def _work(self, database: Database, keep_days: int) -> None:
        while True:
            try:
                gone = apply_retention(database, keep_days)
                if self._then:
                    self._then(gone)
            except RecordsError as error:
                _log.warning("Old records were not deleted: %s", error)
            if self._stop.wait(_DAY):
                return
