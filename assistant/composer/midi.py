"""Rolls to MIDI files, and MIDI files to symusic's scores with their bars."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from assistant.composer.genres import Genre, Part
from assistant.composer.quantise import Note, bar_of
from assistant.composer.roll import STEPS_PER_BAR, STEPS_PER_BEAT, Roll, notes
from assistant.errors import InputError

TICKS = 480
"""Ticks in a quarter note of what is written."""

_TICKS_PER_STEP = TICKS // STEPS_PER_BEAT
_VELOCITY = {"voice": 76, "chords": 64, "drums": 80}
_MELODY = 96
_WHOLE_BAR = 4.0


def midi_bytes(roll: Roll, genre: Genre, tempo: float) -> bytes:
    """Return a piece as a MIDI file: one named track a part with its instrument, drums on channel 10.

    Args:
        roll: shaped (parts, steps, 128), parts as in the genre, in the key that is to be heard.
        genre: whose parts name the tracks.
        tempo: quarter notes a minute.

    """
    from symusic import Score, Tempo, TimeSignature

    score: Any = Score(TICKS)
    score.tempos.append(Tempo(0, tempo))
    score.time_signatures.append(TimeSignature(0, 4, 4))
    for number, (voice, part) in enumerate(zip(roll, genre.parts, strict=True)):
        score.tracks.append(_track(voice, part, _MELODY if number == 0 else _VELOCITY[part.kind]))
    return bytes(score.dumps_midi())


def write_midi(roll: Roll, genre: Genre, tempo: float, path: Path) -> None:
    """Write a piece as a MIDI file; arguments as of `midi_bytes`."""
    path.write_bytes(midi_bytes(roll, genre, tempo))


def parse_midi(data: bytes, name: str) -> Any:
    """Return the score in a MIDI file.

    Raises:
        InputError: it cannot be read; ``name`` is what the message calls it.

    """
    from symusic import Score

    try:
        score: Any = Score.from_midi(data, sanitize_data=True)
    except (RuntimeError, ValueError, OverflowError) as error:
        raise InputError(f"{name} is not a MIDI file that can be read: it is cut off or damaged.") from error
    if score.tpq <= 0:
        raise InputError(f"{name} does not say how long a quarter note is. Save it again as a MIDI file.")
    return score


def bars_of(score: Any) -> tuple[int, float]:
    """Return quarter notes in a bar, 4 without a time signature, and by how many a pickup has to be moved.

    Raises:
        InputError: it has another meter than those that Etude composes in.

    """
    signs = [sign for sign in sorted(score.time_signatures, key=lambda sign: sign.time) if sign.time < score.end()]
    pickup = 0.0
    if len(signs) > 1:
        first = (signs[1].time - signs[0].time) / score.tpq
        # Notation programs write a pickup as a bar of its own meter.
        if first < min(_WHOLE_BAR, 4 * signs[0].numerator / signs[0].denominator + 1e-6):
            pickup = first
            signs = signs[1:]
    # A few bars of 2/4 in a piece in 4/4 do not make it one in 2/4.
    bar = max((bar_of(sign.numerator, sign.denominator) for sign in signs), default=4)
    return bar, bar - pickup % bar if pickup % bar else 0.0


def notes_of(track: Any, tpq: int, shift: float = 0.0) -> list[Note]:
    """Return the notes of a track, times in quarter notes, all moved by ``shift`` of them."""
    table = track.notes.numpy()
    starts = table["time"].astype(np.float64) / tpq + shift
    lengths = table["duration"].astype(np.float64) / tpq
    return [Note(*one) for one in zip(starts.tolist(), lengths.tolist(), table["pitch"].tolist(), strict=True)]


def tempo_of(score: Any) -> float | None:
    """Return the first tempo in quarter notes a minute, None where there is none."""
    tempos = sorted(score.tempos, key=lambda tempo: tempo.time)
    return float(tempos[0].qpm) if tempos else None


def called(track: Any, tracks: Sequence[Any]) -> str:
    """Return what a track is called in a sentence: its name, else its number from 1."""
    name = " ".join(track.name.split())[:40]
    number = 1 + next(place for place, one in enumerate(tracks) if one is track)
    return f"“{name}” (track {number})" if name else f"track {number}"


def _track(voice: Roll, part: Part, velocity: int) -> Any:
    from symusic import Note as Written
    from symusic import Track

    drums = part.kind == "drums"
    track: Any = Track(name=part.name, program=0 if drums else part.program, is_drum=drums)
    for start, pitch, length in notes(voice):
        loud = velocity + _accent(start)
        track.notes.append(Written(start * _TICKS_PER_STEP, length * _TICKS_PER_STEP, pitch, loud))
    return track


def _accent(step: int) -> int:
    """Return how much louder a step is than an eighth off the beat: bars, half bars and beats are felt."""
    place = step % STEPS_PER_BAR
    return next(loud for every, loud in ((16, 12), (8, 8), (4, 5), (2, 0), (1, -3)) if place % every == 0)
