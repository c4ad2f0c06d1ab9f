"""String quartets by Haydn, Mozart and Beethoven, from the scores that music21 carries.

A movement, or what lies between two changes of meter, is used when it is in 4/4 or 2/2, or in 2/4 with an even number
of whole measures, two of which make a bar; it has to be at least eight bars long. Repeats are not played out. Of a
double stop the violins play the upper note, viola and cello the lower.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from assistant.composer.genres import Part
from assistant.composer.pieces import Piece, Progress, Skipped, recipe
from assistant.composer.recipes.scores import LICENCE, corpus_folder, file_hash, lengths_of, measures_of, parse, stretch
from assistant.composer.roll import bars

SOURCE = "{title}, in the corpus of music21"
COMPOSERS = ("haydn", "mozart", "beethoven")
MEASURE = {"4/4": 4.0, "2/2": 4.0, "2/4": 2.0}
SHORTEST = 8


@recipe("quartet")
def pieces(files: Sequence[Path], parts: Sequence[Part], on_progress: Progress) -> Iterator[Piece | Skipped]:
    """Yield every stretch, first violin first, or why it cannot be used."""
    found = sorted(files) or [path for name in COMPOSERS for path in sorted((corpus_folder() / name).rglob("*.mxl"))]
    for done, path in enumerate(found, start=1):
        score = parse(path)
        if len(score.parts) == len(parts):
            yield from _stretches(score, path)
        on_progress(done, len(found))


def _stretches(score: Any, path: Path) -> Iterator[Piece | Skipped]:
    voices = [measures_of(part) for part in score.parts]
    count = min(map(len, voices))
    changes = [place for place in range(1, count) if voices[0][place].timeSignature is not None]
    for number, (first, last) in enumerate(zip([0, *changes], [*changes, count], strict=True), start=1):
        title = f"{_title(path)} ({number})" if changes else _title(path)
        sign = voices[0][first].timeSignature
        meter = sign.ratioString if sign is not None else "no meter"
        bar = MEASURE.get(meter)
        measures = [voice[first:last] for voice in voices]
        if bar is None or (bar == 2 and sum(length == bar for length in lengths_of(measures[0])) % 2):
            yield Skipped(title, f"It is in {meter}{', in an odd number of measures' if bar else ''}.")
            continue
        roll, counts = stretch(measures, bar, ("high", "high", "low", "low"))
        if bars(roll) < SHORTEST:
            yield Skipped(title, f"It has fewer than {SHORTEST} bars.")
        else:
            yield Piece(title, SOURCE.format(title=title), LICENCE, roll, file_hash(path), counts)


def _title(path: Path) -> str:
    composer = max((place for place, name in enumerate(path.parts) if name in COMPOSERS), default=-1)
    names = path.parts[composer:]
    return " ".join(name.removesuffix(".mxl").capitalize() for name in names)
