"""Metrics of when a part sounds, after Dong, Hsiao, Yang and Yang, "MuseGAN", AAAI 2018, section 5.

That paper has 96 steps a bar and we have 16, so two of its definitions are said anew where they are used.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from assistant.composer.metrics.tape import Counted, Tape, by_bar
from assistant.composer.roll import HELD, STEPS_PER_BAR

_EIGHTH = 2
"""Steps of an eighth note."""


def empty_bars(tape: Tape) -> Iterator[tuple[str, Counted]]:
    """Share of bars in which the part is silent throughout (EB)."""
    for number, part in tape.written():
        silent = ~by_bar(tape.sounds[number])
        yield f"empty_bars.{part.name}", (silent, np.ones_like(silent))


def qualified_notes(tape: Tape) -> Iterator[tuple[str, Counted]]:
    """Share of notes that last an eighth or longer (QN); a low share is music in splinters.

    The paper asks for a 32nd note, three of its steps; our shortest note is a sixteenth, so we ask for more than the
    shortest. Notes that the ends of a roll may cut are not counted: held into it, or begun on its last step.
    """
    last = np.append(tape.starts[1:], tape.bars) * STEPS_PER_BAR - 1
    for number, part in tape.pitched():
        begins = tape.begins[number].copy()
        begins[last] = False
        goes_on = np.zeros_like(begins)
        goes_on[:-1] = tape.roll[number, 1:] == HELD
        yield f"qualified_notes.{part.name}", ((begins & goes_on).sum(axis=1), begins.sum(axis=1))


def drum_pattern(tape: Tape) -> Iterator[tuple[str, Counted]]:
    """Share of drum strokes on the eighths of the bar (DP).

    The paper counts 8- and 16-beat patterns; with 16 steps a bar every stroke is on a sixteenth, so the 8-beat pattern
    is what is left to tell.
    """
    for number, part in tape.written():
        if part.kind == "drums":
            strokes = tape.begins[number].sum(axis=1)
            on_eighth = np.arange(len(strokes)) % _EIGHTH == 0
            yield f"drum_pattern.{part.name}", (strokes * on_eighth, strokes)
