"""A piece moved to C major or A minor and into the ranges of its parts, as everything is learnt and composed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assistant.composer.genres import Part
from assistant.composer.key import normalising_shift
from assistant.composer.roll import PITCHES, SILENT, Roll, transpose


def normalised(roll: Roll, parts: Sequence[Part]) -> tuple[Roll, int, int]:
    """Return a roll in C major or A minor, by how many semitones it was moved, and by how many octaves besides.

    Drums stay as they are. The piece is moved by the octaves that leave the fewest steps outside of the parts' ranges;
    what is still outside is moved by octaves on its own.
    """
    pitched = [part.kind != "drums" for part in parts]
    shift = normalising_shift(roll[pitched])
    octaves = min((0, -1, 1, -2, 2), key=lambda octave: _outside(roll, parts, shift + 12 * octave))
    moved = roll.copy()
    for part, voice, has_key in zip(parts, moved, pitched, strict=True):
        if has_key:
            voice[:] = _folded(transpose(voice, shift + 12 * octaves), part)
    return moved, shift, octaves


def _outside(roll: Roll, parts: Sequence[Part], shift: int) -> int:
    outside = 0
    for part, voice in zip(parts, roll, strict=True):
        if part.kind != "drums":
            pitches = np.arange(PITCHES) + shift
            outside += int((voice[:, (pitches < part.low) | (pitches > part.high)] != SILENT).sum())
    return outside


def _folded(voice: Roll, part: Part) -> Roll:
    for pitch in np.flatnonzero(voice.any(axis=0)):
        if not part.low <= pitch <= part.high:
            target = part.low + (pitch - part.low) % 12 if pitch < part.low else part.high - (part.high - pitch) % 12
            np.maximum(voice[:, target], voice[:, pitch], out=voice[:, target])
            voice[:, pitch] = SILENT
    return voice
