"""Writing whole pieces with a generator: two bars a pass, each knowing the bar before it."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
import torch

from assistant.composer.coding import decode, sureness, token_of
from assistant.composer.genres import Part
from assistant.composer.networks import FROM, TO, WRITTEN, Generator
from assistant.composer.roll import STEPS_PER_BAR, Roll, bars
from assistant.composer.windows import Windows, given, window


def write(generator: Generator, melodies: Sequence[Roll], seeds: Sequence[int]) -> list[Roll]:
    """Return what `write_surely` does, without how sure it is."""
    return [piece for piece, _ in write_surely(generator, melodies, seeds)]


@torch.no_grad()
def write_surely(generator: Generator, melodies: Sequence[Roll], seeds: Sequence[int]) -> list[tuple[Roll, float]]:
    """Return pieces, (parts, steps, 128), to melodies shaped (steps, 128) in the normalised key, one seed each.

    The noise of a pass comes from the seed and the melody of its bars, so that a repeated strain is accompanied alike
    and a piece does not depend on which others are written with it. The melody is copied through untouched. With each
    piece comes how sure the generator was: the mean log-probability of what it chose.
    """
    generator.eval()
    device = next(generator.parameters()).device
    pieces = [_begun(melody, len(generator.parts)) for melody in melodies]
    lengths = [bars(piece) for piece in pieces]
    sure: list[list[float]] = [[] for _ in pieces]
    for k in range(0, max(lengths), WRITTEN):
        at = {i: min(k, max(n - WRITTEN, 0)) for i, n in enumerate(lengths) if k < n}
        cuts = [window(pieces[i], generator.parts, bar) for i, bar in at.items()]
        noise = np.stack([_noise(generator, tokens[0], seeds[i]) for i, (tokens, _) in zip(at, cuts, strict=True)])
        batch = Windows(
            tuple(torch.from_numpy(np.stack(one)) for one in zip(*(tokens for tokens, _ in cuts), strict=True)),
            torch.tensor([there for _, there in cuts], dtype=torch.float32),
            torch.zeros(len(cuts), dtype=torch.long),
        )
        told, _, _ = given(batch, torch.arange(len(cuts)), generator.parts, device)
        logits, _ = generator(told, torch.from_numpy(noise).to(device))
        tokens = [token_of(one, part).cpu().numpy() for one, part in zip(logits, generator.parts[1:], strict=True)]
        found = [sureness(one, part) for one, part in zip(logits, generator.parts[1:], strict=True)]
        means = torch.stack(found).mean(0).tolist()
        for row, (i, bar) in enumerate(at.items()):
            sure[i].append(means[row])
            before = [one[:FROM] for one in cuts[row][0][1:]]
            _put(pieces[i], before, [one[row] for one in tokens], bar, generator.parts[1:])
    return [
        (_with_melody(piece, melody), float(np.mean(each)))
        for piece, melody, each in zip(pieces, melodies, sure, strict=True)
    ]


def _begun(melody: Roll, parts: int) -> Roll:
    piece = np.zeros((parts, bars(melody) * STEPS_PER_BAR, melody.shape[1]), np.uint8)
    piece[0, : len(melody)] = melody
    return piece


def _noise(generator: Generator, melody: np.ndarray, seed: int) -> np.ndarray:
    size = generator.sizes.noise + WRITTEN * generator.sizes.bar_noise
    strain = zlib.crc32(np.ascontiguousarray(melody[FROM:TO]).tobytes())
    return np.random.default_rng([seed, strain]).standard_normal(size, dtype=np.float32)


def _put(
    piece: Roll, before: Sequence[np.ndarray], written: Sequence[np.ndarray], bar: int, parts: Sequence[Part]
) -> None:
    """Write the tokens of two bars; what the bar before them lets sound may be held on."""
    start = bar * STEPS_PER_BAR
    joined = [np.concatenate([old, new]) for old, new in zip(before, written, strict=True)]
    new = decode(joined, parts)[:, FROM:]
    piece[1:, start : start + TO - FROM] = new[:, : piece.shape[1] - start]


def _with_melody(piece: Roll, melody: Roll) -> Roll:
    piece[0] = 0
    piece[0, : len(melody)] = melody
    return piece
