"""What each side of the game minimises, one forward pass each, so that both can run on several processes alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from assistant.composer.coding import Voiced
from assistant.composer.losses import divergence, fooled, found_again, hinge_fake, hinge_real, sameness, told
from assistant.composer.networks import Discriminator, Generator, Given, Posterior


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each term counts for the generator; found on the development split of the chorales."""

    adversary: float = 1.0
    told: float = 0.3
    divergence: float = 0.01
    free: float = 0.05
    found: float = 0.5
    apart: float = 2.0
    wanted: float = 0.45


class Writer(nn.Module):
    """The generator's side, with the posterior that gives its noise a meaning."""

    def __init__(self, generator: Generator, posterior: Posterior, weights: Weights) -> None:
        super().__init__()
        self.generator, self.posterior, self.weights = generator, posterior, weights

    def forward(
        self,
        given: Given,
        played: Sequence[Voiced],
        tokens: Sequence[Tensor],
        noise: Tensor,
        critic: Discriminator | None,
    ) -> dict[str, Tensor]:
        """Return the terms; `total` is what is minimised. Without a critic the music is only learnt by heart.

        `noise` is shaped (2, batch, noise): two seeds for each melody.
        """
        mean, spread = self.posterior(given.melody, played)
        sampled = mean + torch.randn_like(mean) * (0.5 * spread).exp()
        logits, _ = self.generator(given, sampled, played)
        terms = {
            "told": told(logits, tokens, self.generator.parts[1:]),
            "divergence": divergence(mean, spread, self.weights.free),
        }
        total = terms["told"] + self.weights.divergence * terms["divergence"]
        if critic is not None:
            terms |= self._against(given, noise, critic)
            total = (
                self.weights.told * total
                + self.weights.adversary * terms["fooled"]
                + self.weights.found * terms["found"]
                + self.weights.apart * terms["sameness"]
            )
        return {"total": total, **terms}

    def _against(self, given: Given, noise: Tensor, critic: Discriminator) -> dict[str, Tensor]:
        twice, flat = both(given), noise.flatten(0, 1)
        _, written = self.generator(twice, flat)
        mean, spread = self.posterior(twice.melody, written)
        one, other = halves(written)
        return {
            "fooled": fooled(critic(twice, written)),
            "found": found_again(flat, mean, spread),
            "sameness": sameness(one, other, self.weights.wanted),
        }


class Critic(nn.Module):
    """The discriminator's side."""

    def __init__(self, discriminator: Discriminator) -> None:
        super().__init__()
        self.discriminator = discriminator

    def forward(self, given: Given, played: Sequence[Voiced], written: Sequence[Voiced]) -> dict[str, Tensor]:
        """Return the terms; `total` is the hinge loss on real and written music."""
        real, fake = hinge_real(self.discriminator(given, played)), hinge_fake(self.discriminator(given, written))
        return {"total": real + fake, "real": real, "fake": fake}


def both(given: Given) -> Given:
    """Return the batch twice over."""
    return Given(
        _twice(given.melody),
        [_twice(part) for part in given.before],
        given.there.repeat(2, 1),
        given.genre.repeat(2),
    )


def _twice(part: Voiced) -> Voiced:
    return Voiced(part.onset.repeat(2, 1, 1), part.sound.repeat(2, 1, 1))


def halves(written: Sequence[Voiced]) -> tuple[list[Voiced], list[Voiced]]:
    """Return the first and the second half of a batch."""
    pairs = [(*part.onset.chunk(2), *part.sound.chunk(2)) for part in written]
    return [Voiced(o1, s1) for o1, _, s1, _ in pairs], [Voiced(o2, s2) for _, o2, _, s2 in pairs]
