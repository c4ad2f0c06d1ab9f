"""Ratings as CSV, one a line: written for spreadsheets, and read from other tools with the number of a wrong line.

``session,item,rater,value`` are needed, the other columns may be missing. In a preference session A and B are the
systems, not the sides on which somebody saw them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from assistant.errors import InputError
from assistant.records import Brought, Rating, RatingRecords, RatingSession
from eval.human.cells import guarded, plain
from eval.human.items import Item
from eval.human.kinds import find_kind
from eval.human.sessions import clean, session_called
from eval.human.sitting import LONGEST_COMMENT
from eval.human.taken import Taken, keep

COLUMNS = ("session", "item", "rater", "value", "comment", "at", "kind", "system_a", "system_b", "question")
NEEDED = COLUMNS[:4]
_LONGEST_ID = 200


@dataclass
class _Found:
    """A session that a file speaks of; ``new`` ones are not in the records yet."""

    session: RatingSession
    new: bool
    items: dict[str, Item] = field(default_factory=dict)
    ratings: dict[tuple[str, str], tuple[int, Rating]] = field(default_factory=dict)

    def same(self, other: _Found) -> bool:
        """Whether both are one session."""
        new = self.new and other.new and self.session.name == other.session.name
        return new or self.session.id == other.session.id

    def brought(self) -> Brought:
        """Return what is to be kept."""
        items = {key: item.model_dump(mode="json") for key, item in self.items.items()} if self.new else None
        return Brought(self.session, [rating for _, rating in self.ratings.values()], items)


def session_csv(records: RatingRecords, session: RatingSession) -> str:
    """Return the ratings of a session as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    questions = {key: str(item.get("question", "")) for key, item in records.items(session.id).items()}
    systems = (*session.systems, "")[:2]
    for one in records.ratings(session.id):
        told = (one.item_id, one.rater, one.value, one.comment, one.at.isoformat(), session.kind, *systems)
        writer.writerow([guarded(cell) for cell in (session.id, *told, questions.get(one.item_id, ""))])
    return out.getvalue()


def take_csv(records: RatingRecords, name: str, text: str) -> Taken:
    """Take in ratings; all of them or none.

    A session that is not here is made where the column ``kind`` says how it was rated; only its result can be seen.

    Raises:
        InputError: a column is missing or a line is wrong; the line is named.

    """
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    with _told(name, reader):
        columns = [column or "" for column in reader.fieldnames or ()]
    if missing := [column for column in NEEDED if column not in columns]:
        raise InputError(f"{name} has no column {missing[0]}. Its first line needs {', '.join(NEEDED)}.")
    found: dict[str, _Found] = {}
    for line, row in _rows(name, reader):
        try:
            _take_row(records, found, line, row)
        except InputError as error:
            raise InputError(f"{name}, line {line}: {error} Nothing was taken.") from error
    if not found:
        raise InputError(f"{name} has no ratings beneath its first line.")
    brought = [one.brought() for one in {one.session.id: one for one in found.values()}.values()]
    keep(records, brought)
    ignored = tuple(column for column in columns if column not in COLUMNS)
    return Taken(sum(len(one.ratings) for one in brought), len(brought), ignored)


def _rows(name: str, reader: csv.DictReader[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Return each row with the number of the line on which it ends."""
    with _told(name, reader):
        for row in reader:
            if row.pop(None, None):  # type: ignore[call-overload]
                raise InputError(f"{name}, line {reader.line_num}, has more cells than the first line.")
            yield reader.line_num, {key: plain((value or "").strip()) for key, value in row.items()}


@contextmanager
def _told(name: str, reader: csv.DictReader[str]) -> Iterator[None]:
    try:
        yield
    except csv.Error as error:
        line = reader.reader.line_num
        raise InputError(f"{name}, line {line}, is not CSV ({error}). Nothing was taken.") from error


def _take_row(records: RatingRecords, found: dict[str, _Found], line: int, row: Mapping[str, str]) -> None:
    for column in NEEDED:
        if not row[column]:
            raise InputError(f"{column} is empty.")
    named, item = row["session"], row["item"]
    if len(item) > _LONGEST_ID:
        raise InputError(f"item has more than {_LONGEST_ID} characters.")
    if named not in found:
        one = _session(records, named, row)
        # A file may name one session by its id and by its name, or by names that are kept as one.
        found[named] = next((other for other in found.values() if other.same(one)), one)
    one = found[named]
    _check_session(one.session, row)
    if one.new:
        one.items.setdefault(item, Item(question=row.get("question", "")))
    elif item not in one.items:
        raise InputError(f"the session {named!r} has no item {item!r}.")
    rater = clean(row["rater"])
    if not rater:
        raise InputError("rater is empty.")
    key = (item, rater.casefold())
    if key in one.ratings:
        raise InputError(f"{rater} rated {item!r} on line {one.ratings[key][0]} already.")
    value = find_kind(one.session.kind).check(row["value"])
    at = _moment(row.get("at", ""))
    one.ratings[key] = line, Rating(item, rater, value, row.get("comment", "")[:LONGEST_COMMENT], at)


def _session(records: RatingRecords, named: str, row: Mapping[str, str]) -> _Found:
    # Where a kind is given the session may be a new one, and a short name of it is no beginning of an id.
    known = session_called(records, named, shortened=not row.get("kind"))
    if known:
        return _Found(known, new=False, items=dict.fromkeys(records.item_ids(known.id), Item()))
    if not row.get("kind"):
        raise InputError(
            f"there is no rating session {named!r}. Name one of `etude eval human list`, or add a column kind with "
            "thumbs, stars or preference, and the session is made."
        )
    kind = find_kind(row["kind"])
    systems = [row.get(column) or other for column, other in (("system_a", "A"), ("system_b", "B"))][: kind.answers]
    return _Found(RatingSession(clean(named) or named, kind.name, tuple(systems)), new=True)


def _check_session(session: RatingSession, row: Mapping[str, str]) -> None:
    """Refuse a row that says of its session what is not so: A would be counted for what is B."""
    kind = row.get("kind", "")
    if kind and kind != session.kind:
        raise InputError(f"the session {session.name!r} is of the kind {session.kind}, not {kind}.")
    for column, system in zip(("system_a", "system_b"), session.systems, strict=False):
        if (given := row.get(column, "")) and given != system:
            raise InputError(
                f"the session {session.name!r} is about {' and '.join(session.systems)}, and {column} is {given!r}."
            )


def _moment(text: str) -> datetime:
    if not text:
        return datetime.now(UTC)
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"at is no time ({text!r}). Write it as 2026-03-01T12:00:00+00:00.") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)
