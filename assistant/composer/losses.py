"""What the networks are trained on, each with its source."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from assistant.composer.coding import Voiced, cross_entropy
from assistant.composer.genres import Part


def told(logits: Sequence[Tensor], tokens: Sequence[Tensor], parts: Sequence[Part]) -> Tensor:
    """Return the cross-entropy of all parts, in nats a step."""
    return torch.stack([cross_entropy(*one) for one in zip(logits, tokens, parts, strict=True)]).sum()


def divergence(mean: Tensor, log_variance: Tensor, free: float = 0.1) -> Tensor:
    """Return the Kullback-Leibler divergence of the noise from a standard normal, in nats a window.

    What each number of the noise may carry for nothing is `free` nats (free bits, Kingma et al., 2016).
    """
    each = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance)
    return each.mean(0).clamp(min=free).sum()


def hinge_real(scores: Sequence[Tensor]) -> Tensor:
    """Return the discriminator's hinge loss on real music (Lim and Ye, 2017)."""
    return torch.stack([functional.relu(1 - score).mean() for score in scores]).sum()


def hinge_fake(scores: Sequence[Tensor]) -> Tensor:
    """Return the discriminator's hinge loss on written music."""
    return torch.stack([functional.relu(1 + score).mean() for score in scores]).sum()


def fooled(scores: Sequence[Tensor]) -> Tensor:
    """Return the generator's loss against the discriminator."""
    return -torch.stack([score.mean() for score in scores]).sum()


def found_again(noise: Tensor, mean: Tensor, log_variance: Tensor) -> Tensor:
    """Return how badly the noise is found in what it led to, in nats a number (Zhu et al., 2017)."""
    return 0.5 * (log_variance + (noise - mean).square() / log_variance.exp()).mean()


def sameness(one: Sequence[Voiced], other: Sequence[Voiced], wanted: float) -> Tensor:
    """Return by how much two writings of a melody differ less than in the `wanted` share of cells.

    A cell is a step of a part; it differs where other pitches sound. A diversity term after Yang et al. (2019), with a
    ceiling: beyond it nothing is gained, so that music is not given away for difference.
    """
    return functional.relu(
        wanted - torch.stack([_differ(a.sound, b.sound) for a, b in zip(one, other, strict=True)]).mean()
    )


def _differ(one: Tensor, other: Tensor) -> Tensor:
    """Return the share of steps that differ; of sounds that are 0 or 1, (batch, pitches, steps)."""
    return (one - other).abs().amax(1).mean()
