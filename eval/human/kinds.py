"""The three ways to rate: what may be said in each, and how it counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from assistant.errors import InputError

KindName = Literal["thumbs", "stars", "preference"]
Level = Literal["nominal", "ordinal"]


@dataclass(frozen=True, slots=True)
class Kind:
    """A way to rate. ``scores`` gives every value that may be said, in order, with what it counts.

    ``level`` is the level of measurement that agreement is computed at, ``answers`` how many answers an item shows.
    """

    name: KindName
    title: str
    scores: Mapping[str, float]
    level: Level
    answers: int = 1

    @property
    def values(self) -> tuple[str, ...]:
        """What may be said."""
        return tuple(self.scores)

    def check(self, value: str) -> str:
        """Return the value as it is kept; case and outer blanks do not matter.

        Raises:
            InputError: this kind of session has no such value.

        """
        found = {known.lower(): known for known in self.scores}.get(" ".join(value.lower().split()))
        if found is None:
            raise InputError(f"{value!r} is not a rating here. There are {', '.join(self.scores)}.")
        return found


KINDS: Mapping[str, Kind] = {
    "thumbs": Kind("thumbs", "Thumbs up or down", {"up": 1.0, "down": 0.0}, "nominal"),
    "stars": Kind("stars", "1 to 5 stars", {str(stars): float(stars) for stars in range(1, 6)}, "ordinal"),
    # What it counts for the first system: both good, both bad and a tie are half a win each.
    "preference": Kind(
        "preference",
        "Which of two is better",
        {"A": 1.0, "B": 0.0, "tie": 0.5, "both good": 0.5, "both bad": 0.5},
        "nominal",
        answers=2,
    ),
}
SWAPPED = {"A": "B", "B": "A"}
"""A preference as it was seen, when the second system's answer stood first; the other values stay."""


def find_kind(name: str) -> Kind:
    """Return a kind by its name.

    Raises:
        InputError: there is none of that name.

    """
    if name not in KINDS:
        raise InputError(f"There is no kind of rating {name!r}. There are {', '.join(get_args(KindName))}.")
    return KINDS[name]
