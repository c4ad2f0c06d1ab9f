"""What taking ratings in does, whatever file they came in by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.records import Rating, RatingRecords, RatingSession


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken in: how many ratings, of how many sessions, and columns that were passed over."""

    ratings: int
    sessions: int
    ignored: tuple[str, ...] = ()

    def __str__(self) -> str:
        said = f"{self.ratings} ratings of {self.sessions} {'session' if self.sessions == 1 else 'sessions'} were read"
        return said + (f"; the columns {', '.join(self.ignored)} were passed over." if self.ignored else ".")


def keep(records: RatingRecords, session: RatingSession, ratings: Sequence[Rating]) -> None:
    """Keep ratings of a session, but not in place of newer ones; names that differ only in case are one person."""
    here = records.ratings(session.id)
    names = {one.rater.casefold(): one.rater for one in here}
    times = {(one.item_id, one.rater): one.at for one in here}
    given = [replace(one, rater=names.setdefault(one.rater.casefold(), one.rater)) for one in ratings]
    newer = [one for one in given if (key := (one.item_id, one.rater)) not in times or times[key] <= one.at]
    records.rate(session.id, newer)
