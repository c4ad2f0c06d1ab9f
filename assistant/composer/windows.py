"""Pieces cut into what one pass of the networks sees, and put on a device as a batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from assistant.composer.coding import Voiced, encode, pitches, ring, said
from assistant.composer.genres import Part
from assistant.composer.networks import BEFORE, FROM, STEPS, TO, WRITTEN, Given
from assistant.composer.roll import HELD, ONSET, STEPS_PER_BAR, Roll, bars


@dataclass(frozen=True, slots=True)
class Windows:
    """Windows of four bars.

    `tokens` holds an array a part, (windows, 64, 1 or pitches); `there` is (windows, 2): is there a bar before, a bar
    ahead; `genre` is (windows,).
    """

    tokens: tuple[Tensor, ...]
    there: Tensor
    genre: Tensor

    def __len__(self) -> int:
        return len(self.there)


def cut(rolls: Sequence[Roll], parts: Sequence[Part], genre: int = 0) -> Windows:
    """Return the windows of pieces at a hop of one bar; a piece of one bar is written as two, the second silent."""
    found = [window(roll, parts, bar) for roll in rolls for bar in range(max(bars(roll) - WRITTEN + 1, 1))]
    tokens = tuple(torch.from_numpy(np.stack(one)) for one in zip(*(tokens for tokens, _ in found), strict=True))
    there = torch.tensor([there for _, there in found], dtype=torch.float32)
    return Windows(tokens, there, torch.full((len(found),), genre))


def window(roll: Roll, parts: Sequence[Part], bar: int) -> tuple[list[np.ndarray], tuple[bool, bool]]:
    """Return the tokens of the window whose written bars begin at `bar`, and whether it has a bar before and ahead."""
    start = (bar - BEFORE) * STEPS_PER_BAR
    seen = roll[:, max(start, 0) : start + STEPS]
    late = max(-start, 0)
    padded = np.zeros((len(parts), STEPS, roll.shape[2]), np.uint8)
    padded[:, late : late + seen.shape[1]] = seen
    first = padded[:, late]
    first[first == HELD] = ONSET
    return encode(padded, parts), (start >= 0, bar + WRITTEN < bars(roll))


def given(
    windows: Windows, rows: Tensor, parts: Sequence[Part], device: torch.device | str
) -> tuple[Given, list[Voiced], list[Tensor]]:
    """Return, for some windows, what a pass is given, what the other parts truly play, and their tokens."""
    tokens = [one[rows].to(device) for one in windows.tokens]
    melody = _voiced(tokens[0], parts[0])
    before = [_voiced(one[:, :FROM], part) for one, part in zip(tokens[1:], parts[1:], strict=True)]
    true = [one[:, FROM:TO] for one in tokens[1:]]
    played = [
        ring(*said(one, part), ringing.last()) for one, part, ringing in zip(true, parts[1:], before, strict=True)
    ]
    return Given(melody, before, windows.there[rows].to(device), windows.genre[rows].to(device)), played, true


def _voiced(tokens: Tensor, part: Part) -> Voiced:
    return ring(*said(tokens, part), torch.zeros(len(tokens), pitches(part), device=tokens.device))
