"""Rock: the soundtrack of the free game Freedoom, from its WAD files as distributions package them.

A piece is used when it is in 4/4 throughout and four of five of its notes stand on the grid of sixteenths; some were
converted from another format and have lost their beat. Of it those stretches of at least eight bars are used that have
a melody, a bass or chords, and drums in every four bars.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from assistant.composer.genres import Part
from assistant.composer.midi import notes_of, parse_midi
from assistant.composer.pieces import Piece, Progress, Skipped, recipe
from assistant.composer.recipes.band import BASS, BLOCK, CHORDS, DRUM, MELODY, band, lateness, on_the_grid
from assistant.composer.recipes.wad import lumps
from assistant.composer.roll import STEPS_PER_BAR, STEPS_PER_BEAT, Roll
from assistant.errors import InputError

SOURCE = "Freedoom, {title}; its composers are named in the game's CREDITS-MUSIC"
LICENCE = "BSD-3-Clause, copyright contributors to the Freedoom project"
FOLDERS = ("/usr/share/games/doom", "/usr/local/share/games/doom", "/usr/share/doom", "/usr/games/doom")
WADS = ("freedoom1.wad", "freedoom2.wad", "freedm.wad")
GRID = 0.8
LONGEST = 400
"""Bars: a file that claims more is damaged."""


@recipe("rock")
def pieces(files: Sequence[Path], parts: Sequence[Part], on_progress: Progress) -> Iterator[Piece | Skipped]:
    """Yield the stretches of every piece in the WAD files that can be used.

    Raises:
        InputError: there are no WAD files, or they are damaged.

    """
    music: dict[str, tuple[str, bytes]] = {}
    for wad in _wads(files):
        for name, data in lumps(wad):
            if data.startswith(b"MThd"):
                music.setdefault(hashlib.sha256(data).hexdigest(), (f"{wad.stem} {name}", data))
    for done, (sha256, (title, data)) in enumerate(music.items(), start=1):
        yield from _pieces(title, data, sha256)
        on_progress(done, len(music))


def _wads(files: Sequence[Path]) -> list[Path]:
    found = sorted(files) or [file for folder in FOLDERS for name in WADS if (file := Path(folder, name)).is_file()]
    if not found:
        raise InputError(
            "The genre “rock” learns from Freedoom's music, which is not on this machine. Install it with: sudo apt "
            "install freedoom; or name its freedoom1.wad and freedoom2.wad."
        )
    return found


def _pieces(title: str, data: bytes, sha256: str) -> Iterator[Piece | Skipped]:
    score = parse_midi(data, title)
    if {(sign.numerator, sign.denominator) for sign in score.time_signatures} - {(4, 4)}:
        yield Skipped(title, "It is not in 4/4 throughout.")
        return
    notes = [note for track in score.tracks for note in notes_of(track, score.tpq)]
    late = lateness(notes)
    if on_the_grid(notes, late) < GRID or score.end() > LONGEST * 4 * score.tpq:
        yield Skipped(title, "Its notes do not stand on the grid of sixteenths.")
        return
    counts: Counter[str] = Counter()
    roll = band(score, counts, -late / STEPS_PER_BEAT)
    stretches = _stretches(roll)
    if not stretches:
        yield Skipped(title, "It has no eight bars in which melody, drums and bass or chords play.")
    for number, (start, end) in enumerate(stretches, start=1):
        yield Piece(f"{title} ({number})", SOURCE.format(title=title), LICENCE, roll[:, start:end], sha256, counts)
        counts = Counter()


def _stretches(roll: Roll) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for start in range(0, roll.shape[1] - BLOCK + 1, BLOCK):
        plays: Any = roll[:, start : start + BLOCK].any(axis=(1, 2))
        if not (plays[MELODY] and plays[DRUM] and (plays[CHORDS] or plays[BASS])):
            continue
        if found and found[-1][1] == start:
            found[-1] = (found[-1][0], start + BLOCK)
        else:
            found.append((start, start + BLOCK))
    return [(start, end) for start, end in found if end - start >= 8 * STEPS_PER_BAR]
