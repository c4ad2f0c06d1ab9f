"""The user's own MIDI files, in the parts of a genre: voices by register, or melody, chords, bass and drums."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from assistant.composer.genres import Part
from assistant.composer.midi import bars_of, parse_midi
from assistant.composer.pieces import Piece, Progress, Skipped, recipe
from assistant.composer.recipes.band import BASS, CHORDS, DRUM, MELODY, band
from assistant.composer.recipes.scores import file_hash
from assistant.composer.recipes.voices import voices
from assistant.composer.roll import Roll
from assistant.errors import InputError

LICENCE = "The user's own files; whether they may be passed on is for the user to know."
LONGEST = 400
"""Bars; a longer file is damaged or no single piece."""


@recipe("custom")
def pieces(files: Sequence[Path], parts: Sequence[Part], on_progress: Progress) -> Iterator[Piece | Skipped]:
    """Yield each file as a piece, or why it cannot be used.

    Raises:
        InputError: no files are given.

    """
    if not files:
        raise InputError("Your own music is learnt from MIDI files: name one or more.")
    seen: set[str] = set()
    for done, path in enumerate(sorted(files), start=1):
        try:
            yield _piece(path, parts, seen)
        except InputError as error:
            yield Skipped(path.name, str(error))
        on_progress(done, len(files))


def _piece(path: Path, parts: Sequence[Part], seen: set[str]) -> Piece:
    try:
        sha256, data = file_hash(path), path.read_bytes()
    except OSError as error:
        raise InputError(f"{path.name} cannot be read: {error.strerror or 'an error of the disk'}.") from error
    if sha256 in seen:
        raise InputError(f"{path.name} is the same as another file.")
    seen.add(sha256)
    score = parse_midi(data, path.name)
    if score.end() > LONGEST * 4 * score.tpq:
        raise InputError(f"{path.name} has more than {LONGEST} bars.")
    bar, shift = bars_of(score)
    # Two bars of 2/4 make one of 4/4: the first whole one after a pickup begins it.
    shift += 2.0 if bar == 2 and shift else 0.0
    counts: Counter[str] = Counter()
    roll = _in_parts(score, parts, counts, shift)
    if not roll[0].any() or not roll[1:].any():
        raise InputError(
            f"{path.name} has no melody with other parts to it: two tracks or more, or chords, are needed."
        )
    return Piece(f"{path.stem} [{sha256[:8]}]", path.name, LICENCE, roll, sha256, counts)


def _in_parts(score: object, parts: Sequence[Part], counts: Counter[str], shift: float) -> Roll:
    if all(part.kind == "voice" for part in parts):
        return voices(score, len(parts), counts, shift)
    played = band(score, counts, shift)
    places = {"chords": CHORDS, "drums": DRUM, "voice": BASS}
    return np.stack([played[MELODY], *(played[places[part.kind]] for part in parts[1:])])
