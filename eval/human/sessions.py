"""Rating sessions: how they are made from runs, and how one is found again."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Sequence

from assistant.errors import InputError
from assistant.records import RatingRecords, RatingSession
from eval.folder import RunFolder
from eval.human.items import items_of, system_of
from eval.human.kinds import find_kind

LONGEST_NAME = 60


def make_session(
    records: RatingRecords, runs: Sequence[RunFolder], kind: str, *, limit: int = 0, seed: int = 0, name: str = ""
) -> RatingSession:
    """Make a session of one run (thumbs, stars) or two (preference) and save it.

    Args:
        records: where it is kept.
        runs: the run folders; of two the first is A and the second B in everything that is reported.
        kind: ``thumbs``, ``stars`` or ``preference``.
        limit: how many items, drawn by the seed; 0 takes all.
        seed: of the draw, the raters' orders and the sides.
        name: for lists; raters see it, so it should not tell the systems.

    Raises:
        InputError: the number of runs does not fit the kind, or they have nothing to rate.

    """
    chosen = find_kind(kind)
    if len(runs) != chosen.answers:
        wanted = "one run" if chosen.answers == 1 else "two runs"
        raise InputError(f"A {kind} session is made of {wanted}, not {len(runs)}.")
    if len({run.path.resolve() for run in runs}) < len(runs):
        raise InputError(f"{runs[0].path.name} cannot be compared with itself. Choose another run.")
    items = items_of(list(runs))
    drawn = (
        sorted(random.Random(seed).sample(range(len(items)), limit)) if 0 < limit < len(items) else range(len(items))
    )
    keys = list(items)
    labels = [system_of(run.manifest()) for run in runs]
    if len(set(labels)) < len(labels):
        labels = [f"{label} ({run.path.name})" for label, run in zip(labels, runs, strict=True)]
    made = RatingSession(clean(name) or f"{chosen.title}, {len(drawn)} items", kind, tuple(labels), seed)
    records.begin(made, {keys[at]: items[keys[at]].model_dump(mode="json") for at in drawn})
    return made


def find_session(records: RatingRecords, named: str) -> RatingSession:
    """Return a session by its id, the beginning of its id, or its name.

    Raises:
        InputError: there is none, or more than one.

    """
    found = session_called(records, named)
    if found is None:
        raise InputError(f"There is no rating session {named!r}. `etude eval human list` shows them.")
    return found


def session_called(records: RatingRecords, named: str, *, shortened: bool = True) -> RatingSession | None:
    """Return the session of an id or a name, or None; ``shortened`` says that the beginning of an id will do.

    Raises:
        InputError: there are several.

    """
    if found := records.session(named):
        return found
    name, sessions = clean(named), records.sessions()
    fitting = [one for one in sessions if name and one.name == name]
    if not fitting and shortened:
        fitting = [one for one in sessions if name and one.id.startswith(name)]
    if len(fitting) > 1:
        raise InputError(f"{len(fitting)} rating sessions are called {name!r}. Use the id of one of them.")
    return fitting[0] if fitting else None


def clean(name: str) -> str:
    """Return a name on one line, without control characters, cut at 60 characters."""
    plain = "".join(" " if unicodedata.category(sign).startswith("C") else sign for sign in name)
    return " ".join(unicodedata.normalize("NFC", plain).split())[:LONGEST_NAME].strip()
