"""Dance tunes of Ireland and Scotland from old collections that music21 carries, with an accompaniment by rules.

The melodies are real, the accompaniment is not: `accompany` makes it. A tune is used when it is in 4/4, 2/2 or 2/4, has
nothing but whole sections of eight bars, and reads without trouble. Repeats are not played out: once is enough to learn
from. Of first and second endings the second is played.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from assistant.composer.abc_text import read_abc
from assistant.composer.genres import Part
from assistant.composer.key import normalising_shift
from assistant.composer.pieces import Piece, Progress, recipe
from assistant.composer.quantise import Note, Tune, to_roll
from assistant.composer.recipes.accompany import accompany
from assistant.composer.recipes.scores import LICENCE, corpus_folder
from assistant.composer.roll import Roll, bars, transpose
from assistant.errors import InputError

COLLECTIONS = {
    "ryansMammoth": "Ryan's Mammoth Collection of Fiddle Tunes (1883)",
    "oneills1850": "O'Neill's Music of Ireland (1903)",
    "airdsAirs": "Aird's Selection of Scotch, English, Irish and Foreign Airs (1782-1801)",
}
SOURCE = "{collection}, “{title}”, in the corpus of music21; accompaniment made by rules"
MOST = 350
"""Tunes that are used, those with the smallest hashes of their text: enough for about 5,000 windows of two bars."""

_METER = re.compile(r"^M:\s*(?:C\|?|4/4|2/2|2/4)\s*$", re.MULTILINE)
_HEAD = re.compile(r"(^K:.*\n)", re.MULTILINE)
_FIRST_ENDING = re.compile(r"(?:\|\s*\[?|\[)\s*1(?![\d/]).*?:\|+\s*\[?\s*2(?![\d/])", re.DOTALL)
_ENDING = re.compile(r"(?:(?<=\|)\s*\[?|\[)\s*[12](?![\d/])")
_REPEAT = re.compile(r":*\|+:+|:+\|+|::+")
_SECTION = 8


@recipe("folk-dance")
def pieces(files: Sequence[Path], parts: Sequence[Part], on_progress: Progress) -> Iterator[Piece]:
    """Yield the tunes with guitar and bass."""
    found: dict[str, tuple[str, str]] = {}
    for path in sorted(files) or [
        path for name in COLLECTIONS for path in sorted((corpus_folder() / name).glob("*.abc"))
    ]:
        for text in re.split(r"^(?=X:)", path.read_text("utf-8", errors="replace"), flags=re.MULTILINE):
            if _METER.search(text) and _HEAD.search(text):
                collection = COLLECTIONS.get(path.parent.name, path.name)
                found.setdefault(hashlib.sha256(text.encode()).hexdigest(), (text, collection))
    used = 0
    for sha256, (text, collection) in sorted(found.items()):
        melody = _melody(text)
        if melody is None:
            continue
        heading = re.search(r"^T:\s*(.*)$", text, re.MULTILINE)
        title = f"{heading.group(1).strip() if heading else 'Untitled'} [{sha256[:8]}]"
        source = SOURCE.format(collection=collection, title=title[:-11])
        yield Piece(title, source, LICENCE, _with_backing(melody, title), sha256)
        used += 1
        on_progress(used, min(MOST, len(found)))
        if used == MOST:
            return


def _melody(text: str) -> Roll | None:
    """Return one tune as a roll shaped (1, steps, 128), or None where it cannot be used."""
    *head, tune = _HEAD.split(text, maxsplit=1)
    once = _REPEAT.sub("|", _ENDING.sub("", _FIRST_ENDING.sub("|", tune)))
    try:
        melody, _ = to_roll(_in_eighths(read_abc("".join(head) + once)))
    except InputError:
        return None
    pickup = not melody[0, 0].any()
    whole = bars(melody) - pickup
    return melody if whole >= _SECTION and whole % _SECTION == 0 else None


def _in_eighths(tune: Tune) -> Tune:
    """Return a tune with all lengths doubled where most of its notes are sixteenths.

    The collections write the same kind of reel in 2/4 with sixteenths and in 4/4 with eighths.
    """
    short = sum(note.length <= 0.25 for note in tune.notes)
    if short <= len(tune.notes) / 2:
        return tune
    doubled = [Note(2 * note.start, 2 * note.length, note.pitch) for note in tune.notes]
    return replace(tune, notes=doubled, bar=min(2 * tune.bar, 4))


def _with_backing(melody: Roll, name: str) -> Roll:
    shift = normalising_shift(melody)
    guitar, bass = accompany(transpose(melody, shift)[0], name)
    return np.stack([melody[0], transpose(guitar, -shift), transpose(bass, -shift)])
