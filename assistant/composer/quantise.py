"""A tune as it was read, its notes in quarter notes, and the steps from there to one voice on the grid.

Readers put bar lines at multiples of the bar's length from 0 on; `to_roll` does the rest, and says what it did.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from assistant.composer.roll import PITCHES, STEPS_PER_BAR, STEPS_PER_BEAT, Roll, empty, write_note
from assistant.errors import InputError

MOST_BARS = 64
SUPPORTED = "4/4, 2/2 and 2/4"

_METERS = {(4, 4): 4, (2, 2): 4, (2, 4): 2}
_BAR = STEPS_PER_BAR // STEPS_PER_BEAT
_ON_THE_GRID = 0.05
"""Steps by which a note may miss the grid and still count as on it: files round their times."""


class Note(NamedTuple):
    """One note: start and length in quarter notes, MIDI pitch."""

    start: float
    length: float
    pitch: int


class Stepped(NamedTuple):
    """One note on the grid: first step, first step after it, MIDI pitch."""

    start: int
    end: int
    pitch: int


@dataclass(frozen=True, slots=True)
class Tune:
    """What a reader found; `bar` is in quarter notes, `tempo` in quarter notes a minute, `said` is for the user."""

    notes: Sequence[Note]
    bar: int = _BAR
    tempo: float | None = None
    title: str = ""
    said: tuple[str, ...] = ()


def bar_of(numerator: int, denominator: int) -> int:
    """Return how many quarter notes a bar holds.

    Raises:
        InputError: Etude does not compose in this meter.

    """
    found = _METERS.get((numerator, denominator))
    if found is None:
        raise InputError(
            f"The melody is in {numerator}/{denominator}; Etude composes in {SUPPORTED}. Give a melody in one of these."
        )
    return found


def to_roll(tune: Tune) -> tuple[Roll, tuple[str, ...]]:
    """Return one voice as a roll shaped (1, steps, 128), in whole bars, and what was done to get there, in sentences.

    Silent bars before the first note are dropped, times go to the nearest sixteenth, and where several notes sound at
    once the highest is kept (the "skyline" of Uitdenbogerd and Zobel 1998, without what begins beneath a held note).

    Raises:
        InputError: there are no notes.

    """
    notes = [note for note in tune.notes if note.length >= 0 and note.start >= 0 and 0 <= note.pitch < PITCHES]
    if not notes:
        raise InputError("The melody has no notes. Give at least one.")
    said: list[str] = []
    notes = _from_the_first_bar(notes, tune.bar, said)
    kept = _in_time(notes, said)
    voice = skyline(on_grid(kept))
    off = sum(abs(note.start * STEPS_PER_BEAT - _nearest(note.start * STEPS_PER_BEAT)) > _ON_THE_GRID for note in kept)
    if off:
        said.append(f"{off} of {len(kept)} notes began off the sixteenth grid and were moved to it.")
    if len(voice) < len(kept):
        said.append(
            f"Where several notes sound at once, the highest is taken: {len(voice)} of {len(kept)} notes are kept."
        )
    if len(voice) == 1:
        said.append("The melody is a single note, so the other parts have little to follow.")
    roll = empty(1, -(-max(note.end for note in voice) // STEPS_PER_BAR))
    for note in voice:
        write_note(roll[0], note.pitch, note.start, note.end - note.start)
    return roll, (*tune.said, *said)


def on_grid(notes: Iterable[Note]) -> list[Stepped]:
    """Return notes on the grid of sixteenths, by start, the highest first.

    A note whose end is on the grid ends there. One that was played shorter than it is written ends at the next step.
    """
    return sorted(
        (
            Stepped(start := _nearest(note.start * STEPS_PER_BEAT), max(_end(note), start + 1), note.pitch)
            for note in notes
        ),
        key=lambda note: (note.start, -note.pitch, note.end),
    )


def skyline(notes: Sequence[Stepped]) -> list[Stepped]:
    """Return one voice out of notes in the order of `on_grid`: each ends where the next begins."""
    voice: list[Stepped] = []
    for note in notes:
        if voice and note.start < voice[-1].end:
            last = voice[-1]
            # Two notes of a line may overlap by a step, as legato is played; what begins beneath otherwise is another
            # voice.
            legato = note.end > last.end and last.end - note.start == 1
            if note.start == last.start or not (note.pitch >= last.pitch or legato):
                continue
            voice[-1] = last._replace(end=note.start)
        voice.append(note)
    return voice


def _from_the_first_bar(notes: Sequence[Note], bar: int, said: list[str]) -> list[Note]:
    first = min(note.start for note in notes)
    # The nearest step counts: a file may begin a hair before its bar line.
    silent = _nearest(first * STEPS_PER_BEAT) // (bar * STEPS_PER_BEAT)
    shift = -float(silent * bar)
    # Two bars of 2/4 make one: a pickup goes before the bar line of ours, not into the middle of a bar.
    if bar < _BAR and _nearest((first + shift) * STEPS_PER_BEAT) > 0:
        shift += bar
    if silent:
        said.append(f"{silent} silent {'bar' if silent == 1 else 'bars'} before the first note were left out.")
    if bar < _BAR:
        said.append("The melody is in 2/4: two of its bars make one of 4/4.")
    return [note._replace(start=note.start + shift) for note in notes]


def _in_time(notes: Sequence[Note], said: list[str]) -> list[Note]:
    long = MOST_BARS * _BAR
    kept = [
        note._replace(length=min(note.length, long - note.start))
        for note in notes
        if _nearest(note.start * STEPS_PER_BEAT) < long * STEPS_PER_BEAT
    ]
    bars = math.ceil(max(note.start + note.length for note in notes) / _BAR - _ON_THE_GRID)
    if bars > MOST_BARS:
        said.append(
            f"The melody has {bars:,} bars; Etude composes at most {MOST_BARS}, so the first {MOST_BARS} are used."
        )
    return kept


def _end(note: Note) -> int:
    end = (note.start + note.length) * STEPS_PER_BEAT
    return _nearest(end) if abs(end - _nearest(end)) <= _ON_THE_GRID else math.ceil(end)


def _nearest(steps: float) -> int:
    return math.floor(steps + 0.5)
