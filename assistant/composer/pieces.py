"""Pieces to learn from, and the recipes that find them.

A recipe is a function that yields the pieces of one genre, registered under the genre's name. Recipes live in
``recipes/``, one file a genre, and are imported when one is asked for: they need libraries that nothing else does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Protocol

from assistant.composer.genres import Part
from assistant.composer.roll import Roll
from assistant.errors import InputError

Progress = Callable[[int, int], None]
"""Told how many of how many sources are done."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece in the key it was written in.

    Args:
        title: unique among the pieces of its genre.
        source: where it comes from, in words.
        licence: of that source.
        roll: shaped (parts, steps, 128); steps are whole bars.
        sha256: of the file it was read from.
        counts: what reading did to it, such as notes moved to the grid.

    """

    title: str
    source: str
    licence: str
    roll: Roll
    sha256: str
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Skipped:
    """Music that was found but cannot be used, and why, in a sentence."""

    title: str
    reason: str


class Recipe(Protocol):
    """What finds the pieces of a genre."""

    def __call__(
        self, files: Sequence[Path], parts: Sequence[Part], on_progress: Progress
    ) -> Iterator[Piece | Skipped]:
        """Yield what is found, in `parts`, in an order that never changes; of `files` alone where any are given."""
        ...


_RECIPES: dict[str, Recipe] = {}


def recipe(genre: str) -> Callable[[Recipe], Recipe]:
    """Register a recipe under the name of its genre."""

    def register(found: Recipe) -> Recipe:
        _RECIPES[genre] = found
        return found

    return register


def find_recipe(genre: str) -> Recipe:
    """Return the recipe of a genre.

    Raises:
        InputError: no recipe makes music of this genre, or it needs a library that is not installed.

    """
    module = f"assistant.composer.recipes.{genre.replace('-', '_')}"
    try:
        import_module(module)
    except ModuleNotFoundError as error:
        if error.name == module:
            raise InputError(f"There is no recipe that prepares music of the genre “{genre[:40]}”.") from error
        raise InputError(f"The genre “{genre}” needs a library: pip install {error.name}") from error
    return _RECIPES[genre]
