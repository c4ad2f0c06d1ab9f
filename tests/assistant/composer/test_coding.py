"""What the networks read is what the roll says, and the other way round."""

from __future__ import annotations

import numpy as np
import torch

from assistant.composer.coding import chosen, decode, encode, into_range, pitches, ring, said, token_of
from assistant.composer.genres import genre
from assistant.composer.roll import empty, notes, write_note


def band() -> np.ndarray:
    roll = empty(4, 2)
    for start, pitch, length in ((0, 60, 4), (4, 60, 2), (8, 72, 24)):
        write_note(roll[0], pitch, start, length)
    for pitch in (60, 64, 67):
        write_note(roll[1], pitch, 0, 16)
    write_note(roll[2], 31, 3, 9)
    for step in range(0, 32, 4):
        write_note(roll[3], 36, step, 1)
    return roll


def test_tokens_hold_everything_that_a_roll_says() -> None:
    parts = genre("rock").parts
    assert np.array_equal(decode(encode(band(), parts), parts), band())


def test_what_rings_is_what_the_roll_lets_sound() -> None:
    parts = genre("rock").parts
    for tokens, part, roll in zip(encode(band(), parts), parts, band(), strict=True):
        sound = ring(*said(torch.from_numpy(tokens)[None], part), torch.zeros(1, pitches(part))).sound[0].T.numpy()
        assert np.array_equal(sound > 0, roll[:, part.low : part.high + 1] > 0), part.name


def test_a_note_out_of_range_is_moved_by_octaves() -> None:
    soprano = genre("chorale").parts[0]
    roll = empty(1, 1)
    write_note(roll[0], 12, 0, 4)
    write_note(roll[0], 120, 4, 4)
    moved = [pitch for _, pitch, _ in notes(into_range(roll[0], soprano))]
    assert [pitch % 12 for pitch in moved] == [0, 0]
    assert all(soprano.low <= pitch <= soprano.high for pitch in moved)


def test_what_is_chosen_is_the_likeliest_and_passes_a_gradient_on() -> None:
    for part in genre("rock").parts:
        n = pitches(part) + 2 if part.kind == "voice" else 3 * pitches(part)
        logits = torch.randn(2, n, 8, requires_grad=True)
        begins, held = chosen(logits, part)
        spoken = said(token_of(logits, part), part)
        assert torch.allclose(begins, spoken[0])
        assert torch.allclose(held, spoken[1])
        (begins * torch.randn_like(begins)).sum().backward()  # type: ignore[no-untyped-call]
        assert logits.grad is not None
        assert logits.grad.abs().sum() > 0
