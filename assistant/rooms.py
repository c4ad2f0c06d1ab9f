"""Opens the rooms of Etude with the folders, models and databases that the settings name."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import ModelError, RecordsError
from assistant.models.catalog import card_for
from assistant.models.weights import find_weights
from assistant.settings import Settings
from knowledge.embed import Embedder
from knowledge.index import IndexFolder
from knowledge.search import Searcher
from knowledge.sources import Sources

if TYPE_CHECKING:
    from assistant.exam.room import ExamRoom
    from assistant.guardrails.document import GuardrailDocument
    from assistant.guardrails.library import Library
    from assistant.records import ExamRecords, Invocations

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


def uploads_folder(settings: Settings) -> Path:
    """Return the folder of the notes that were uploaded, a subfolder for each collection."""
    return settings.home / "notes"


def open_sources(settings: Settings) -> Sources:
    """Return the list of the folders that feed the index."""
    return Sources(settings.home / "sources.json")


def open_searcher(settings: Settings) -> Searcher:
    """Return a searcher over the index in Etude's home.

    Raises:
        ModelError: the embedding model cannot be used.

    """
    return Searcher(open_index(settings), open_embedder(settings))


def guardrails_of(settings: Settings) -> Library:
    """Return the shipped guardrails and those in Etude's home."""
    from assistant.guardrails.library import Library

    return Library(settings.home / "guardrails")


def load_guardrail(settings: Settings) -> GuardrailDocument | None:
    """Return the document of the guardrail that the settings name; None where they name none.

    Raises:
        InputError: there is none of that name or version, or its document is not valid.

    """
    from assistant.guardrails.library import DRAFT

    name, _, version = settings.guardrail.partition("@")
    return guardrails_of(settings).load(name, version or DRAFT) if name else None


def mask_of(settings: Settings) -> Callable[[str], str] | None:
    """Return what masks a text that is to be kept, as the guardrail masks answers; None where it masks nothing.

    It is the second net under records, which get masked texts: for what reaches them on another way.

    Raises:
        InputError: as `load_guardrail`.

    """
    document = load_guardrail(settings)
    policy = document.sensitiveInformationPolicyConfig if document else None
    if policy is None:
        return None

    def masked(text: str) -> str:
        from assistant.guardrails import pii

        return pii.mask(text, pii.find(text, policy, "OUTPUT"))

    return masked


def shipped_notes() -> Path:
    """Return the folder of the notes that ship with Etude."""
    return Path(str(files("knowledge"))) / "notes"


def open_exam_records(settings: Settings) -> ExamRecords:
    """Return what the exam room keeps, in the database that the settings name.

    Raises:
        RecordsError: the database cannot be opened.

    """
    from assistant.records import ExamRecords, Records

    return ExamRecords(Records(settings.database_url).database)


def open_invocations(settings: Settings) -> Invocations | None:
    """Return where calls to models are recorded, or None, with one line in the log, where that cannot be opened."""
    from assistant.records import Invocations, Records, prices_of

    try:
        return Invocations(Records(settings.database_url).database, prices_of(settings))
    except RecordsError as error:
        logging.getLogger(__name__).warning("Invocations are not recorded: %s", error)
        return None


def open_exam_room(settings: Settings, records: ExamRecords | None = None) -> ExamRoom:
    """Return the exam room over the bank and the notes that ship with Etude.

    Raises:
        InputError: a line of the bank is wrong.
        RecordsError: the database cannot be opened.

    """
    from assistant.exam.bank import load_bank
    from assistant.exam.room import ExamRoom
    from knowledge.outline import load_outline

    return ExamRoom(load_bank(), load_outline(shipped_notes()), records or open_exam_records(settings))


def coverage_map() -> Path:
    """Return the map of what the notes that ship with Etude cover."""
    return Path(str(files("knowledge"))) / "coverage.toml"
