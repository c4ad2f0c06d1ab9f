"""Opens what the Exam tab works with when it is first needed: the room, the cards, the records."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from assistant.exam.cards import load_contrasts, make_cards
from assistant.exam.drill import Drill
from assistant.exam.room import ExamRoom
from assistant.records import ExamRecords


@dataclass
class Rooms:
    """The exam room and the drill over one database.

    A bank that cannot be read is said by `EtudeError` where the room is used, so that the rest of the page works.
    """

    records: ExamRecords
    open_room: Callable[[], ExamRoom]

    def __post_init__(self) -> None:
        self._opening = threading.RLock()

    @property
    def room(self) -> ExamRoom:
        """The exam room."""
        with self._opening:
            return self._room

    @property
    def drill(self) -> Drill:
        """The drill over all cards."""
        with self._opening:
            return self._drill

    @cached_property
    def _room(self) -> ExamRoom:
        return self.open_room()

    @cached_property
    def _drill(self) -> Drill:
        return Drill(make_cards(self._room.bank, self._room.outline, load_contrasts()), self.records)
