"""Which trained models there are: those that ship with Etude and those of this machine, by genre and number."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path

from assistant.composer.checkpoints import ABOUT, About, read_about
from assistant.composer.genres import genres
from assistant.errors import InputError

SHIPPED = Path(__file__).parent / "models"
INDEX = "similarity_index"


@dataclass(frozen=True, slots=True)
class Version:
    """One trained model and where it is; `name` is the genre and a number, such as chorale-1."""

    name: str
    folder: Path
    about: About

    @property
    def index(self) -> float:
        """The similarity index on the held-out part that training watched; infinite where it is not known."""
        return self.about.metrics.get(INDEX, float("inf"))


class Registry:
    """The models that ship with Etude and those in a folder of this machine."""

    def __init__(self, own: Path) -> None:
        self.own = own

    def versions(self, genre: str | None = None) -> list[Version]:
        """Return every version that can be read, by name; a folder that holds none is passed over."""
        folders = {place.name: place for root in (SHIPPED, self.own) if root.is_dir() for place in root.iterdir()}
        found = []
        for name, folder in sorted(folders.items()):
            if not (folder / ABOUT).is_file():
                continue
            try:
                about = read_about(folder)
            except InputError:
                continue
            if genre is None or about.genre == genre:
                found.append(Version(name, folder, about))
        return found

    def find(self, wanted: str) -> Version:
        """Return a version by its name (chorale-1), or the best of a genre (chorale), by similarity index.

        Raises:
            InputError: there is none; the message says what there is and what to do.

        """
        every = self.versions()
        for version in every:
            if version.name == wanted:
                return version
        of_genre = [version for version in every if version.about.genre == wanted]
        if of_genre:
            return min(of_genre, key=lambda version: (version.index, version.name))
        known = sorted({*genres(), *(version.about.genre for version in every)})
        if wanted in known:
            raise InputError(f"No model of the genre {wanted} is trained yet; run: etude compose train {wanted}")
        near = difflib.get_close_matches(wanted, [*known, *(version.name for version in every)], n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise InputError(f"There is no genre or model “{wanted[:40]}”. Genres: {', '.join(known)}.{hint}")

    def next_folder(self, genre: str) -> Path:
        """Return the folder for a new version of a genre: one number above the highest there is."""
        taken = [place.name for root in (SHIPPED, self.own) if root.is_dir() for place in root.iterdir()]
        numbers = [int(n) for head, _, n in (name.rpartition("-") for name in taken) if head == genre and n.isdigit()]
        return self.own / f"{genre}-{max(numbers, default=0) + 1}"
