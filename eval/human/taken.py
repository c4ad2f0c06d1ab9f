"""What taking ratings in does, whatever file they came in by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.records import Brought, RatingRecords


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken in: how many ratings, of how many sessions, and columns that were passed over."""

    ratings: int
    sessions: int
    ignored: tuple[str, ...] = ()

    def __str__(self) -> str:
        said = f"{self.ratings} ratings of {self.sessions} {'session' if self.sessions == 1 else 'sessions'} were read"
        return said + (f"; the columns {', '.join(self.ignored)} were passed over." if self.ignored else ".")


def keep(records: RatingRecords, brought: Sequence[Brought]) -> None:
    """Keep sessions and ratings, all or none.

    A rating does not replace a newer one; names that differ only in case are one person.
    """
    records.take_in([_newer(records, one) for one in brought])


def _newer(records: RatingRecords, one: Brought) -> Brought:
    here = records.ratings(one.session.id)
    names = {rating.rater.casefold(): rating.rater for rating in here}
    times = {(rating.item_id, rating.rater): rating.at for rating in here}
    given = [replace(rating, rater=names.setdefault(rating.rater.casefold(), rating.rater)) for rating in one.ratings]
    newer = [it for it in given if (key := (it.item_id, it.rater)) not in times or times[key] <= it.at]
    return replace(one, ratings=newer)
