"""The models of the catalog as the page lists them, and what can be done with each."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from assistant.errors import InputError
from assistant.models.catalog import ModelCard, card_for, load_catalog
from assistant.models.download import arrived, remove
from assistant.models.weights import home_folder, locate
from assistant.settings import Settings
from assistant.web.settings.downloads import Download, Downloads
from assistant.web.settings.sizes import in_words


@dataclass(frozen=True, slots=True)
class Entry:
    """A model: where it is, whether it is ours to delete, whether it is in use, and how its download goes.

    ``part`` are the bytes that an interrupted download has left; ``short`` says that memory is too small for it.
    """

    card: ModelCard
    folder: Path | None
    own: bool
    used: bool
    part: int
    short: bool
    download: Download | None


class Shelf:
    """The models.

    Args:
        settings: name those in use and where weights are.
        downloads: what the page downloads.
        cards: other models than those of the catalog.

    """

    def __init__(self, settings: Settings, downloads: Downloads, cards: Mapping[str, ModelCard] | None = None) -> None:
        self.settings, self.downloads = settings, downloads
        self.cards = load_catalog() if cards is None else cards

    @property
    def place(self) -> Path:
        """The folder that downloads go to."""
        return self.settings.home / "models"

    def free(self) -> int:
        """Return the bytes that are free where downloads go to, less what those at work will still take."""
        there = next(folder for folder in (self.place, *self.place.parents) if folder.is_dir())
        taken = sum(max(0, one.total - one.done) for one in self.downloads.running())
        return max(0, shutil.disk_usage(there).free - taken)

    def entries(self, kind: str) -> list[Entry]:
        """Return the models for chatting (``chat``) or searching (``embedding``)."""
        return [self.entry(card) for card in self.cards.values() if card.kind == kind]

    def entry(self, card: ModelCard) -> Entry:
        """Return one model."""
        folder, home = locate(card, self.settings), home_folder(card, self.settings)
        return Entry(
            card,
            folder,
            own=folder == home,
            used=card.id in self._used(),
            part=0 if folder else arrived(card, self.settings),
            short=card.memory_mb * 10**6 > psutil.virtual_memory().total,
            download=self.downloads.of(card.id),
        )

    def pull(self, model_id: str) -> None:
        """Begin to download a model.

        Raises:
            InputError: it is on its way already, or there is no room for it.
            ModelUnknown: there is no such model.

        """
        card = self._card(model_id)
        needed = max(0, card.size - arrived(card, self.settings))
        if needed > self.free():
            raise InputError(
                f"There is no room for {card.name}: {in_words(needed)} are needed and {in_words(self.free())} are free "
                f"in {self.place}. Delete a model that you do not need, or set ETUDE_HOME to a folder on a bigger disk."
            )
        self.downloads.start(card)

    def delete(self, model_id: str) -> str:
        """Delete a model that Etude has downloaded, or the part of one, and return its name.

        Raises:
            InputError: it is in use, is not Etude's to delete, or cannot be deleted.
            ModelUnknown: there is no such model.

        """
        entry = self.entry(self._card(model_id))
        if entry.used and entry.folder:
            raise InputError(f"{entry.card.name} is in use. Choose another model first, then delete this one.")
        if entry.folder and not entry.own:
            raise InputError(f"{entry.card.name} is in {entry.folder}, where Etude only reads. Delete it there.")
        if entry.download and entry.download.state == "running":
            raise InputError(f"{entry.card.name} is being downloaded. Cancel that first.")
        remove(entry.card, self.settings)
        self.downloads.forget(model_id)
        return entry.card.name

    def check_chat(self, model_id: str) -> ModelCard:
        """Return the card of a model that can be chosen for chatting.

        Raises:
            InputError: it is not on this machine, or is for searching.
            ModelUnknown: there is no such model.

        """
        card = self._card(model_id)
        if card.kind != "chat":
            raise InputError(f"{card.name} is for searching; it cannot write answers. Choose a chat model.")
        if not locate(card, self.settings):
            raise InputError(f"{card.name} is not on this machine. Download it first.")
        return card

    def _card(self, model_id: str) -> ModelCard:
        return self.cards[model_id] if model_id in self.cards else card_for(model_id)

    def _used(self) -> set[str]:
        # The embedded model stays the default while another back end answers.
        return {self.settings.model, self.settings.embedding}
