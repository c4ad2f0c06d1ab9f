"""Rolls as tensors: what the networks read and write of each part.

A voice says one of `pitches + 2` things a step: rest, hold, or a pitch that begins. Chords and drums say for each
pitch of theirs: silent, hold, or begin. Both become the same two tensors, what begins and what is held, from which
`ring` tells what sounds; so losses and the discriminator need not know the kinds apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from assistant.composer.genres import Part
from assistant.composer.roll import HELD, ONSET, PITCHES, SILENT, Roll

REST, HOLD, FIRST = 0, 1, 2
"""What a voice's token means; `FIRST + k` begins the part's k-th pitch."""


class Voiced(NamedTuple):
    """What one part does: `onset` and `sound` are shaped (batch, pitches, steps), with values 0 to 1."""

    onset: Tensor
    sound: Tensor

    def features(self) -> Tensor:
        """Return (batch, pitches + 1, steps): what sounds, and whether anything begins."""
        return torch.cat([self.sound, self.onset.amax(1, keepdim=True)], 1)

    def last(self) -> Tensor:
        """Return what sounds at the end, (batch, pitches)."""
        return self.sound[:, :, -1]


def pitches(part: Part) -> int:
    """Return how many pitches a part may use."""
    return part.high - part.low + 1


def channels(part: Part) -> int:
    """Return how many channels `Voiced.features` has for a part."""
    return pitches(part) + 1


def choices(part: Part) -> int:
    """Return how many numbers the network gives a step for a part."""
    return pitches(part) + 2 if part.kind == "voice" else 3 * pitches(part)


def encode(roll: Roll, parts: Sequence[Part]) -> list[np.ndarray]:
    """Return the tokens of each part of a roll shaped (parts, steps, 128).

    A voice's are uint8 shaped (steps, 1); of chords and drums uint8 shaped (steps, pitches) with the roll's own values.
    Pitches out of a part's range are moved by octaves into it; where a voice has several, the highest is taken.
    """
    return [_encode(into_range(one, part), part) for one, part in zip(roll, parts, strict=True)]


def into_range(roll: Roll, part: Part) -> Roll:
    """Return one part, (steps, 128), with every pitch moved by octaves into the part's range."""
    outside = [int(p) for p in np.flatnonzero(roll.any(0)) if not part.low <= p <= part.high]
    if not outside:
        return roll
    moved = roll.copy()
    for pitch in outside:
        below, above = max(part.low - pitch, 0), max(pitch - part.high, 0)
        target = pitch + 12 * (-(-below // 12) - -(-above // 12))
        moved[:, pitch] = SILENT
        if part.low <= target <= part.high:
            moved[:, target] = np.maximum(moved[:, target], roll[:, pitch])
    return moved


def _encode(roll: Roll, part: Part) -> np.ndarray:
    inside = roll[:, part.low : part.high + 1]
    if part.kind != "voice":
        return inside.copy()
    sounding = inside != SILENT
    highest = inside.shape[1] - 1 - sounding[:, ::-1].argmax(1)
    token = np.where(inside[np.arange(len(inside)), highest] == ONSET, highest + FIRST, HOLD)
    return np.where(sounding.any(1), token, REST).astype(np.uint8)[:, None]


def decode(tokens: Sequence[np.ndarray], parts: Sequence[Part]) -> Roll:
    """Return the roll of tokens as `encode` gives them; a hold that nothing leads to is silence."""
    return np.stack([_decode(one, part) for one, part in zip(tokens, parts, strict=True)])


def _decode(tokens: np.ndarray, part: Part) -> Roll:
    roll = np.zeros((len(tokens), PITCHES), np.uint8)
    sounding = np.zeros(pitches(part), bool)
    for step, token in enumerate(tokens):
        begins, held = _begins_and_held(token, part)
        sounding = begins | (held & sounding)
        roll[step, part.low : part.high + 1] = np.where(begins, ONSET, np.where(sounding, HELD, SILENT))
    return roll


def _begins_and_held(token: np.ndarray, part: Part) -> tuple[np.ndarray, np.ndarray]:
    if part.kind != "voice":
        return token == ONSET, token == HELD
    begins = np.zeros(pitches(part), bool)
    if token[0] >= FIRST:
        begins[token[0] - FIRST] = True
    return begins, np.full(pitches(part), token[0] == HOLD)


def said(tokens: Tensor, part: Part) -> tuple[Tensor, Tensor]:
    """Return what tokens (batch, steps, 1 or pitches) begin and hold, as floats for `ring`."""
    if part.kind != "voice":
        moved = tokens.transpose(1, 2)
        return (moved == ONSET).float(), (moved == HELD).float()
    one_hot = functional.one_hot(tokens[:, :, 0].long(), choices(part)).transpose(1, 2).float()
    return one_hot[:, FIRST:], one_hot[:, HOLD : HOLD + 1]


def chosen(logits: Tensor, part: Part) -> tuple[Tensor, Tensor]:
    """Return what logits (batch, choices, steps) begin and hold: the likeliest, with the gradient of the softmax.

    The straight-through estimator of Bengio, Léonard and Courville (2013), without sampling, so that the same noise
    gives the same notes.
    """
    if part.kind == "voice":
        one_hot = _straight_through(logits, 1)
        return one_hot[:, FIRST:], one_hot[:, HOLD : HOLD + 1]
    split = _straight_through(torch.unflatten(logits, 1, (3, pitches(part))), 1)
    return split[:, ONSET], split[:, HELD]


def _straight_through(logits: Tensor, dim: int) -> Tensor:
    soft = logits.softmax(dim)
    hard = torch.zeros_like(soft).scatter_(dim, soft.argmax(dim, keepdim=True), 1.0)
    return hard + soft - soft.detach()


def ring(begins: Tensor, held: Tensor, before: Tensor) -> Voiced:
    """Return what sounds.

    Args:
        begins: shaped (batch, pitches, steps).
        held: shaped (batch, 1 or pitches, steps).
        before: the pitches that sound when the first step comes, shaped (batch, pitches).

    """
    sound, steps = before, []
    for onset, hold in zip(begins.unbind(2), held.unbind(2), strict=True):
        sound = onset + hold * sound
        steps.append(sound)
    return Voiced(begins, torch.stack(steps, 2))


def token_of(logits: Tensor, part: Part) -> Tensor:
    """Return the likeliest tokens of logits (batch, choices, steps), shaped as `encode` gives them, with a batch."""
    if part.kind == "voice":
        return logits.argmax(1)[:, :, None].to(torch.uint8)
    return torch.unflatten(logits, 1, (3, pitches(part))).argmax(1).transpose(1, 2).to(torch.uint8)


def sureness(logits: Tensor, part: Part) -> Tensor:
    """Return the mean log-probability of the likeliest tokens of logits (batch, choices, steps), shaped (batch,)."""
    split = logits if part.kind == "voice" else torch.unflatten(logits, 1, (3, pitches(part)))
    return split.log_softmax(1).amax(1).flatten(1).mean(1)


def cross_entropy(logits: Tensor, tokens: Tensor, part: Part) -> Tensor:
    """Return the mean cross-entropy a step (nats) of logits (batch, choices, steps) against tokens of `encode`."""
    if part.kind == "voice":
        return functional.cross_entropy(logits, tokens[:, :, 0].long())
    split = torch.unflatten(logits, 1, (3, pitches(part)))
    return functional.cross_entropy(split, tokens.transpose(1, 2).long()) * pitches(part)
