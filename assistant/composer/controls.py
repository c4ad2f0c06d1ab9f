"""Music to hold composed music against: what a careless composer writes.

Controls keep the melodies of real music and change what is written to them. Real held-out music is a control too, and
needs no code; a composer that follows rules is `assistant.composer.rules`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.composer.genres import DRUMS, Part
from assistant.composer.metrics.tape import Tape, tape_of
from assistant.composer.roll import HELD, ONSET, SILENT, Roll
from assistant.errors import InputError


def wrong_accompaniment(rolls: Sequence[Roll]) -> list[Roll]:
    """Return each melody with the other parts of the next piece, and the last one with those of the first.

    Every part is then real music, and only what joins it to the melody is lost. Accompaniments that are shorter than
    the melody begin again.

    Args:
        rolls: one a piece, each shaped (parts, steps, 128).

    Raises:
        InputError: there is only one piece.

    """
    if len(rolls) < 2:
        raise InputError("A wrong accompaniment is another piece's. Give two pieces or more.")
    made = []
    for roll, other in zip(rolls, [*rolls[1:], rolls[0]], strict=True):
        steps = np.arange(roll.shape[1]) % other.shape[1]
        made.append(np.concatenate([roll[:1], other[1:, steps]]))
    return made


@dataclass(frozen=True, slots=True)
class Density:
    """How many notes a part has.

    Args:
        begin: share of steps where notes begin.
        rest: share of steps where a rest begins.
        sizes: how many notes began together, once for each time that any did.

    """

    begin: float
    rest: float
    sizes: NDArray[np.int64]


def densities(rolls: Sequence[Roll], parts: Sequence[Part]) -> list[Density]:
    """Return how many notes each part but the melody has in real music."""
    tape = tape_of(rolls, parts)
    return [_density(tape, number) for number, _ in tape.written()]


def random_notes(rolls: Sequence[Roll], parts: Sequence[Part], density: Sequence[Density], seed: int) -> list[Roll]:
    """Return each melody with as many notes as real music has in each part, but any notes at any time.

    At each step by itself, notes begin, or a rest begins, as often as in real music; else what sounds is held. How many
    begin together is drawn from real music, their pitches uniformly from the part's range, drums from the kit. This is
    what the similarity index calls noise: an empty or a full roll would be further from music, and easier to beat.

    Args:
        rolls: each shaped (parts, steps, 128); only the melodies are used.
        parts: of the genre, the melody first.
        density: of each part but the melody, from `densities` of music to learn from.
        seed: same seed, same notes.

    """
    stream = np.random.default_rng(seed)
    made = []
    for roll in rolls:
        noise = np.full_like(roll, SILENT)
        noise[0] = roll[0]
        for number, part in enumerate(parts[1:]):
            _scatter(noise[number + 1], part, density[number], stream)
        made.append(noise)
    return made


def _density(tape: Tape, number: int) -> Density:
    begun = tape.begins[number].sum(axis=1)
    rests = tape.sounds[number][:-1] & ~tape.sounds[number][1:]
    return Density(float((begun > 0).mean()), float(rests.sum() / len(begun)), begun[begun > 0])


def _scatter(roll: Roll, part: Part, density: Density, stream: np.random.Generator) -> None:
    pitches = np.array(DRUMS) if part.kind == "drums" else np.arange(part.low, part.high + 1)
    sounding: NDArray[np.int64] = np.array([], np.int64)
    for step, chance in enumerate(stream.random(len(roll))):
        if chance < density.begin:
            size = min(int(stream.choice(density.sizes)), len(pitches))
            sounding = stream.choice(pitches, size, replace=False)
            roll[step, sounding] = ONSET
        elif chance < density.begin + density.rest or part.kind == "drums":
            sounding = sounding[:0]
        else:
            roll[step, sounding] = HELD
