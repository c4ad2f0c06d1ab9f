"""How music is held everywhere in the composer: a roll.

A roll is an array of uint8 shaped ``(parts, steps, 128)``: for each part and each sixteenth note, which MIDI pitches
are silent, begin there, or still sound. The first part is always the melody. Drums use General MIDI's drum notes as
pitches and only ever begin. Sixteen steps make a bar of 4/4.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Roll = NDArray[np.uint8]
"""Shaped (parts, steps, 128); values `SILENT`, `HELD` or `ONSET`."""

SILENT, HELD, ONSET = 0, 1, 2
STEPS_PER_BAR = 16
STEPS_PER_BEAT = 4
PITCHES = 128


def empty(parts: int, bars: int) -> Roll:
    """Return a roll of silence, shaped (parts, 16 x bars, 128)."""
    return np.zeros((parts, bars * STEPS_PER_BAR, PITCHES), np.uint8)


def bars(roll: NDArray[Any]) -> int:
    """Return how many bars a roll has, a begun one counted whole."""
    return -(-int(roll.shape[-2]) // STEPS_PER_BAR)


def write_note(part: Roll, pitch: int, start: int, length: int) -> None:
    """Write one note into a part shaped (steps, 128); a note of no length gets one step, one past the end is cut."""
    end = min(start + max(length, 1), len(part))
    if 0 <= start < len(part):
        part[start:end, pitch] = HELD
        part[start, pitch] = ONSET


def notes(part: Roll) -> list[tuple[int, int, int]]:
    """Return the notes of a part shaped (steps, 128) as (start, pitch, length in steps), by start and pitch.

    A held step that no note leads to is read as a beginning, so that nothing that sounds is lost.
    """
    sounding = part != SILENT
    before = np.vstack([np.zeros((1, part.shape[1]), bool), sounding[:-1]])
    found = []
    for start, pitch in np.argwhere(sounding & ((part == ONSET) | ~before)):
        after = part[start + 1 :, pitch] != HELD
        length = 1 + (int(np.argmax(after)) if after.any() else len(after))
        found.append((int(start), int(pitch), length))
    return found


def transpose(roll: Roll, semitones: int) -> Roll:
    """Return the roll moved up or down; notes that would leave MIDI's range are moved by an octave instead."""
    if semitones == 0:
        return roll.copy()
    moved = np.zeros_like(roll)
    for pitch in np.flatnonzero(roll.any(axis=tuple(range(roll.ndim - 1)))):
        target = int(pitch) + semitones
        target += 12 * ((target < 0) - (target >= PITCHES))
        np.maximum(moved[..., target], roll[..., pitch], out=moved[..., target])
    return moved
