"""MIDI files as voices, one note at a time each, from high to low."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from assistant.composer.midi import notes_of
from assistant.composer.quantise import Stepped, on_grid, skyline
from assistant.composer.recipes.band import lowest, on_the_grid
from assistant.composer.roll import STEPS_PER_BAR, Roll, empty, write_note


def voices(score: Any, count: int, counts: Counter[str], shift: float = 0.0) -> Roll:
    """Return a score as voices, shaped (count, steps, 128); drums are left out.

    As many tracks as voices are ordered by register. Else all notes are put together, and the highest line is the first
    voice, the lowest of what is left the last one, the highest of what is then left the second, and so on inwards.

    Args:
        score: symusic's, in 4/4.
        count: of voices.
        counts: gets "notes" read, "moved" to the grid and "dropped".
        shift: quarter notes that are added to every time.

    """
    written = [notes_of(track, score.tpq, shift) for track in score.tracks if not track.is_drum and len(track.notes)]
    counts["notes"] += sum(map(len, written))
    counts["moved"] += sum(round((1 - on_the_grid(notes)) * len(notes)) for notes in written)
    tracks = [on_grid(notes) for notes in written]
    if len(tracks) == count:
        tracks.sort(key=lambda notes: -sum(note.pitch for note in notes) / len(notes))
        lines = [lowest(notes) if number == count - 1 else skyline(notes) for number, notes in enumerate(tracks)]
    else:
        lines = _peeled(sorted(note for notes in tracks for note in notes), count)
    end = max((note.end for line in lines for note in line), default=1)
    roll = empty(count, -(-end // STEPS_PER_BAR))
    for part, line in zip(roll, lines, strict=True):
        for note in line:
            write_note(part, note.pitch, note.start, note.end - note.start)
    counts["dropped"] += sum(map(len, tracks)) - sum(map(len, lines))
    return roll


def _peeled(notes: Sequence[Stepped], count: int) -> list[list[Stepped]]:
    lines: list[list[Stepped]] = [[] for _ in range(count)]
    left = sorted(notes, key=lambda note: (note.start, -note.pitch, note.end))
    outside_in = [place for pair in zip(range(count), reversed(range(count)), strict=True) for place in pair][:count]
    for number, place in enumerate(outside_in):
        lines[place] = skyline(left) if number % 2 == 0 else lowest(left)
        taken = {(note.start, note.pitch) for note in lines[place]}
        left = [note for note in left if (note.start, note.pitch) not in taken]
    return lines
