"""Whose the streams of events are by which Gradio sends answers to a page.

Gradio tells pages apart by a random text that each makes up, its session hash. The first who uses one keeps it: nobody
else may read what is sent to it, even who has learned it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from urllib.parse import parse_qs

from starlette.types import Scope

from assistant.people.person import Person

_MOST = 20_000
_DATA, _HEARTBEAT = "/gradio_api/queue/data", "/gradio_api/heartbeat/"


class Streams:
    """Remembers the last pages and their people."""

    def __init__(self) -> None:
        self._people: OrderedDict[str, str] = OrderedDict()
        self._lock = threading.Lock()

    def may_follow(self, scope: Scope, person: Person) -> bool:
        """Say whether a request asks for no stream, or for one of its person."""
        path = scope["path"].rstrip("/")
        if path == _DATA:
            hashes = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("session_hash", [])
        elif path.startswith(_HEARTBEAT):
            hashes = [path.removeprefix(_HEARTBEAT)]
        else:
            return True
        return all(self._is(one, person) for one in hashes)

    def _is(self, session_hash: str, person: Person) -> bool:
        with self._lock:
            owner = self._people.setdefault(session_hash, person.name)
            self._people.move_to_end(session_hash)
            while len(self._people) > _MOST:
                self._people.popitem(last=False)
            return owner == person.name
