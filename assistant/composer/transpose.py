"""A melody moved to another key."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from assistant.composer.key import key as key_of
from assistant.composer.melody import Melody
from assistant.composer.roll import PITCHES, SILENT
from assistant.errors import InputError

_TONIC = re.compile(r"([A-G])([#b]?)(?: (major|minor))?")
_NATURAL = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


def transpose(melody: Melody, key: str) -> Melody:
    """Return a melody with its tonic on that of a key, moved by at most six semitones; its mode stays.

    Args:
        melody: any.
        key: such as ``D``, ``F# minor`` or ``Bb major``; empty leaves the melody as it is.

    Raises:
        InputError: this is no key, or the melody does not fit there.

    """
    if not key:
        return melody
    found = _TONIC.fullmatch(key)
    if not found:
        raise InputError(f"“{key[:30]}” is no key; write one such as D, F# minor or Bb major.")
    wanted = (_NATURAL[found[1]] + {"#": 1, "b": -1, "": 0}[found[2]]) % 12
    tonic, mode = key_of(melody.roll)
    shift = (wanted - tonic + 6) % 12 - 6
    lost = melody.roll[..., :-shift] if shift < 0 else melody.roll[..., PITCHES - shift :]
    if (lost != SILENT).any():
        raise InputError(f"The melody cannot be moved to {key}: some notes would be too high or too low.")
    said: tuple[str, ...] = (f"It is moved by {shift:+d} semitones to {found[1]}{found[2]} {mode}.",) if shift else ()
    if found[3] and found[3] != mode:
        said += (f"It stays in {mode}: moving a melody does not change its mode.",)
    return replace(melody, roll=np.roll(melody.roll, shift, axis=-1), notes=(*melody.notes, *said))
