"""Opens the rooms of ``knowledge`` with the folders and models that the settings name."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

from assistant.errors import ModelError
from assistant.models.catalog import card_for
from assistant.models.weights import find_weights
from assistant.settings import Settings
from knowledge.embed import Embedder
from knowledge.index import IndexFolder
from knowledge.search import Searcher

SHIPPED_COLLECTION = "etude"
"""Holds the notes that ship with Etude."""
DEFAULT_COLLECTION = "notes"
"""Holds what is synced without a name."""


def open_embedder(settings: Settings) -> Embedder:
    """Return the embedding model that the settings name, by folder or through the catalog.

    Raises:
        ModelUnknown: the name is neither in the catalog nor a folder.
        WeightsMissing: the weights are not on this machine.
        WeightsCorrupt: the weights are not the publisher's.

    """
    folder = Path(settings.embedding).expanduser()
    if (folder / "modules.json").is_file():
        return _embedder(str(folder), folder, settings.threads)
    card = card_for(settings.embedding)
    if card.kind != "embedding":
        raise ModelError(f"{card.id} is a chat model; it cannot embed. `etude models list` shows the embedding models.")
    return _embedder(card.id, find_weights(card, settings), settings.threads)


@cache
def _embedder(name: str, folder: Path, threads: int) -> Embedder:
    """Keep one embedding model a process, whoever asks for it."""
    return Embedder(name, folder, threads)


def open_index(settings: Settings) -> IndexFolder:
    """Return the index in Etude's home."""
    return IndexFolder(settings.index_folder)


def open_searcher(settings: Settings) -> Searcher:
    """Return a searcher over the index in Etude's home.

    Raises:
        ModelError: the embedding model cannot be used.

    """
    return Searcher(open_index(settings), open_embedder(settings))


def shipped_notes() -> Path:
    """Return the folder of the notes that ship with Etude."""
    return Path(str(files("knowledge"))) / "notes"
