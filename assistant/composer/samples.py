"""The melodies that ship with Etude, as data."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Sample:
    """One melody as note text.

    Args:
        name: how it is asked for.
        title: what people call it.
        source: who made it and when, so that it is known to be in the public domain.
        key: the major key that it is in, such as "D".
        tempo: quarter notes a minute.
        notes: see `assistant.composer.note_text`.

    """

    name: str
    title: str
    source: str
    key: str
    tempo: int
    notes: str


@cache
def samples() -> dict[str, Sample]:
    """Return every melody that ships with Etude, by name."""
    tables = tomllib.loads(files("assistant.composer").joinpath("samples.toml").read_text("utf-8"))
    return {name: Sample(name, **table) for name, table in tables.items()}


def find_sample(name: str) -> Sample | None:
    """Return the melody of a name or title, in capitals or not, or None."""
    wanted = name.strip().casefold()
    return next((one for one in samples().values() if wanted in (one.name, one.title.casefold())), None)
