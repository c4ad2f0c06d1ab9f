"""The upper layers of a transformer encoder, tuned on a task, in numpy alone.

The lower layers are those of the embedding model, which is loaded already; what differs ships with Etude. The layer is
BERT's (Devlin et al. 2019): attention, then a feed-forward part, each added to what came in and normalised.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_EPSILON = 1e-12


@dataclass(frozen=True)
class Layers:
    """Some layers and a linear head on the mean of the tokens; d dimensions, k outputs.

    Args:
        tensors: by BERT's names, ``0.attention.self.query.weight`` ..., ``head.weight`` ``(k, d)``, ``head.bias``.
        below: number of the embedding model's layers that come before.
        count: number of these layers.
        heads: number of attention heads.

    """

    tensors: Mapping[str, Floats]
    below: int
    count: int
    heads: int

    def odds(self, states: Floats) -> Floats:
        """Return the log-odds ``(k,)`` of a text by its tokens' hidden states below these layers, ``(tokens, d)``."""
        for number in range(self.count):
            states = self._layer(states, f"{number}.")
        return np.asarray(self._linear(states.mean(axis=0), "head"), np.float32)

    def _layer(self, states: Floats, name: str) -> Floats:
        query, key, value = (
            self._linear(states, f"{name}attention.self.{part}").reshape(len(states), self.heads, -1).swapaxes(0, 1)
            for part in ("query", "key", "value")
        )
        scores = query @ key.swapaxes(1, 2) / np.sqrt(query.shape[2], dtype=np.float32)
        scores = np.exp(scores - scores.max(axis=2, keepdims=True))
        mixed = (scores / scores.sum(axis=2, keepdims=True) @ value).swapaxes(0, 1).reshape(states.shape)
        states = self._norm(states + self._linear(mixed, f"{name}attention.output.dense"), f"{name}attention.output")
        wide = _gelu(self._linear(states, f"{name}intermediate.dense"))
        return self._norm(states + self._linear(wide, f"{name}output.dense"), f"{name}output")

    def _linear(self, inputs: Floats, name: str) -> Floats:
        return np.asarray(inputs @ self.tensors[f"{name}.weight"].T + self.tensors[f"{name}.bias"], np.float32)

    def _norm(self, inputs: Floats, name: str) -> Floats:
        centred = inputs - inputs.mean(axis=1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(axis=1, keepdims=True) + _EPSILON)
        weight, bias = self.tensors[f"{name}.LayerNorm.weight"], self.tensors[f"{name}.LayerNorm.bias"]
        return np.asarray(scaled * weight + bias, np.float32)


def _gelu(inputs: Floats) -> Floats:
    from scipy.special import erf

    return np.asarray(inputs * 0.5 * (1 + erf(inputs / np.sqrt(2))), np.float32)
