"""Which tracks of a MIDI file are melody, chords, bass and drums.

Tracks come and go, so it is decided anew every four bars, by what General MIDI's programs say and by register:

- drums: all drum tracks together, each stroke as the nearest of `genres.DRUMS` by family;
- bass: a track with a bass program, else the lowest one that stays below C3;
- melody: the highest track of those that mostly play one note at a time, at least every other beat and three pitches;
- chords: guitars that are left, else the fullest track that is left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.composer.midi import notes_of
from assistant.composer.quantise import Note, Stepped, on_grid, skyline
from assistant.composer.roll import ONSET, STEPS_PER_BAR, STEPS_PER_BEAT, Roll, empty, write_note

BLOCK = 4 * STEPS_PER_BAR
"""Steps for which the tracks keep their parts."""

MELODY, CHORDS, BASS, DRUM = range(4)

_GUITARS, _BASSES, _EFFECTS = range(24, 32), range(32, 40), range(112, 128)
_TIMPANI = 47
_LOW = 48
_NEAR = 0.1
"""Steps by which a note may miss the grid and still count as on it."""
_FAMILIES = {
    36: (35, 36),
    38: (37, 38, 39, 40),
    42: (42, 44),
    46: (46,),
    43: (41, 43),
    47: (45, 47),
    50: (48, 50),
    49: (49, 52, 55, 57),
    51: (51, 53, 59),
}
"""General MIDI's drums by the one that stands for them; hand percussion and effects are left out."""
_DRUM = {pitch: drum for drum, pitches in _FAMILIES.items() for pitch in pitches}


@dataclass(frozen=True, slots=True)
class _Line:
    """What one track plays in a block: its notes, and what is asked about them."""

    program: int
    notes: list[Stepped]
    mean: float
    together: float
    onsets: int
    pitches: int


def band(score: Any, counts: Counter[str], shift: float = 0.0) -> Roll:
    """Return a score as melody, chords, bass and drums, shaped (4, steps, 128); parts that nothing plays are silent.

    Args:
        score: symusic's, in 4/4.
        counts: gets "notes" read and "moved" to the grid.
        shift: quarter notes that are added to every time.

    """
    tracks = [(int(track.program), bool(track.is_drum), notes_of(track, score.tpq, shift)) for track in score.tracks]
    drums = [note for _, is_drum, notes in tracks if is_drum for note in notes]
    pitched = [(program, on_grid(notes)) for program, is_drum, notes in tracks if not is_drum and notes]
    for _, _, notes in tracks:
        counts["notes"] += len(notes)
        counts["moved"] += round((1 - on_the_grid(notes)) * len(notes))
    last = max((note.start + note.length for _, _, notes in tracks for note in notes), default=0.0)
    roll = empty(4, max(1, -(-int(np.ceil(last * STEPS_PER_BEAT)) // STEPS_PER_BAR)))
    for note in drums:
        step, drum = int(note.start * STEPS_PER_BEAT + 0.5), _DRUM.get(note.pitch)
        if drum is not None and 0 <= step < roll.shape[1]:
            roll[DRUM, step, drum] = ONSET
    for start in range(0, roll.shape[1], BLOCK):
        _write_block(roll, [_line(program, notes, start) for program, notes in pitched])
    return roll


def on_the_grid(notes: Sequence[Note], late: float = 0.0) -> float:
    """Return which share of notes begin on the grid of sixteenths, 1 where there are none; `late` is in steps."""
    if not notes:
        return 1.0
    steps = _steps(notes) - late
    return float((np.abs(steps - np.round(steps)) <= _NEAR).mean())


def lateness(notes: Sequence[Note]) -> float:
    """Return by how many steps, -0.5 to 0.5, notes stand after the grid of sixteenths: their circular mean."""
    return float(np.angle(np.exp(2j * np.pi * _steps(notes)).sum()) / (2 * np.pi)) if notes else 0.0


def _steps(notes: Sequence[Note]) -> NDArray[np.float64]:
    return np.array([note.start for note in notes]) * STEPS_PER_BEAT


def _line(program: int, notes: Sequence[Stepped], start: int) -> _Line:
    here = [note._replace(end=min(note.end, start + BLOCK)) for note in notes if start <= note.start < start + BLOCK]
    onsets = len({note.start for note in here})
    mean = float(np.mean([note.pitch for note in here])) if here else 0.0
    return _Line(program, here, mean, len(here) / max(onsets, 1), onsets, len({note.pitch for note in here}))


def _write_block(roll: Roll, lines: Sequence[_Line]) -> None:
    left = [line for line in lines if line.notes and line.program not in _EFFECTS and line.program != _TIMPANI]
    basses = [line for line in left if line.program in _BASSES] or [line for line in left if line.mean < _LOW - 8]
    bass = min(basses, key=lambda line: (-line.onsets, line.mean), default=None)
    if bass is not None:
        _write(roll[BASS], lowest(bass.notes))
    left = [line for line in left if line not in basses]
    leads = [
        line for line in left if line.together < 1.5 and line.mean >= _LOW and line.pitches >= 3 and line.onsets >= 8
    ]
    lead = max(leads, key=lambda line: line.mean, default=None)
    if lead is not None:
        _write(roll[MELODY], skyline(lead.notes))
    # A second track often doubles the melody; it is no accompaniment.
    left = [line for line in left if line is not lead and (lead is None or not _doubles(line, lead))]
    guitars = [line for line in left if line.program in _GUITARS and line.mean < _LOW + 16]
    fullest = sorted(left, key=lambda line: -sum(note.end - note.start for note in line.notes))[:1]
    for line in guitars or fullest:
        _write(roll[CHORDS], line.notes)


def _doubles(line: _Line, lead: _Line) -> bool:
    starts = {(note.start, note.pitch % 12) for note in lead.notes}
    same = sum((note.start, note.pitch % 12) in starts for note in line.notes)
    return same > len(line.notes) / 2


def lowest(notes: Sequence[Stepped]) -> list[Stepped]:
    """Return one voice out of notes as `skyline` does, of the lowest instead of the highest."""
    upside_down = [note._replace(pitch=127 - note.pitch) for note in notes]
    found = skyline(sorted(upside_down, key=lambda note: (note.start, -note.pitch, note.end)))
    return [note._replace(pitch=127 - note.pitch) for note in found]


def _write(part: Roll, notes: Sequence[Stepped]) -> None:
    for note in notes:
        write_note(part, note.pitch, note.start, note.end - note.start)
