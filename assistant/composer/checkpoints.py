"""A trained model on disk: safetensors for the weights, JSON for what they are; nothing is ever unpickled.

::

    chorale-1/
      model.safetensors     the generator's weights (float16)
      model.json            genre, parts, sizes, data, training, metrics
      README.md             the model card
      state.safetensors     what a training needs to go on; goes when it is over
      log.csv, curves.png   how the training went
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal

import torch
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from safetensors import SafetensorError
from safetensors.torch import load, save

from assistant.composer.genres import Genre, Part
from assistant.composer.networks import Generator, Sizes
from assistant.errors import InputError

WEIGHTS, ABOUT, CARD, STATE = "model.safetensors", "model.json", "README.md", "state.safetensors"
LARGEST = 256 * 1024 * 1024
"""Bytes; larger weights are not ours (the largest that ships has a few MB)."""


class PartAbout(BaseModel):
    """A part as the checkpoint was trained for it."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=40)
    kind: Literal["voice", "chords", "drums"]
    low: int = Field(ge=0, le=127)
    high: int = Field(ge=0, le=127)
    program: int = Field(ge=0, le=127)


class About(BaseModel):
    """What a checkpoint is; `metrics` are of the held-out part that training watched, `training` how it was made."""

    model_config = ConfigDict(extra="forbid")

    format: Literal[1] = 1
    version: str = Field(max_length=80)
    genre: str = Field(max_length=80)
    title: str
    description: str
    kind: Literal["real", "rules", "synthetic", "custom"]
    tempo: int = Field(ge=20, le=400)
    parts: list[PartAbout] = Field(min_length=2, max_length=16)
    sizes: dict[str, Annotated[int, Field(ge=1, le=4096)]]
    sha256: str
    data: dict[str, Any]
    training: dict[str, Any]
    metrics: dict[str, float]

    def as_genre(self) -> Genre:
        """Return the genre with the parts that the checkpoint writes."""
        parts = tuple(Part(**part.model_dump()) for part in self.parts)
        return Genre(self.genre, self.title, self.description, self.kind, self.tempo, parts)


def write_checkpoint(folder: Path, generator: Generator, about: dict[str, Any], genre: Genre) -> About:
    """Write weights and description of a generator into a folder, each file whole or not at all."""
    half = {
        name: value.detach().to("cpu", torch.float16).contiguous() for name, value in generator.state_dict().items()
    }
    weights = save(half)
    known = About(
        genre=genre.name,
        title=genre.title,
        description=genre.description,
        kind=genre.kind,
        tempo=genre.tempo,
        parts=[PartAbout(**asdict(part)) for part in genre.parts],
        sizes=asdict(generator.sizes),
        sha256=hashlib.sha256(weights).hexdigest(),
        **about,
    )
    folder.mkdir(parents=True, exist_ok=True)
    replace(folder / WEIGHTS, weights)
    replace(folder / ABOUT, (known.model_dump_json(indent=2) + "\n").encode())
    return known


def read_about(folder: Path) -> About:
    """Return what a checkpoint says of itself.

    Raises:
        InputError: there is none in the folder, or it is not one of Etude's.

    """
    try:
        return About.model_validate_json((folder / ABOUT).read_bytes())
    except OSError:
        raise InputError(f"{_refusal(folder)} Etude's models are folders with {ABOUT} and {WEIGHTS} in them.") from None
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"]) or "its text"
        raise InputError(
            f"{folder / ABOUT} does not describe a model of Etude: {where} is not as it should be."
        ) from None


def _refusal(folder: Path) -> str:
    if folder.is_file():
        return f"{folder} is a file; pickled checkpoints are never loaded, as they can run code."
    return f"There is no trained model in {folder}."


def read_checkpoint(folder: Path) -> tuple[Generator, About]:
    """Return the generator of a checkpoint, on the CPU, and what it says of itself.

    Raises:
        InputError: there is none, or its weights are not those that it names.

    """
    about = read_about(folder)
    path = folder / WEIGHTS
    try:
        if path.stat().st_size > LARGEST:
            raise InputError(f"{path} is larger than any model of the composer; it was not loaded.")
        weights = path.read_bytes()
    except OSError:
        raise InputError(f"{path} cannot be read; train the model again or take another version.") from None
    if hashlib.sha256(weights).hexdigest() != about.sha256:
        raise InputError(
            f"{path} is not the file that {ABOUT} describes; train the model again or take another version."
        )
    try:
        generator = Generator(about.as_genre().parts, 1, Sizes(**about.sizes))
        generator.load_state_dict({name: value.float() for name, value in load(weights).items()})
    except (SafetensorError, RuntimeError, TypeError, ValueError):
        raise InputError(f"{path} does not fit the network that {ABOUT} describes; take another version.") from None
    return generator.eval(), about


def replace(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    beside = path.with_name(f".{path.name}.new")
    beside.write_bytes(content)
    beside.replace(path)
