"""The melody in a MIDI file: which track has it, and why."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from assistant.composer.midi import bars_of, called, notes_of, parse_midi, tempo_of
from assistant.composer.quantise import Tune, on_grid, skyline
from assistant.errors import InputError

_MELODIC = re.compile(r"melod|vocal|voice|voix|stimme|sing|canto|lead|soprano|solo|tune|theme", re.IGNORECASE)
_BUSY = 0.3
"""Of the track that sounds longest: what sounds less than this is an ornament and not the melody."""


def read_midi_melody(data: bytes, name: str, track: int | None = None) -> Tune:
    """Return the tune of a MIDI file.

    Args:
        data: the file.
        name: what messages call it.
        track: which track has the melody, counted from 1; None chooses one.

    Raises:
        InputError: it is not a MIDI file, has no melody, or another meter than those that Etude composes in.

    """
    score = parse_midi(data, name)
    tracks = list(score.tracks)
    pitched = [one for one in tracks if len(one.notes) and not one.is_drum]
    if not pitched:
        drums = any(len(one.notes) for one in tracks)
        has = "only drums" if drums else "no notes"
        raise InputError(f"{name} has {has}. A melody needs notes with pitches: choose another file.")
    bar, shift = bars_of(score)
    chosen, why = _chosen(tracks, track, name) if track else _melodic(pitched)
    said = []
    if len(tracks) > 1:
        said.append(f"The file has {len(tracks)} tracks; the melody is taken from {called(chosen, tracks)}{why}.")
    if len({round(tempo.qpm) for tempo in score.tempos}) > 1:
        said.append("The file changes its tempo; the first is taken.")
    return Tune(notes_of(chosen, score.tpq, shift), bar, tempo_of(score), said=tuple(said))


def _chosen(tracks: Sequence[Any], number: int, name: str) -> tuple[Any, str]:
    if not 1 <= number <= len(tracks):
        raise InputError(f"{name} has {len(tracks)} tracks; there is no track {number}.")
    chosen = tracks[number - 1]
    if chosen.is_drum or not len(chosen.notes):
        raise InputError(f"Track {number} of {name} has no notes with pitches. Choose another.")
    return chosen, ", as asked"


def _melodic(pitched: Sequence[Any]) -> tuple[Any, str]:
    if len(pitched) == 1:
        return pitched[0], ", the only one with pitches"
    named = [track for track in pitched if _MELODIC.search(track.name)]
    if named:
        return max(named, key=lambda track: len(track.notes)), ", which its name says"
    sounding = [float(track.notes.numpy()["duration"].sum()) for track in pitched]
    busy = [track for track, long in zip(pitched, sounding, strict=True) if long >= _BUSY * max(sounding)]
    return max(busy, key=_height), ", the highest of those that play much"


def _height(track: Any) -> float:
    line = skyline(on_grid(notes_of(track, 1)))
    return sum(note.pitch for note in line) / len(line)
