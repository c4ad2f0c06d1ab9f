"""The parts of a piece as the page draws them, read from its MIDI file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.composer.fit import fit
from assistant.composer.genres import Part
from assistant.composer.melody import read_melody
from assistant.composer.roll import STEPS_PER_BEAT, notes


@dataclass(frozen=True, slots=True)
class Lane:
    """One part: its name, and (start, MIDI pitch, length) of its notes, in sixteenths."""

    name: str
    drums: bool
    notes: tuple[tuple[int, int, int], ...]

    def for_page(self) -> dict[str, object]:
        """Return it as the page's script takes it."""
        return {"name": self.name, "drums": self.drums, "notes": self.notes}


def expected_lanes(melody: str, bars: int | None, parts: Sequence[Part]) -> list[Lane]:
    """Return the melody of a piece that is not composed yet, and an empty lane for each part that will be.

    Raises:
        InputError: the melody cannot be read.

    """
    roll = fit(read_melody(melody), bars).roll
    lead, *others = parts
    return [
        Lane(lead.name, False, tuple(notes(roll[0]))),
        *(Lane(part.name, part.kind == "drums", ()) for part in others),
    ]


def read_lanes(midi: Path) -> list[Lane]:
    """Return the parts of a piece, the melody first.

    Raises:
        InputError: the file cannot be read.

    """
    from assistant.composer.midi import notes_of, parse_midi

    score = parse_midi(midi.read_bytes(), midi.name)
    return [
        Lane(
            " ".join(track.name.split()) or f"part {number}",
            bool(track.is_drum),
            tuple(
                (round(note.start * STEPS_PER_BEAT), note.pitch, max(round(note.length * STEPS_PER_BEAT), 1))
                for note in notes_of(track, score.tpq)
            ),
        )
        for number, track in enumerate(score.tracks, start=1)
    ]
