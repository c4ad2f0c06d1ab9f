"""The line for the model: so many at once, and round robin by person, not first come first served.

Who asks ten questions waits behind somebody else's one: each round takes one of every person who waits (fair queuing,
Nagle 1987, RFC 970).
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_LOOK = 0.2
"""Seconds between two looks whether somebody who waits has been stopped."""


class Line:
    """A semaphore that lets people in turn by turn; ``at_once`` are let in together."""

    def __init__(self, at_once: int = 1) -> None:
        self._free = self._at_once = at_once
        self._waiting: dict[str, deque[object]] = {}
        self._served: dict[str, int] = {}
        self._count = 0
        self._changed = threading.Condition()

    @contextmanager
    def turn(
        self, owner: str, stop: threading.Event, tell: Callable[[int], object] = lambda before: None
    ) -> Iterator[bool]:
        """Wait for a turn and hold it during the block.

        Args:
            owner: whose turn it is.
            stop: when it is set there is no more waiting.
            tell: hears how many are before, whenever that changes; not at all where there is no wait.

        Yields:
            Whether the turn came; False where the waiting was stopped.

        """
        held = self._wait(owner, stop, tell)
        try:
            yield held
        finally:
            if held:
                with self._changed:
                    self._free += 1
                    if self._free == self._at_once and not self._waiting:
                        # Nobody is owed anything.
                        self._served.clear()
                    self._changed.notify_all()

    def _wait(self, owner: str, stop: threading.Event, tell: Callable[[int], object]) -> bool:
        ticket, told = object(), 0
        with self._changed:
            self._waiting.setdefault(owner, deque()).append(ticket)
            try:
                while not stop.is_set():
                    before = self._order().index(ticket)
                    if before < self._free:
                        self._free -= 1
                        self._count += 1
                        self._served[owner] = self._count
                        return True
                    # Those who are being served count, as far as it is they who are waited for.
                    place = before - self._free + 1
                    if place != told:
                        told = place
                        tell(place)
                    self._changed.wait(_LOOK)
                return False
            finally:
                self._waiting[owner].remove(ticket)
                if not self._waiting[owner]:
                    del self._waiting[owner]
                self._changed.notify_all()

    def _order(self) -> list[object]:
        """Return who waits, in the order in which they are served if nobody else comes."""
        # Who was served last comes last, also who has asked again since.
        owners = sorted(self._waiting, key=lambda owner: self._served.get(owner, 0))
        lines = [list(self._waiting[owner]) for owner in owners]
        longest = max(map(len, lines), default=0)
        return [line[at] for at in range(longest) for line in lines if at < len(line)]
