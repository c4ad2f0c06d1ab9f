"""What one person may see and change of the notes of everybody."""

from __future__ import annotations

from collections.abc import Iterable

from assistant.errors import CollectionNotFound, InputError
from assistant.people import CollectionOwners, Person


class Rights:
    """Asks the owners of collections. Every method may raise `RecordsError`."""

    def __init__(self, owners: CollectionOwners, person: Person) -> None:
        self.owners, self.person = owners, person

    @property
    def folders(self) -> bool:
        """Whether folders of this machine may be added: only by who sits at it, and not by people who sign in."""
        return self.person.local

    def visible(self, names: Iterable[str]) -> list[str]:
        """Return those of these collections that the person may read."""
        return self.owners.visible(self.person, names)

    def may_change(self, collection: str) -> bool:
        """Say whether the person may sync a collection, add to it and delete of it."""
        return self.owners.may_change(self.person, collection)

    def check_visible(self, collection: str) -> None:
        """Refuse what the person may not read, in the words for what is not there.

        Raises:
            CollectionNotFound: it is somebody else's.

        """
        if not self.visible([collection]):
            raise CollectionNotFound(f"There is no collection {collection!r} any more.")

    def check_change(self, collection: str) -> None:
        """Refuse what the person may not change.

        Raises:
            CollectionNotFound: they may not read it either.
            InputError: it is somebody else's, shared with them.

        """
        self.check_visible(collection)
        if not self.may_change(collection):
            raise InputError(f"The collection {collection} belongs to somebody else, who shares it with you.")
