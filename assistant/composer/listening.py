"""A page of pieces to listen to: one file that needs nothing else, with sound and pictures in it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Sequence
from importlib.resources import files
from itertools import islice, product
from pathlib import Path

from jinja2 import Environment

from assistant.composer.composing import Composer
from assistant.composer.fit import fit
from assistant.composer.melody import read_melody
from assistant.composer.midi import midi_bytes
from assistant.composer.picture import picture
from assistant.composer.piece import Made, make
from assistant.composer.samples import samples
from assistant.composer.sound import render_small

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
    turns = list(islice(((name, composer) for name, composer in _turns(composers)), PIECES))
    shown = []
    for number, (name, composer) in enumerate(turns):
        on_progress(number, len(turns))
        made = make(composer, fit(read_melody(name), BARS), seed + number)
        shown.append(_shown(made, soundfont))
    template = files("assistant.composer").joinpath("listening.html").read_text("utf-8")
    return Environment(autoescape=True).from_string(template).render(pieces=shown, first=seed)


def _turns(composers: Sequence[Composer]) -> list[tuple[str, Composer]]:
    every = [(name, composer) for composer, name in product(composers, samples())]
    # A step that is no divisor of the number of melodies walks through models and melodies at once.
    return [every[(n * (len(samples()) + 1)) % len(every)] for n in range(PIECES)]


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
