"""A page of pieces to listen to: one file that needs nothing else, with sound and pictures in it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Sequence
from importlib.resources import files
from math import lcm
from pathlib import Path
from typing import TypeVar

from jinja2 import Environment

from assistant.composer.composing import Composer
from assistant.composer.fit import fit
from assistant.composer.melody import read_melody
from assistant.composer.midi import midi_bytes
from assistant.composer.picture import picture
from assistant.composer.piece import Made, make
from assistant.composer.samples import samples
from assistant.composer.sound import render_small

M = TypeVar("M")
PIECES, BARS = 10, 16
LEARNT = {
    "real": "music as it was composed",
    "rules": "real melodies with an accompaniment made by rules",
    "synthetic": "music made by rules",
    "custom": "somebody's own files",
}


def listening_page(
    composers: Sequence[Composer],
    seed: int = 0,
    soundfont: Path | None = None,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> str:
    """Return HTML with ten pieces of sixteen bars: the samples in turn, the models in turn, no seed picked.

    Raises:
        InputError: there is no soundfont.

    """
    shown = []
    for number, (name, composer) in enumerate(turns(list(samples()), composers, PIECES)):
        on_progress(number, PIECES)
        made = make(composer, fit(read_melody(name), BARS), seed + number)
        shown.append(_shown(made, soundfont))
    template = files("assistant.composer").joinpath("listening.html").read_text("utf-8")
    return Environment(autoescape=True).from_string(template).render(pieces=shown, first=seed)


def turns(melodies: Sequence[str], models: Sequence[M], number: int) -> list[tuple[str, M]]:
    """Return so many pairs, both in turn; none comes again before all have come."""
    # Going on by one in both meets a pair again after this many; from there on the melodies are one ahead.
    again = lcm(len(melodies), len(models))
    return [(melodies[(n + n // again) % len(melodies)], models[n % len(models)]) for n in range(number)]


def _shown(made: Made, soundfont: Path | None) -> dict[str, object]:
    return {
        "title": made.title,
        "genre": made.genre,
        "learnt": LEARNT[made.genre.kind],
        "tempo": made.tempo,
        "about": made.about,
        "sound": b64encode(render_small(midi_bytes(made.roll, made.genre, made.tempo), soundfont)).decode(),
        "picture": b64encode(picture(made.roll, made.genre, made.title)).decode(),
    }
