"""The genres that Etude composes in, as data: their parts, ranges and instruments."""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from assistant.errors import InputError

Kind = Literal["voice", "chords", "drums"]
DRUMS = (36, 38, 42, 46, 43, 47, 50, 49, 51)
"""The drum notes that a drum part uses, by General MIDI: kick, snare, closed and open hi-hat, low, middle and high
tom, crash, ride. Others are moved to the nearest of their family when music is read."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a genre; pitches are MIDI's, both ends included, `program` is General MIDI's, from 0."""

    name: str
    kind: Kind
    low: int
    high: int
    program: int


@dataclass(frozen=True, slots=True)
class Genre:
    """A genre; `kind` says where its music comes from, `tempo` is quarter notes a minute."""

    name: str
    title: str
    description: str
    kind: Literal["real", "rules", "synthetic", "custom"]
    tempo: int
    parts: tuple[Part, ...]


def genre(name: str) -> Genre:
    """Return one genre.

    Raises:
        InputError: there is none of this name; the message lists those there are.

    """
    known = genres()
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    raise InputError(f"There is no genre “{name[:40]}”. There are: {', '.join(known)}.{hint}")


@cache
def genres() -> dict[str, Genre]:
    """Return every genre that ships with Etude, by name."""
    tables = tomllib.loads(files("assistant.composer").joinpath("genres.toml").read_text("utf-8"))
    return {name: _genre(name, table) for name, table in tables.items()}


def _genre(name: str, table: dict[str, Any]) -> Genre:
    parts = tuple(Part(**part) for part in table.pop("parts"))
    return Genre(name, parts=parts, **table)
