"""The two networks: a generator that writes the other parts to a melody, and a discriminator that hears them.

Both see four bars: one bar of what was, two bars to write, one bar of the melody ahead. The generator is a U-Net in
time (Ronneberger et al., 2015): pitches are channels, sixteenths are read by a convolution a beat wide, and most of the
work is done beat by beat with dilated residual convolutions. The parts are chosen one after the other from the lowest
up, each knowing those before it. The discriminator is a projection discriminator (Miyato and Koyama, 2018) with
spectral norm (Miyato et al., 2018) and the hinge loss; it judges every beat and the whole. Besides the roll it is shown
the chroma of each part, the intervals between each two and what begins, so that harmony and rhythm need not be found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.parametrizations import spectral_norm

from assistant.composer.coding import Voiced, channels, choices, chosen, pitches, ring
from assistant.composer.genres import Part
from assistant.composer.roll import STEPS_PER_BAR, STEPS_PER_BEAT

BEFORE, WRITTEN, AHEAD = 1, 2, 1
"""Bars of context, bars that one pass writes, and bars of melody ahead."""
BARS = BEFORE + WRITTEN + AHEAD
STEPS = BARS * STEPS_PER_BAR
BEATS = STEPS // STEPS_PER_BEAT
FROM, TO = BEFORE * STEPS_PER_BAR, (BEFORE + WRITTEN) * STEPS_PER_BAR
"""The steps that are written, in the window."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large the networks are."""

    width: int = 192
    fine: int = 96
    depth: int = 6
    noise: int = 24
    bar_noise: int = 12
    critic: int = 96


class Given(NamedTuple):
    """What a pass is given, for a batch.

    `melody` is the melody over the window's 64 steps, `before` each other part over the bar before, `there` (batch, 2)
    whether there is a bar before and a bar ahead, `genre` (batch,) the index of the genre.
    """

    melody: Voiced
    before: Sequence[Voiced]
    there: Tensor
    genre: Tensor

    def ringing(self) -> list[Tensor]:
        """Return what each part sounds when the written bars begin, (batch, pitches)."""
        return [part.last() for part in self.before]


