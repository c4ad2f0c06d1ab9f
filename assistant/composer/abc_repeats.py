"""What ABC is read into, and how it is played: repeats and endings written out, ties joined."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from assistant.composer.quantise import Note


@dataclass(slots=True)
class Sound:
    """One note, chord or rest (no pitches); the length is in quarter notes."""

    pitches: tuple[int, ...]
    length: Fraction
    tied: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar line as written, such as ``|:``, and the turns that what follows it is for, none for all of them."""

    line: str
    turns: frozenset[int] = frozenset()


Item = Sound | Bar


def play(items: Sequence[Item]) -> list[Note]:
    """Return the notes, times in quarter notes from the beginning, every repeat twice as it is written."""
    notes: list[Note] = []
    now = Fraction(0)
    tied: dict[int, int] = {}
    for sound in _in_order(items):
        held: dict[int, int] = {}
        for pitch in sound.pitches:
            if pitch in tied:
                held[pitch] = tied[pitch]
                notes[tied[pitch]] = notes[tied[pitch]]._replace(length=notes[tied[pitch]].length + float(sound.length))
            else:
                held[pitch] = len(notes)
                notes.append(Note(float(now), float(sound.length), pitch))
        tied = held if sound.tied else {}
        now += sound.length
    return notes


def _in_order(items: Sequence[Item]) -> Iterator[Sound]:
    place = begin = 0
    turn, heard, ending = 1, True, False
    while place < len(items):
        item = items[place]
        place += 1
        if isinstance(item, Sound):
            if heard:
                yield item
            continue
        closes = item.line.startswith(":")
        if closes and turn == 1:
            place, turn, heard = begin, 2, True
            continue
        if closes or item.line.endswith(":") or (ending and item.line in ("||", "|]")):
            # A new strain begins here, unless it is the ending of the last turn.
            begin, heard, ending = place, True, False
            turn = 2 if item.turns else 1
        if item.turns:
            heard = ending = turn in item.turns
