"""What can be composed with: the genres that have a model, where their music comes from, and every version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.composer.genres import genres
from assistant.composer.work import models_folder
from assistant.settings import Settings

if TYPE_CHECKING:
    from assistant.composer.registry import Version

KINDS: Mapping[str, tuple[str, str]] = {
    "real": ("Real music", "learned from music as it was composed"),
    "rules": ("Rules", "real melodies, with an accompaniment that stated rules wrote for them"),
    "synthetic": ("Synthetic", "learned from music that rules wrote throughout; no musician did"),
    "custom": ("Your files", "learned from files of your own"),
}
"""In a word and in a sentence, by the kind of a genre."""


@dataclass(frozen=True, slots=True)
class Offer:
    """The versions, the best of a genre first, and the titles of genres that have none."""

    versions: Sequence[Version]
    untrained: Sequence[str]

    @property
    def best(self) -> list[Version]:
        """The best version of each genre."""
        found: dict[str, Version] = {}
        for version in self.versions:
            found.setdefault(version.about.genre, version)
        return list(found.values())

    def find(self, wanted: str) -> Version | None:
        """Return a version by its name, or the best of a genre."""
        named = [one for one in self.versions if one.name == wanted]
        return next(iter([*named, *(one for one in self.best if one.about.genre == wanted)]), None)


def read_offer(settings: Settings) -> Offer:
    """Return what there is on this machine."""
    # PyTorch comes with it.
    from assistant.composer.registry import Registry

    order = list(genres())

    def place(version: Version) -> tuple[int, str, float, str]:
        genre = version.about.genre
        return (order.index(genre) if genre in order else len(order), genre, version.index, version.name)

    versions = sorted(Registry(models_folder(settings.home)).versions(), key=place)
    trained = {version.about.genre for version in versions}
    return Offer(versions, [one.title for one in genres().values() if one.name not in trained])
