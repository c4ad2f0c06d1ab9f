"""Whose a collection of notes is: one person's, or shared with everybody.

The notes that ship with Etude are shared. A collection that nobody claimed, such as one that ``etude sync`` made, is
the local person's until an account takes it over or it is shared. Names are of the whole index, so a name that is
refused says that somebody else has one of that name; of what is in it nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from assistant.errors import EtudeError, InputError
from assistant.people.person import Person
from assistant.records.database import Database
from assistant.records.models import CollectionRow
from assistant.records.owners import LOCAL
from assistant.rooms import SHIPPED_COLLECTION, open_index
from assistant.settings import Settings


class CollectionOwners:
    """Who may read and change which collection. Every method may raise `RecordsError`."""

    def __init__(self, database: Database) -> None:
        self._session = database.session

    def visible(self, person: Person, names: Iterable[str]) -> list[str]:
        """Return those of these collections that a person may read, in their order."""
        rows = self._rows()
        return [name for name in names if _visible(person, name, rows.get(name))]

    def may_change(self, person: Person, name: str) -> bool:
        """Say whether a person may add to a collection, delete of it or share it; one that is not there is nobody's."""
        return _owner(name, self._rows().get(name)) == person.name or (name == SHIPPED_COLLECTION and person.admin)

    def is_shared(self, name: str) -> bool:
        """Say whether everybody may read a collection."""
        return _shared(name, self._rows().get(name))

    def claim(self, person: Person, name: str, *, taken: bool = False) -> None:
        """Make a collection a person's, before it is written the first time; one that is theirs stays as it is.

        Args:
            person: who writes to it.
            name: of the collection.
            taken: whether the index has it already.

        Raises:
            InputError: it is somebody else's.

        """
        with self._session(write=True) as session:
            row = session.get(CollectionRow, name)
            if name == SHIPPED_COLLECTION and person.admin:
                return
            free = row is None and name != SHIPPED_COLLECTION and (person.local or not taken)
            if free:
                session.add(CollectionRow(name=name, owner=person.name))
            elif _owner(name, row) != person.name:
                raise InputError(f"The name {name} is taken. Choose another for your notes.")

    def share(self, person: Person, name: str, shared: bool = True) -> None:
        """Let everybody read a collection, or its owner alone again.

        Raises:
            InputError: it is not this person's.

        """
        if name == SHIPPED_COLLECTION or not self.may_change(person, name):
            raise InputError(f"You have no collection {name}.")
        with self._session(write=True) as session:
            session.merge(CollectionRow(name=name, owner=person.name, shared=shared))

    def give(self, name: str, person: Person) -> None:
        """Make a collection another person's; who may read it stays."""
        with self._session(write=True) as session:
            if row := session.get(CollectionRow, name):
                row.owner = person.name

    def forget(self, name: str) -> None:
        """Forget whose a collection is, once it is deleted."""
        with self._session(write=True) as session:
            if row := session.get(CollectionRow, name):
                session.delete(row)

    def owned(self, owner: str) -> list[str]:
        """Return the collections that were claimed by an owner."""
        with self._session() as session:
            found = select(CollectionRow.name).where(CollectionRow.owner == owner).order_by(CollectionRow.name)
            return list(session.scalars(found))

    def any_claimed(self) -> bool:
        """Say whether any collection was claimed."""
        return bool(self._rows())

    def _rows(self) -> dict[str, CollectionRow]:
        with self._session() as session:
            return {row.name: row for row in session.scalars(select(CollectionRow))}


def collections_in(settings: Settings) -> list[tuple[str, int]]:
    """Return the names of all synced collections and their numbers of passages; empty before the first sync."""
    try:
        generation = open_index(settings).current()
        if generation is None:
            return []
        try:
            return [(collection.name, collection.chunks) for collection in generation.manifest.collections()]
        finally:
            generation.close()
    except EtudeError:
        return []  # the first question says what is wrong with the index


def collections_for(settings: Settings, owners: CollectionOwners, person: Person) -> list[tuple[str, int]]:
    """Return what a person may read: names of collections and their numbers of passages, by name."""
    there = collections_in(settings)
    seen = set(owners.visible(person, [name for name, _ in there]))
    return [(name, passages) for name, passages in there if name in seen]


def searched_by(
    settings: Settings, owners: CollectionOwners, person: Person, wanted: Iterable[str] | None = None
) -> tuple[str, ...] | None:
    """Return the collections that a question of a person searches; None, for the local person alone, is all there are.

    Args:
        settings: name the index.
        owners: know whose the collections are.
        person: who asks.
        wanted: those that were chosen; None or nothing is all that the person may read.

    Raises:
        InputError: one that was chosen is not there for this person, or there is none for them at all.

    """
    chosen = tuple(wanted or ())
    if person.local and not owners.any_claimed():
        return chosen or None
    mine = tuple(name for name, _ in collections_for(settings, owners, person))
    if strange := next((name for name in chosen if name not in mine), None):
        raise InputError(f"There is no collection {strange!r}. Choose another under Settings.")
    if not mine:
        # An empty filter would search everybody's.
        raise InputError("You have no notes yet. Add some, then ask.")
    return chosen or mine


def _owner(name: str, row: CollectionRow | None) -> str:
    return row.owner if row else "" if name == SHIPPED_COLLECTION else LOCAL


def _shared(name: str, row: CollectionRow | None) -> bool:
    return name == SHIPPED_COLLECTION or bool(row and row.shared)


def _visible(person: Person, name: str, row: CollectionRow | None) -> bool:
    return _shared(name, row) or _owner(name, row) == person.name
