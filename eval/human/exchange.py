"""Rating sessions in and out: JSON holds a session with its items and ratings, CSV (`table`) the ratings alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from assistant.errors import InputError
from assistant.records import Brought, Rating, RatingRecords, RatingSession
from eval.human.items import Item
from eval.human.kinds import KindName, find_kind
from eval.human.sitting import LONGEST_COMMENT
from eval.human.table import take_csv
from eval.human.taken import Taken, keep

_Name = Annotated[str, Field(min_length=1, max_length=200)]


class _Rated(BaseModel):
    model_config = ConfigDict(extra="forbid")

    item_id: _Name
    rater: Annotated[str, Field(min_length=1, max_length=80)]
    value: str
    comment: Annotated[str, Field(max_length=LONGEST_COMMENT)] = ""
    at: AwareDatetime


class _Export(BaseModel):
    model_config = ConfigDict(extra="forbid")

    format: Literal["etude-ratings"] = "etude-ratings"
    version: Literal[1] = 1
    id: Annotated[str, Field(min_length=1, max_length=36)]
    name: _Name
    kind: KindName
    systems: Annotated[list[_Name], Field(min_length=1, max_length=2)]
    seed: int = 0
    created: AwareDatetime
    items: dict[_Name, Item]
    ratings: list[_Rated] = []


def session_json(records: RatingRecords, session: RatingSession) -> str:
    """Return a session with its items and ratings as JSON."""
    return _Export(
        id=session.id,
        name=session.name,
        kind=find_kind(session.kind).name,
        systems=list(session.systems),
        seed=session.seed,
        created=session.created,
        items={key: Item.model_validate(item) for key, item in records.items(session.id).items()},
        ratings=[_Rated.model_validate(one, from_attributes=True) for one in records.ratings(session.id)],
    ).model_dump_json(indent=1)


def take_in(records: RatingRecords, name: str, text: str) -> Taken:
    """Take in the text of a CSV or JSON file, whose name says which; all of it or nothing.

    A rating that is here already is put in place of the older one.

    Raises:
        InputError: it is no such file, or a line is wrong; the line is named.

    """
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise InputError(f"{name} is empty. Choose a .csv or .json file of ratings.")
    return take_csv(records, name, text) if name.lower().endswith(".csv") else _take_json(records, name, text)


def _take_json(records: RatingRecords, name: str, text: str) -> Taken:
    export = _read_json(name, text)
    session = records.session(export.id)
    kind = find_kind(export.kind)
    if session and (session.kind, session.systems) != (kind.name, tuple(export.systems)):
        raise InputError(
            f"{name} is another session with the id {export.id}: here it is {_told(session.kind, session.systems)}, "
            f"in the file {_told(kind.name, export.systems)}. Nothing was taken."
        )
    if len(export.systems) != kind.answers:
        raise InputError(f"{name} names {len(export.systems)} systems; a {kind.name} session has {kind.answers}.")
    ratings = []
    for one in export.ratings:
        if one.item_id not in export.items:
            raise InputError(f"{name} rates {one.item_id!r}, which is not among its items. Export it again.")
        ratings.append(Rating(one.item_id, one.rater, kind.check(one.value), one.comment, one.at))
    if session is None:
        new = RatingSession(export.name, kind.name, tuple(export.systems), export.seed, export.id, export.created)
        brought = Brought(new, ratings, {key: item.model_dump(mode="json") for key, item in export.items.items()})
    elif missing := set(export.items) - set(records.item_ids(session.id)):
        raise InputError(f"{name} is another session with the id {session.id}: {min(missing)!r} is not an item of it.")
    else:
        brought = Brought(session, ratings)
    keep(records, [brought])
    return Taken(len(ratings), 1)


def _told(kind: str, systems: Sequence[str]) -> str:
    return f"{kind} of {' and '.join(systems)}"


def _read_json(name: str, text: str) -> _Export:
    try:
        found: Any = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(f"{name} is not valid JSON ({error.msg}, line {error.lineno}). Export it again.") from error
    if not isinstance(found, dict) or found.get("format") != "etude-ratings":
        raise InputError(f"{name} is no rating session. Choose a file that `etude eval human export` wrote.")
    try:
        return _Export.model_validate(found)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InputError(f"{name} is not a whole rating session ({place}: {first['msg']}). Export it again.") from error
