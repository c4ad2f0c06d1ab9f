"""How often somebody may do something: so many times in so many seconds, counted in this process."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable

_MOST_KEYS = 10_000
"""Who is counted at once; who has not come for longest is forgotten first, so that memory has an end."""


class RateLimit:
    """At most ``count`` times in ``seconds`` for each key.

    Args:
        count: how often.
        seconds: in how long.
        clock: seconds that only ever grow.

    """

    def __init__(self, count: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._count, self._seconds, self._clock = count, seconds, clock
        self._times: OrderedDict[Hashable, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: Hashable) -> int:
        """Count one time where that may be; return for how many seconds the key has to wait, 0 when it was counted."""
        with self._lock:
            times = self._fresh(key)
            if len(times) >= self._count:
                return math.ceil(self._seconds - (self._clock() - times[0]))
            times.append(self._clock())
            self._times[key] = times
            self._times.move_to_end(key)
            while len(self._times) > _MOST_KEYS:
                self._times.popitem(last=False)
            return 0

    def give_back(self, key: Hashable) -> None:
        """Do not count the last time."""
        with self._lock:
            if times := self._times.get(key):
                times.pop()

    def forget(self, key: Hashable) -> None:
        """Begin anew with a key."""
        with self._lock:
            self._times.pop(key, None)

    def _fresh(self, key: Hashable) -> deque[float]:
        times, begun = self._times.get(key, deque()), self._clock() - self._seconds
        while times and times[0] <= begun:
            times.popleft()
        return times
