"""Scores, as music21 reads them, to rolls.

Times are quarter notes from the first bar line; a pickup is padded with silence in front, so that bar lines fall on
whole bars. Notes are moved to the nearest sixteenth, ties are one note, grace notes are left out.
"""

from __future__ import annotations

import hashlib
import math
import warnings
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

from assistant.composer.roll import STEPS_PER_BAR, STEPS_PER_BEAT, Roll, empty, write_note
from assistant.errors import InputError

LICENCE = (
    "The music is in the public domain. The encoding is distributed with music21 by permission of its encoder; its "
    "corpus/license.txt says that there may be restrictions on commercial use."
)
"""What music21 says of the scores that it carries."""

Keep = Literal["high", "low"]


@dataclass(frozen=True, slots=True)
class Note:
    """One note, times in quarter notes from the beginning of the score."""

    start: float
    end: float
    pitch: int


def parse(path: Path) -> Any:
    """Return the score in a file.

    Raises:
        InputError: music21 is not installed, or the file is no score.

    """
    try:
        from music21 import converter
        from music21.exceptions21 import Music21Exception
        from music21.musicxml.xmlObjects import MusicXMLWarning
    except ModuleNotFoundError as error:
        raise InputError("Preparing this music needs music21. Install it with: pip install music21") from error
    with warnings.catch_warnings():
        # Of what music21 mends in a score, such as a measure that is too full.
        warnings.simplefilter("ignore", MusicXMLWarning)
        # The parsed form is not kept: it would be pickled to a folder that other users of the machine can write.
        try:
            return converter.parse(path, forceSource=True, storePickle=False)
        except (Music21Exception, OSError, ValueError, LookupError, SyntaxError, zipfile.BadZipFile) as error:
            raise InputError(f"{path} is not a score that music21 can read. Name a MusicXML file.") from error


def corpus_folder() -> Path:
    """Return the folder of scores that music21 carries.

    Raises:
        InputError: music21 is not installed, or without its scores.

    """
    try:
        from music21.common import getCorpusFilePath
    except ModuleNotFoundError as error:
        raise InputError("Preparing this music needs music21. Install it with: pip install music21") from error
    folder = Path(getCorpusFilePath())
    if not (folder / "bach").is_dir():
        raise InputError(f"music21 is installed without its scores ({folder}). Install it with: pip install music21")
    return folder


def meters(score: Any) -> set[str]:
    """Return all time signatures of a score, such as "4/4"."""
    return {found.ratioString for found in score.recurse().getElementsByClass("TimeSignature")}


def measures_of(part: Any) -> list[Any]:
    """Return the measures of a part."""
    return list(part.getElementsByClass("Measure"))


def lengths_of(measures: Sequence[Any]) -> list[float]:
    """Return how long measures that follow each other are, in quarter notes; the last one as long as what it holds."""
    offsets = [float(measure.offset) for measure in measures]
    return [after - before for before, after in pairwise(offsets)] + [float(measures[-1].highestTime)]


def stretch(parts: Sequence[Sequence[Any]], bar: float, keep: Sequence[Keep]) -> tuple[Roll, Counter[str]]:
    """Return measures of all parts as a roll, one voice a part, with what reading them did.

    Args:
        parts: the same measures of each part.
        bar: length of a whole measure in quarter notes: 4, or 2, where two measures make a bar.
        keep: which note of a chord stays in each part.

    """
    counts: Counter[str] = Counter()
    lengths = lengths_of(parts[0])
    starts = lay_out(lengths, bar)
    # Where two measures make a bar, the first whole measure after a pickup begins one.
    shift = 4 - bar if starts[0] > 0 else 0.0
    voices = [part_notes(measures, starts) for measures in parts]
    end = max((note.end for notes in voices for note in notes), default=0.0)
    roll = empty(len(parts), bars_for(end + shift))
    for part, notes, which in zip(roll, voices, keep, strict=True):
        voice_roll(notes, part, which, counts, shift)
    return roll, counts


def lay_out(lengths: Sequence[float], bar: float) -> list[float]:
    """Return where each measure begins, in quarter notes, so that whole measures fall on bar lines.

    Measures that are shorter than a bar share one: that is how a bar is written that a repeat cuts. One that is alone
    in its bar is a pickup and stands at its end.

    Args:
        lengths: of the measures, in quarter notes.
        bar: how long a whole one is.

    """
    starts: list[float] = []
    end = 0.0
    for length in lengths:
        filled = end % bar
        if filled and filled + length > bar:
            if starts and starts[-1] % bar == 0 and end - starts[-1] < bar:
                starts[-1] += bar - filled
            end += bar - filled
        starts.append(end)
        end += length
    return starts


def part_notes(measures: Sequence[Any], starts: Sequence[float]) -> list[Note]:
    """Return the notes of a part, chords as several, ties merged, grace notes left out, by start and pitch.

    Args:
        measures: of the part.
        starts: where each of them begins.

    """
    found: list[Note] = []
    tied: dict[int, int] = {}
    for measure, beginning in zip(measures, starts, strict=False):
        for element in measure.flatten().notes:
            length = float(element.duration.quarterLength)
            if element.duration.isGrace or length <= 0:
                continue
            start = beginning + float(element.offset)
            for member in getattr(element, "notes", (element,)):
                pitch, tie = int(member.pitch.midi), member.tie.type if member.tie else ""
                before = tied.pop(pitch, None) if tie in ("stop", "continue") else None
                if before is not None and math.isclose(found[before].end, start, abs_tol=1e-3):
                    found[before] = Note(found[before].start, start + length, pitch)
                else:
                    before = len(found)
                    found.append(Note(start, start + length, pitch))
                if tie in ("start", "continue"):
                    tied[pitch] = before
    return sorted(found, key=lambda note: (note.start, note.pitch))


def voice_roll(notes: list[Note], roll: Roll, keep: Keep, counts: Counter[str], shift: float = 0.0) -> None:
    """Write notes into a part shaped (steps, 128) that sounds one note at a time.

    Of notes that begin in the same step, those nearest to where they were written stay, and of these the highest or the
    lowest; a note ends where the next one begins.

    Args:
        notes: in any order.
        roll: the part that is written.
        keep: which note of a chord stays.
        counts: gets "notes" read, "moved" to the grid and "dropped".
        shift: quarter notes that are added to every time.

    """
    chosen: dict[int, tuple[float, int, int]] = {}
    for note in notes:
        start, end = (STEPS_PER_BEAT * (time + shift) for time in (note.start, note.end))
        step, error = nearest(start), abs(start - nearest(start))
        counts["notes"] += 1
        counts["moved"] += error > 0.01
        rank = (round(error, 3), -note.pitch if keep == "high" else note.pitch, max(nearest(end), step + 1))
        if step in chosen:
            counts["dropped"] += 1
        chosen[step] = min(chosen.get(step, rank), rank)
    steps = sorted(chosen)
    for step, following in pairwise([*steps, len(roll)]):
        _, pitch, end = chosen[step]
        write_note(roll, abs(pitch), step, min(end, following) - step)


def nearest(steps: float) -> int:
    """Return the nearest whole step, half a step up."""
    return math.floor(steps + 0.5)


def bars_for(quarters: float) -> int:
    """Return how many bars of 4/4 hold so many quarter notes."""
    return max(1, math.ceil(round(quarters * STEPS_PER_BEAT, 3) / STEPS_PER_BAR))


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
