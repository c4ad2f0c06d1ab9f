"""How a training goes."""

from __future__ import annotations

from dataclasses import dataclass, field

from assistant.composer.launch import Precision
from assistant.composer.networks import Sizes
from assistant.composer.objectives import Weights


@dataclass(frozen=True, slots=True)
class Plan:
    """How a training goes.

    Steps are batches of windows. Training ends after `steps`, after `minutes` (0: no limit), or when `patience`
    judgements in a row found no better model, whichever comes first; the best model is kept, not the last.
    """

    steps: int = 4000
    warm_up: int = 600
    minutes: float = 0.0
    batch: int = 64
    every: int = 200
    patience: int = 8
    seed: int = 0
    warm_rate: float = 5e-4
    rate: float = 2e-4
    critic_rate: float = 4e-4
    average: float = 0.995
    precision: Precision = "32-true"
    sizes: Sizes = field(default_factory=Sizes)
    weights: Weights = field(default_factory=Weights)
