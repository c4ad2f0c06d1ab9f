"""A piece from a melody, and its files: MIDI, sound, picture, score and what is known of it."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.composer.genres import Genre
from assistant.composer.melody import Melody
from assistant.composer.metrics import measure
from assistant.composer.midi import midi_bytes
from assistant.composer.musicxml import musicxml
from assistant.composer.picture import picture
from assistant.composer.register import normalised
from assistant.composer.roll import Roll, bars
from assistant.composer.sound import render
from assistant.errors import InputError

if TYPE_CHECKING:
    from assistant.composer.composing import Composer

ENDINGS = ("mid", "wav", "png", "musicxml", "json")


@dataclass(frozen=True, slots=True)
class Made:
    """A composed piece.

    Args:
        roll: shaped (parts, steps, 128), the melody first, in the melody's key.
        genre: names the parts.
        title: of the melody.
        tempo: quarter notes a minute.
        about: what a program wants to know of it, ready for JSON: model, seed, device, seconds, metrics, and the rest.

    """

    roll: Roll
    genre: Genre
    title: str
    tempo: float
    about: Mapping[str, Any]


def make(composer: Composer, melody: Melody, seed: int, tempo: float | None = None) -> Made:
    """Compose the other parts to a melody; the tempo is the one given, else the melody's, else the genre's."""
    genre = composer.genre
    began = time.perf_counter()
    roll = composer.compose(melody.roll, seed=seed)
    seconds = time.perf_counter() - began
    speed = tempo or melody.tempo or float(genre.tempo)
    about = {
        "title": melody.title,
        "genre": genre.name,
        "model": composer.version,
        "seed": seed,
        "bars": bars(roll),
        "tempo": speed,
        "device": str(composer.device),
        "seconds": round(seconds, 3),
        "metrics": metrics_of(roll, genre),
        "notes": list(melody.notes),
    }
    return Made(roll, genre, melody.title, speed, about)


def metrics_of(roll: Roll, genre: Genre) -> dict[str, float | None]:
    """Return the metrics of one piece, in its normalised key; None where there was nothing to count."""
    found = measure([normalised(roll, genre.parts)[0]], genre.parts)
    return {name: round(value, 4) if math.isfinite(value) else None for name, value in found.items()}


def write_piece(made: Made, out: Path, soundfont: Path | None = None) -> dict[str, Path]:
    """Write ``OUT.mid``, ``.wav``, ``.png``, ``.musicxml`` and ``.json``, and return the paths by ending.

    Files of these names are replaced. Nothing is written unless all of them could be made.

    Raises:
        InputError: there is no soundfont, or the files cannot be written.

    """
    midi = midi_bytes(made.roll, made.genre, made.tempo)
    heading = f"{made.title or 'Untitled'}: {made.genre.title}, {made.tempo:g} quarter notes a minute"
    data = {
        "mid": midi,
        "wav": render(midi, soundfont),
        "png": picture(made.roll, made.genre, heading),
        "musicxml": musicxml(made.roll, made.genre, made.tempo, made.title or "Untitled"),
        "json": (json.dumps(made.about, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode(),
    }
    paths = paths_of(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        for ending, path in paths.items():
            path.write_bytes(data[ending])
    except OSError as error:
        raise InputError(f"{error.filename or out} cannot be written: {error.strerror}. Name another --out.") from error
    return paths


def paths_of(out: Path) -> dict[str, Path]:
    """Return where the files of a piece go, by ending."""
    return {ending: out.with_name(f"{out.name}.{ending}") for ending in ENDINGS}