class Generator(nn.Module):
    """Writes two bars of every part but the melody."""

    def __init__(self, parts: Sequence[Part], genres: int, sizes: Sizes) -> None:
        super().__init__()
        self.parts, self.sizes = tuple(parts), sizes
        others = self.parts[1:]
        seen = channels(parts[0]) + sum(channels(part) for part in others) + 2 + STEPS_PER_BAR
        self.genre = nn.Embedding(genres, 16)
        self.stem = nn.Conv1d(seen, sizes.fine, 3, padding=1)
        told = 16 + sizes.noise + sizes.bar_noise
        self.down = nn.Conv1d(sizes.fine, sizes.width, 8, stride=STEPS_PER_BEAT, padding=2)
        self.told = nn.Conv1d(told, sizes.width, 1)
        self.trunk = nn.Sequential(*[Residual(sizes.width, 2 ** (i % 3)) for i in range(sizes.depth)])
        self.up = nn.ConvTranspose1d(sizes.width, sizes.fine, STEPS_PER_BEAT, stride=STEPS_PER_BEAT)
        self.fine = nn.Sequential(Residual(sizes.fine, 1), Residual(sizes.fine, 2))
        self.heads = nn.ModuleList([Head(sizes.fine, i, others) for i in range(len(others))])

    def noise(self, batch: int, device: torch.device | str = "cpu", generator: torch.Generator | None = None) -> Tensor:
        """Return standard normal noise for a batch: (batch, noise + written bars x noise a bar)."""
        size = self.sizes.noise + WRITTEN * self.sizes.bar_noise
        return torch.randn(batch, size, generator=generator).to(device)

    def forward(
        self, given: Given, noise: Tensor, truth: Sequence[Voiced] | None = None
    ) -> tuple[list[Tensor], list[Voiced]]:
        """Return the logits of each other part, (batch, choices, 32), and what is played.

        With `truth` every part knows the true parts below it, not the chosen ones, and nothing is chosen.
        """
        fine = self.hear(given, noise)[:, :, FROM:TO]
        ringing = given.ringing()
        logits: list[Tensor] = [fine] * len(self.heads)
        played: list[Voiced | None] = list(truth) if truth is not None else [None] * len(self.heads)
        for i in reversed(range(len(self.heads))):
            below = [part.features() for part in played[i + 1 :] if part is not None]
            logits[i] = self.heads[i](torch.cat([fine, *below], 1))
            if truth is None:
                played[i] = ring(*chosen(logits[i], self.parts[i + 1]), ringing[i])
        return logits, [part for part in played if part is not None]

    def hear(self, given: Given, noise: Tensor) -> Tensor:
        """Return what the trunk makes of melody, context and noise, (batch, fine, 64)."""
        batch = len(noise)
        context = [functional.pad(part.features(), (0, STEPS - FROM)) for part in given.before]
        clock = torch.eye(STEPS_PER_BAR, device=noise.device).repeat(1, BARS)[None].expand(batch, -1, -1)
        there = given.there[:, :, None].expand(-1, -1, STEPS)
        stem = functional.gelu(self.stem(torch.cat([given.melody.features(), *context, there, clock], 1)))
        beats = self.down(stem) + self.told(self._told(given.genre, noise))
        heard: Tensor = self.fine(self.up(self.trunk(beats)) + stem)
        return heard

    def _told(self, genre: Tensor, noise: Tensor) -> Tensor:
        whole, each = noise[:, : self.sizes.noise], noise[:, self.sizes.noise :]
        per_bar = functional.pad(torch.unflatten(each, 1, (WRITTEN, -1)).transpose(1, 2), (BEFORE, AHEAD))
        per_beat = per_bar.repeat_interleave(STEPS_PER_BAR // STEPS_PER_BEAT, 2)
        same = torch.cat([self.genre(genre), whole], 1)[:, :, None].expand(-1, -1, BEATS)
        return torch.cat([same, per_beat], 1)


class Posterior(nn.Module):
    """Reads what noise would have led to given music: the encoder of a conditional variational autoencoder.

    Kingma and Welling (2014); used in training only, so that noise means something before the adversary comes
    (CVAE-GAN, Bao et al., 2017), and as the encoder that must find the noise again in what was written, which keeps
    two seeds apart (BicycleGAN, Zhu et al., 2017).
    """

    def __init__(self, parts: Sequence[Part], sizes: Sizes) -> None:
        super().__init__()
        self.sizes = sizes
        self.stem = nn.Conv1d(sum(channels(part) for part in parts), sizes.fine, 8, stride=STEPS_PER_BEAT, padding=2)
        self.trunk = nn.Sequential(Residual(sizes.fine, 1), Residual(sizes.fine, 2))
        self.whole = nn.Linear(sizes.fine, 2 * sizes.noise)
        self.each = nn.Linear(sizes.fine, 2 * sizes.bar_noise)

    def forward(self, melody: Voiced, played: Sequence[Voiced]) -> tuple[Tensor, Tensor]:
        """Return mean and logarithm of the variance of the noise, each (batch, noise)."""
        heard = torch.cat([melody.features()[:, :, FROM:TO], *[part.features() for part in played]], 1)
        beats = self.trunk(functional.gelu(self.stem(heard)))
        per_bar = torch.unflatten(beats, 2, (WRITTEN, -1)).mean(3).transpose(1, 2)
        mean, spread = self.whole(beats.mean(2)).chunk(2, 1)
        bar_mean, bar_spread = self.each(per_bar).chunk(2, 2)
        return torch.cat([mean, bar_mean.flatten(1)], 1), torch.cat([spread, bar_spread.flatten(1)], 1).clamp(-8, 4)


class Discriminator(nn.Module):
    """Tells whether two bars after the bar before them, with their melody, are real."""

    def __init__(self, parts: Sequence[Part], genres: int, sizes: Sizes) -> None:
        super().__init__()
        self.parts = tuple(parts)
        width = sizes.critic
        pitched = [part for part in parts if part.kind != "drums"]
        pairs = len(pitched) * (len(pitched) - 1) // 2
        self.rolls = _conv(sum(pitches(part) for part in parts), width, 3, padding=1)
        self.chroma = _conv(12 * (len(pitched) + pairs), width, 3, padding=1)
        self.onsets = _conv(len(parts) + STEPS_PER_BAR, width // 4, 5, padding=2)
        self.beats = nn.Sequential(
            nn.LeakyReLU(0.2),
            _conv(2 * width + width // 4, 2 * width, 4, stride=STEPS_PER_BEAT),
            nn.LeakyReLU(0.2),
            _conv(2 * width, 2 * width, 3, padding=1),
            nn.LeakyReLU(0.2),
        )
        self.local = _conv(2 * width, 1, 1)
        self.wide = nn.Sequential(_conv(2 * width, 2 * width, 3, padding=2, dilation=2), nn.LeakyReLU(0.2))
        self.whole = spectral_norm(nn.Linear(2 * width, 1))
        self.genre = spectral_norm(nn.Embedding(genres, 2 * width))

    def forward(self, given: Given, played: Sequence[Voiced]) -> tuple[Tensor, Tensor]:
        """Return a score a beat, (batch, 12), and a score of the whole, (batch,)."""
        sounds = [given.melody.sound[:, :, :TO]]
        onsets = [given.melody.onset[:, :, :TO].amax(1, keepdim=True)]
        for before, after in zip(given.before, played, strict=True):
            sounds.append(torch.cat([before.sound, after.sound], 2))
            onsets.append(torch.cat([before.onset, after.onset], 2).amax(1, keepdim=True))
        clock = torch.eye(STEPS_PER_BAR, device=sounds[0].device).repeat(1, BARS)[None, :, :TO]
        clock = clock.expand(len(sounds[0]), -1, -1)
        streams = [
            self.rolls(torch.cat(sounds, 1)),
            self.chroma(harmony(sounds, self.parts)),
            self.onsets(torch.cat([*onsets, clock], 1)),
        ]
        beats = self.beats(torch.cat(streams, 1))
        pooled = self.wide(beats).mean(2)
        return self.local(beats)[:, 0], self.whole(pooled)[:, 0] + (self.genre(given.genre) * pooled).sum(1)


def harmony(sounds: Sequence[Tensor], parts: Sequence[Part]) -> Tensor:
    """Return the chroma of each pitched part and the interval classes between each two, (batch, 12 x n, steps).

    Pitches an octave apart share a chroma. Interval class k of two parts is the sum over pitch classes c of
    chroma_low(c) x chroma_high(c + k), so it is 1 where two voices sound k semitones apart.
    """
    chromas = [_chroma(sound, part.low) for sound, part in zip(sounds, parts, strict=True) if part.kind != "drums"]
    found = list(chromas)
    for i, high in enumerate(chromas):
        for low in chromas[i + 1 :]:
            turned = torch.stack([high.roll(-k, 1) for k in range(12)], 1)
            found.append((turned * low[:, None]).sum(2))
    return torch.cat(found, 1)


def _chroma(sound: Tensor, low: int) -> Tensor:
    above = (-sound.shape[1] - low % 12) % 12
    return torch.unflatten(functional.pad(sound, (0, 0, low % 12, above)), 1, (-1, 12)).sum(1)


class Residual(nn.Module):
    """Two convolutions with a way around them; group norm, since a batch may hold one window."""

    def __init__(self, width: int, dilation: int) -> None:
        super().__init__()
        self.inner = nn.Sequential(
            nn.GroupNorm(8, width),
            nn.GELU(),
            nn.Conv1d(width, width, 3, padding=dilation, dilation=dilation),
            nn.GELU(),
            nn.Conv1d(width, width, 1),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return (batch, width, steps)."""
        inner: Tensor = self.inner(x)
        return x + inner


class Head(nn.Module):
    """Gives the logits of one part from the trunk and the parts below it."""

    def __init__(self, width: int, index: int, others: Sequence[Part]) -> None:
        super().__init__()
        below = sum(channels(part) for part in others[index + 1 :])
        self.layers = nn.Sequential(
            nn.Conv1d(width + below, width, 5, padding=2),
            nn.GELU(),
            Residual(width, 2),
            nn.GELU(),
            nn.Conv1d(width, choices(others[index]), 1),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return (batch, choices, steps)."""
        logits: Tensor = self.layers(x)
        return logits


def _conv(inputs: int, outputs: int, kernel: int, *, stride: int = 1, padding: int = 0, dilation: int = 1) -> nn.Module:
    return spectral_norm(nn.Conv1d(inputs, outputs, kernel, stride=stride, padding=padding, dilation=dilation))
