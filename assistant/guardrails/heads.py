"""Linear classifiers over hashed n-grams and, where it is at hand, over the text's embedding.

A set of heads is two files in ``heads/``: ``NAME.safetensors`` with the weights and ``NAME.json``, the model card
with what it was trained on, its figures, limits and the training command (`python -m eval.bench.guard_heads`). One
head scores one kind (``PROMPT_ATTACK``, ``HATE`` …); a set may have several, which share the n-grams. A set whose card
has ``layers`` has a third file, ``NAME-layers.safetensors``: `assistant.guardrails.layers`.

The score of a text is the highest over the whole text, its windows and what parts of it decode to. The log-odds of
n-grams and, where there is one, of the embedding are joined and calibrated by a logistic regression (Platt 1999;
stacking after Wolpert 1992). Where there are layers, the mean of that and of their log-odds decides. A head knows the
wording it was trained on: a new trick in new words, an attack spread over several messages, and languages that the
training data lack pass it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.errors import InputError
from assistant.guardrails.features import BUCKETS, Buckets, buckets
from assistant.guardrails.layers import Layers
from assistant.guardrails.normalise import Normalised
from assistant.guardrails.windows import windows
from knowledge.embed import Embedder

Floats = NDArray[np.float32]

FOLDER = Path(str(files("assistant.guardrails"))) / "heads"


@dataclass(frozen=True, slots=True)
class Found:
    """How likely a text is of a kind, and the piece of the cleaned text that says so most; 0 and 0 is not a piece."""

    probability: float
    start: int = 0
    end: int = 0


@dataclass(frozen=True)
class Heads:
    """One set of heads; k kinds, d dimensions of the embedding.

    Args:
        name: of the files.
        kinds: what each head scores.
        idf: inverse document frequency of each bucket, ``(BUCKETS,)``.
        weights: of the n-grams, ``(k, BUCKETS)``, and ``bias``, ``(k,)``.
        vector_weights: of the embedding, ``(k, d)``, d = 0 where it did not help, and ``vector_bias``, ``(k,)``.
        alone: slope and intercept that calibrate the n-grams' log-odds alone, ``(k, 2)``.
        joined: slopes of n-grams and embedding, and the intercept, ``(k, 3)``.
        card: the model card; ``prototype_width`` is how fast nearness falls, ``gate`` see `gated`.
        prototypes: unit vectors of texts to be near to, ``(p, d)``, where a head looks at nearness.
        prototype_weights: of the nearness to each, ``(k, p)``.
        layers: upper layers of the embedding model, tuned to these kinds.

    """

    name: str
    kinds: tuple[str, ...]
    idf: Floats
    weights: Floats
    bias: Floats
    vector_weights: Floats
    vector_bias: Floats
    alone: Floats
    joined: Floats
    card: dict[str, Any]
    prototypes: Floats | None = None
    prototype_weights: Floats | None = None
    layers: Layers | None = None

    def scores(
        self, normalised: Normalised, vectors: NDArray[Any] | None = None, states: NDArray[Any] | None = None
    ) -> dict[str, float]:
        """Return the probability of each kind.

        Args:
            normalised: the text.
            vectors: its embedding, ``(d,)``, or those of its parts, ``(n, d)``, by the model that `fits`; without it
                n-grams alone decide.
            states: its tokens' hidden states below the layers, ``(tokens, d)``, from `states`.

        """
        return {kind: found.probability for kind, found in self.find(normalised, vectors, states).items()}

    def find(
        self, normalised: Normalised, vectors: NDArray[Any] | None = None, states: NDArray[Any] | None = None
    ) -> dict[str, Found]:
        """Return what `scores` does, with the window that scored highest."""
        spans, odds = [], []
        for start, end, text in pieces(normalised, self.window, whole=self.whole):
            spans.append((start, end))
            odds.append(self.odds(buckets(text, normalised.signs)))
        table = np.stack(odds)
        # Where the whole of a long text scores highest, the window that comes next says where to look.
        narrow = [number for number, (start, end) in enumerate(spans) if end - start < len(normalised.text)]
        best = np.array(narrow)[table[narrow].argmax(axis=0)] if narrow else table.argmax(axis=0)
        top = table.max(axis=0)
        if vectors is None or not self.vector_weights.size:
            logits = self.alone[:, 0] * top + self.alone[:, 1]
        else:
            near = self.vector_odds(np.atleast_2d(vectors).astype(np.float32)).max(axis=0)
            logits = self.joined[:, 0] * top + self.joined[:, 1] * near + self.joined[:, 2]
            if self.layers and states is not None:
                logits = (logits + self.layers.odds(np.asarray(states, np.float32))) / 2
        probabilities = self.gated(1 / (1 + np.exp(-logits)))
        return {
            kind: Found(float(probabilities[number]), *spans[best[number]]) for number, kind in enumerate(self.kinds)
        }

    def odds(self, found: tuple[Buckets, Buckets]) -> Floats:
        """Return the log-odds of each kind by n-grams, ``(k,)``, before calibration."""
        total = self.bias.copy()
        for block in found:
            if len(block):
                idf = self.idf[block]
                total += (self.weights[:, block] @ idf) / np.linalg.norm(idf)
        return total

    def gated(self, probabilities: Floats) -> Floats:
        """Return the probability of each kind, given those of the heads, ``(k,)``.

        Where the card names a ``gate``, that head says whether there is any of the kinds, and the others which. The
        likeliest kind is as likely as the gate, the others less by as much as they are less likely than it.
        """
        if self.card.get("gate") is None:
            return probabilities
        gate = self.kinds.index(self.card["gate"])
        kinds = np.arange(len(self.kinds)) != gate
        found = probabilities[gate] * probabilities / probabilities[kinds].max()
        return np.where(kinds, found, probabilities)

    def vector_odds(self, vectors: Floats) -> Floats:
        """Return the log-odds of each kind by embeddings ``(n, d)``, ``(n, k)``, before calibration.

        Nearness to a prototype is the Gaussian kernel ``exp(-width * distance ** 2)`` of unit vectors.
        """
        odds = vectors @ self.vector_weights.T + self.vector_bias
        if self.prototypes is not None and self.prototype_weights is not None:
            near = np.exp(-2 * self.card["prototype_width"] * (1 - vectors @ self.prototypes.T))
            odds = odds + near @ self.prototype_weights.T
        return np.asarray(odds, np.float32)

    def states(self, text: str, embedder: Embedder) -> Floats | None:
        """Return the hidden states that `find` reads, by the model that `fits`; None for heads without layers."""
        return embedder.encode_states([text], self.layers.below)[0] if self.layers else None

    @property
    def window(self) -> int:
        """Words of a window."""
        return int(self.card["window_words"])

    @property
    def whole(self) -> bool:
        """Whether the whole of a long text is scored besides its windows."""
        return bool(self.card["whole"])

    def thresholds(self, kind: str, *, joined: bool) -> dict[str, float]:
        """Return from which probability confidence is LOW, MEDIUM and HIGH, with the embedding joined or without."""
        found: dict[str, float] = self.card["thresholds"]["joined" if joined else "alone"][kind]
        return found

    def fits(self, embedder: Embedder | None) -> bool:
        """Say whether these heads use embeddings, and those of this model."""
        if embedder is None or self.card["embedding"] is None:
            return False
        return model_hash(embedder.folder) == str(self.card["embedding"]["sha256"])


@cache
def load_heads(name: str) -> Heads:
    """Return a set of heads that ships with Etude.

    Raises:
        InputError: there is none of this name, or its files are not those that the training command writes.

    """
    return read_heads(FOLDER / f"{name}.safetensors")


def read_heads(file: Path) -> Heads:
    """Return the heads in a file, with the card beside it; raises as `load_heads` does."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        card = json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))
        tensors = {key: value.astype(np.float32) for key, value in load_file(file).items()}
        layers = None
        if given := card.get("layers"):
            upper = load_file(file.with_name(f"{file.stem}-layers.safetensors"))
            upper = {key: value.astype(np.float32) for key, value in upper.items()}
            layers = Layers(upper, **given)
        heads = Heads(name=file.stem, kinds=tuple(card["kinds"]), card=card, layers=layers, **tensors)
        shape = heads.weights.shape
    except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
        shipped = ", ".join(sorted(path.stem for path in FOLDER.glob("*.json"))) or "none"
        raise InputError(
            f"There are no guardrail heads {file.stem!r} that can be read; there are: {shipped}."
        ) from error
    if shape != (len(heads.kinds), BUCKETS) or heads.idf.shape != (BUCKETS,):
        raise InputError(f"The guardrail heads {file.stem!r} have other n-grams than this version of Etude. Reinstall.")
    return heads


def pieces(normalised: Normalised, words: int, *, whole: bool) -> Iterator[tuple[int, int, str]]:
    """Yield what of a text is scored: its windows, the windows of what it decodes to, and the whole where it is asked.

    Each with its place in the cleaned text, 0 and 0 where it is not a piece of that.
    """
    text, cut = normalised.text, False
    for start, end in windows(text, words):
        cut = cut or end - start < len(text)
        yield start, end, text[start:end]
    if whole and cut:
        yield 0, len(text), text
    for view in normalised.views:
        for start, end in windows(view, words):
            yield 0, 0, view[start:end]


@cache
def model_hash(folder: Path) -> str:
    """Return the SHA-256 of an embedding model's weights; empty where there is no such file."""
    file = folder / "model.safetensors"
    if not file.is_file():
        return ""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
