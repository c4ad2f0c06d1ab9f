"""A melody brought to the length that is asked for, by its own form."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from assistant.composer.melody import Melody
from assistant.composer.quantise import MOST_BARS
from assistant.composer.roll import HELD, ONSET, SILENT, STEPS_PER_BAR, Roll
from assistant.errors import InputError


def fit(melody: Melody, bars: int | None) -> Melody:
    """Return the melody in so many bars: its first ones, or repeated; None leaves it as it is.

    A repetition follows the form: a pickup goes into the bar that it leads out of, and the piece closes as the melody
    does: where bars are over, its last ones come once more.

    Raises:
        InputError: the number of bars is not 1 to 64.

    """
    if bars is None or bars == melody.bars:
        return melody
    if not 1 <= bars <= MOST_BARS:
        raise InputError(f"Etude composes 1 to {MOST_BARS} bars; {bars} were asked for.")
    if bars < melody.bars:
        said = f"The melody has {melody.bars} bars; the first {bars} are used."
        roll = melody.roll[:, : bars * STEPS_PER_BAR].copy()
        if not roll.any():
            raise InputError(f"The first {bars} bars of the melody are silent. Ask for more bars.")
    else:
        said = f"The melody has {melody.bars} bars; it is repeated to fill {bars}."
        roll = _repeated(melody.roll, bars * STEPS_PER_BAR)
    return replace(melody, roll=roll, notes=(*melody.notes, said))


def _repeated(roll: Roll, steps: int) -> Roll:
    pickup = _pickup(roll)
    first, strain = (roll[:, :STEPS_PER_BAR], roll[:, STEPS_PER_BAR:]) if pickup else (roll[:, :0], roll)
    led_on = strain.copy()
    if pickup:
        led_on[:, -pickup:] = first[:, -pickup:]
    times, over = divmod(steps - first.shape[1], strain.shape[1])
    last = [_opened(strain[:, strain.shape[1] - over :])] if over else []
    # Whatever is followed by the strain again ends with its pickup.
    return np.concatenate([first, *[led_on] * (times - 1), strain, *last], axis=1)


def _opened(roll: Roll) -> Roll:
    """Return a roll whose first step begins what was held over from before it."""
    roll = roll.copy()
    roll[:, 0][roll[:, 0] == HELD] = ONSET
    return roll


def _pickup(roll: Roll) -> int:
    """Return the steps of a pickup that the last bar leaves room for, 0 where there is none."""
    sounding = (roll != SILENT).any(axis=(0, 2))
    silent = int(np.argmax(sounding[:STEPS_PER_BAR])) if sounding[:STEPS_PER_BAR].any() else 0
    pickup = STEPS_PER_BAR - silent if silent else 0
    alone = len(sounding) == STEPS_PER_BAR
    return 0 if pickup == 0 or alone or sounding[-pickup:].any() else pickup
