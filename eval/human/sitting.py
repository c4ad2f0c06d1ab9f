"""One rater's way through a session: in which order they see the items, and what they have said so far.

Every rater has an order of their own, and in a preference session the second system's answer stands first in half of
their items. Both follow from the session's seed and the rater's name alone, so that nothing but the ratings is kept
and a session that was left goes on where it stopped.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.errors import InputError
from assistant.records import Rating, RatingRecords, RatingSession
from eval.human.items import Item
from eval.human.kinds import SWAPPED, Kind, find_kind
from eval.human.sessions import clean

LONGEST_COMMENT = 2_000


@dataclass(frozen=True, slots=True)
class Place:
    """An item in a rater's order; ``swapped`` says that the second system's answer stands first."""

    item_id: str
    swapped: bool = False


@dataclass(frozen=True, slots=True)
class Sitting:
    """One rater's way through a session: the places in order, and what they have said so far."""

    session: RatingSession
    rater: str
    places: tuple[Place, ...]
    given: Mapping[str, Rating]

    @property
    def kind(self) -> Kind:
        """How the session is rated."""
        return find_kind(self.session.kind)

    @property
    def next(self) -> int | None:
        """The first place without a rating, or None when there is none."""
        return next((at for at, place in enumerate(self.places) if place.item_id not in self.given), None)

    def seen(self, place: Place) -> Rating | None:
        """Return what the rater said of an item as they saw it: A is the answer that stood first."""
        rating = self.given.get(place.item_id)
        if rating is None or not place.swapped:
            return rating
        return Rating(rating.item_id, rating.rater, _turned(rating.value), rating.comment, rating.at)


def sit(records: RatingRecords, session: RatingSession, rater: str) -> Sitting:
    """Return one rater's way through a session.

    Raises:
        InputError: the rater has no name, or the items came without answers.

    """
    rater = rater_named(records, session, rater)
    keys = records.item_ids(session.id)
    given = {rating.item_id: rating for rating in records.ratings(session.id, rater)}
    return Sitting(session, rater, _order(session, rater, keys), given)


def rate(records: RatingRecords, sitting: Sitting, at: int, value: str, comment: str = "") -> Sitting:
    """Keep what a rater says of the item at a place, as they see it, and return the sitting with it.

    Raises:
        InputError: the session has no such value or place.

    """
    if not 0 <= at < len(sitting.places):
        raise InputError(f"The session has {len(sitting.places)} items.")
    place, said = sitting.places[at], sitting.kind.check(value)
    kept = _turned(said) if place.swapped else said
    rating = Rating(place.item_id, sitting.rater, kept, comment.strip()[:LONGEST_COMMENT])
    records.rate(sitting.session.id, [rating])
    return Sitting(sitting.session, sitting.rater, sitting.places, {**sitting.given, place.item_id: rating})


def item_at(records: RatingRecords, sitting: Sitting, at: int) -> Item:
    """Return the item at a place with its answers in the order in which this rater sees them.

    Raises:
        InputError: the session has no such place, or its items came without answers.

    """
    if not 0 <= at < len(sitting.places):
        raise InputError(f"The session has {len(sitting.places)} items.")
    place = sitting.places[at]
    item = Item.model_validate(records.item(sitting.session.id, place.item_id) or {})
    if not item.answers:
        raise InputError("The items of this session came in by a file, without answers; only its result can be seen.")
    return item.model_copy(update={"answers": item.answers[::-1]}) if place.swapped else item


def rater_named(records: RatingRecords, session: RatingSession, rater: str) -> str:
    """Return a rater's name as it is kept; two spellings that differ only in case are one person.

    Raises:
        InputError: the name is empty.

    """
    name = clean(rater)
    if not name:
        raise InputError("Type your name first, so that your ratings can be told from others'.")
    known = {one.rater.casefold(): one.rater for one in records.ratings(session.id)}
    return known.get(name.casefold(), name)


def _order(session: RatingSession, rater: str, keys: Sequence[str]) -> tuple[Place, ...]:
    draw = random.Random(f"{session.seed} {rater.casefold()}")
    order = draw.sample(keys, len(keys))
    if find_kind(session.kind).answers == 1:
        return tuple(Place(key) for key in order)
    # As many one way as the other, so that a liking for the first answer cannot favour a system.
    sides = [at % 2 == 1 for at in range(len(order))]
    draw.shuffle(sides)
    return tuple(Place(key, side) for key, side in zip(order, sides, strict=True))


def _turned(value: str) -> str:
    return SWAPPED.get(value, value)
