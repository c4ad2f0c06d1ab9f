"""The router's head: a logistic regression over an utterance's embedding and its words, calibrated, in one small file.

``python -m eval.bench.agent_fit`` writes it. One matrix says which tool an utterance asks for, "none" or "refine", as
it stands alone; another, used only behind an earlier turn, whether it is about that turn ("cancel that", "slower").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from assistant.agent.planning.features import Floats, features
from assistant.errors import InputError

FILE = Path(__file__).with_name("router.safetensors")
NONE, REFINE, NEW = "none", "refine", "new"
EMBEDDING_WEIGHT = 1.0
"""What the embedding, of length one, counts beside the words, of length one."""


@dataclass(frozen=True)
class Head:
    """Weights ``(k, d + BUCKETS)`` and biases ``(k,)`` for k labels; ``temperature`` divides the log-odds."""

    labels: tuple[str, ...]
    weights: Floats
    bias: Floats
    temperature: float

    def probabilities(self, seen: Floats) -> Mapping[str, float]:
        """Return the probability of each label for what `observe` returns."""
        odds = (self.weights @ seen + self.bias) / self.temperature
        odds -= odds.max()
        shares = np.exp(odds) / np.exp(odds).sum()
        return {label: float(share) for label, share in zip(self.labels, shares, strict=True)}


def observe(text: str, vector: Floats) -> Floats:
    """Return what a head sees of an utterance: its embedding and its words, ``(d + BUCKETS,)``."""
    return np.concatenate([EMBEDDING_WEIGHT * vector, features(text)]).astype(np.float32)


@cache
def load_heads(file: Path = FILE) -> tuple[Head, Head, str]:
    """Return the head for utterances alone, the one for those behind an earlier turn, and their embedding model.

    Raises:
        InputError: the file cannot be read.

    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, framework="numpy") as stored:
            card = stored.metadata() or {}
            heads = [
                Head(
                    tuple(card[f"{name}.labels"].split()),
                    stored.get_tensor(f"{name}.weights").astype(np.float32),
                    stored.get_tensor(f"{name}.bias").astype(np.float32),
                    float(card[f"{name}.temperature"]),
                )
                for name in ("alone", "after")
            ]
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise InputError(f"The agent's router {file.name} cannot be read. Install Etude again.") from error
    return heads[0], heads[1], card.get("embedding", "")
