"""The composer's kinds of jobs: a piece to a melody, and a training; each in a process of its own."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from assistant.jobs.context import Context
from assistant.jobs.kinds import job
from assistant.writing import write_whole

LONGEST_MELODY = 20_000
"""Characters: 64 bars of sixteenths are 8,000."""
MOST_FILES = 200
SEEDS = 2**31
DAY = 24 * 60.0

_VERSION = "version.txt"
_Seed = Annotated[int, Field(ge=0, lt=SEEDS)]


class Compose(BaseModel):
    """What a piece is made of.

    Args:
        melody: a sample's name, note text, ABC, or an absolute path of a file. Text that a stranger wrote ends with a
            line break: then it is never taken for a path.
        title: of the melody; empty is what the melody calls itself.
        notes: what was done to the melody before, in sentences.
        genre: a genre, for its best model, or one version of it.
        bars: the melody is cut or repeated to them; None keeps its length.
        seed: another one gives other music.
        tempo: quarter notes a minute; None is the melody's, else the genre's.
        key: where the melody is moved to, such as ``D`` or ``F# minor``; empty leaves it where it is.

    """

    model_config = ConfigDict(extra="forbid")

    melody: str = Field(min_length=1, max_length=LONGEST_MELODY)
    title: str = Field("", max_length=200)
    notes: list[Annotated[str, Field(max_length=1_000)]] = Field([], max_length=20)
    genre: str = Field("chorale", max_length=80)
    bars: int | None = Field(None, ge=1, le=64)
    seed: _Seed = 0
    tempo: float | None = Field(None, ge=30, le=300)
    key: str = Field("", max_length=10)


class Train(BaseModel):
    """How a model is trained: `minutes` 0 is no limit but that of the job, `midi` and `layout` are for "custom"."""

    model_config = ConfigDict(extra="forbid")

    genre: str = Field(max_length=80)
    minutes: float = Field(30.0, ge=0, le=DAY)
    steps: int = Field(4_000, ge=1, le=1_000_000)
    seed: _Seed = 0
    start: str = Field("", max_length=80)
    midi: list[Path] = Field([], max_length=MOST_FILES)
    layout: str = Field("", max_length=80)


@job("compose", Compose, minutes=10, memory_mb=6_000, short=True)
def compose(arguments: Compose, context: Context) -> dict[str, Any]:
    """Write a piece into the job's folder; the result names its files there and says what is known of it."""
    context.progress(0.0, "reading the melody")
    from assistant.composer.fit import fit
    from assistant.composer.melody import read_melody
    from assistant.composer.transpose import transpose

    melody = transpose(read_melody(arguments.melody), arguments.key)
    notes = (*arguments.notes, *melody.notes)
    melody = fit(replace(melody, title=arguments.title or melody.title, notes=notes), arguments.bars)

    context.progress(0.1, "opening the model")
    from assistant.composer.composing import Composer
    from assistant.composer.piece import make, write_piece

    composer = Composer.load(arguments.genre, models_folder(context.settings.home), context.device)
    context.progress(0.5, "composing")
    made = make(composer, melody, arguments.seed, arguments.tempo)
    context.progress(0.7, "writing sound and score")
    paths = write_piece(made, context.folder / "piece", context.settings.soundfont)
    context.progress(1.0, "done")
    return {**made.about, "files": {ending: path.name for ending, path in paths.items()}}


@job("train", Train, minutes=DAY, memory_mb=12_000, resumable=True, grace=90)
def train(arguments: Train, context: Context) -> dict[str, Any]:
    """Train a new version of a genre; resumed, it goes on with the version that it began."""
    context.progress(0.0, "beginning")
    from assistant.composer.genres import genre
    from assistant.composer.plan import Plan
    from assistant.composer.registry import Registry
    from assistant.composer.runs import train as run

    home = context.settings.home / "composer"
    if arguments.genre != "custom":
        # Before a folder is named after it.
        genre(arguments.genre)
    kept = context.folder / _VERSION
    if not kept.is_file():
        write_whole(kept, Registry(home / "models").next_folder(arguments.genre).name)
    version = home / "models" / kept.read_text(encoding="utf-8")
    # Made now, so that a training that begins beside this one takes another number.
    version.mkdir(parents=True, exist_ok=True)
    try:
        folder, about = run(
            arguments.genre,
            home,
            Plan(minutes=arguments.minutes, steps=arguments.steps, seed=arguments.seed),
            midi=arguments.midi,
            layout=arguments.layout,
            start=arguments.start,
            folder=version,
            device=context.device,
            on_progress=context.progress,
        )
    finally:
        # It goes where nothing came of it; a folder that holds something cannot be removed so.
        with contextlib.suppress(OSError):
            version.rmdir()
    return {
        "model": folder.name,
        "genre": about.genre,
        "metrics": _finite(about.metrics),
        "seconds": about.training.get("seconds"),
        "device": context.device,
    }


def models_folder(home: Path) -> Path:
    """Return where models that were trained here are."""
    return home / "composer" / "models"


def version_of(outputs: Path) -> str:
    """Return the version that a training writes, by its job's folder; empty before it has begun."""
    file = outputs / _VERSION
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def _finite(metrics: Mapping[str, float]) -> dict[str, float | None]:
    # NaN and infinity are no JSON.
    return {name: value if abs(value) < float("inf") else None for name, value in metrics.items()}
