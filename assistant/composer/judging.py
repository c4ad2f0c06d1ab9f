"""How good a generator is on held-out melodies: what training watches."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.composer.genres import Part
from assistant.composer.metrics import diversity, measure
from assistant.composer.networks import Generator
from assistant.composer.registry import INDEX
from assistant.composer.roll import Roll
from assistant.composer.similarity import Scale
from assistant.composer.writing import write

DIVERSE = 0.35
"""The share of accompaniment cells in which two seeds should differ at least."""
SEEDS = (1, 2)


@dataclass(frozen=True, slots=True)
class Judged:
    """Figures of a generator on held-out pieces; `score` is what training lowers."""

    metrics: dict[str, float]

    @property
    def index(self) -> float:
        """The similarity index: 0 real music, 1 noise."""
        return self.metrics[INDEX]

    @property
    def score(self) -> float:
        """The similarity index, and what is missing of the diversity asked for."""
        return self.index + max(0.0, DIVERSE - self.metrics["diversity"])


def judge(generator: Generator, held_out: Sequence[Roll], parts: Sequence[Part], scale: Scale) -> Judged:
    """Return the figures of a generator that accompanies the melodies of held-out pieces, with two seeds."""
    melodies = [roll[0] for roll in held_out]
    one, other = (write(generator, melodies, [seed] * len(melodies)) for seed in SEEDS)
    return Judged(
        {
            INDEX: scale.index(one, held_out),
            "diversity": diversity(one, other, parts),
            **{k: v for k, v in measure(one, parts).items() if k.startswith("consonance") and math.isfinite(v)},
        }
    )
