"""Opens what the Exam tab works with when it is first needed: the room, the cards, the records."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from assistant.exam.cards import Card, load_contrasts, make_cards
from assistant.exam.drill import Drill
from assistant.exam.room import ExamRoom
from assistant.people import Person
from assistant.records import ExamRecords


@dataclass
class Rooms:
    """The exam room and the drill over one database: the local person's, and those of others by `of`.

    A bank that cannot be read is said by `EtudeError` where the room is used, so that the rest of the page works.
    """

    records: ExamRecords
    open_room: Callable[[], ExamRoom]
    find_cards: Callable[[], Mapping[str, Card]] | None = None

    def __post_init__(self) -> None:
        self._opening = threading.RLock()
        self._others: dict[str, Rooms] = {}

    def of(self, person: Person) -> Rooms:
        """Return the rooms of a person: the same bank and cards, and records of their own."""
        if person.local:
            return self
        with self._opening:
            if person.name not in self._others:
                records = self.records.of(person.name)
                self._others[person.name] = Rooms(records, lambda: self.room.over(records), lambda: self.drill.cards)
            return self._others[person.name]

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
        cards = self.find_cards() if self.find_cards else None
        return Drill(cards or make_cards(self._room.bank, self._room.outline, load_contrasts()), self.records)
