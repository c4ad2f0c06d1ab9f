"""The encoder that BERTScore looks through: a Hugging Face folder, cut after the layer that was found best for it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from assistant.errors import InputError
from assistant.models.catalog import card_for
from assistant.models.weights import find_weights, sha256_of
from assistant.settings import DEFAULT_EMBEDDING
from eval.tools import Tools

_WEIGHTS = ("model.safetensors", "pytorch_model.bin")


@dataclass(frozen=True, slots=True)
class Encoder:
    """An encoder. ``layer`` gives the vectors; ``sha256`` are the first 12 digits of its weights' hash."""

    name: str
    folder: Path
    layer: int
    sha256: str

    def __str__(self) -> str:
        return f"encoder={self.name}|sha256={self.sha256}|layer={self.layer}|window={self.window}"

    @property
    def tokenizer(self) -> Any:
        """The tokenizer."""
        return _load(self.folder, self.layer)[0]

    @property
    def model(self) -> Any:
        """The encoder without the layers behind ``layer``; loaded when first used."""
        return _load(self.folder, self.layer)[1]

    @property
    def device(self) -> str:
        """Where the encoder runs."""
        return str(self.model.device)

    @property
    def window(self) -> int:
        """Most tokens that it reads of a text, with its two special ones."""
        return int(self.tokenizer.model_max_length)

    def tokens(self, text: str) -> int:
        """Return how many tokens a text has, with the two special ones."""
        return len(self.tokenizer(text.strip(), verbose=False)["input_ids"])


def find_encoder(tools: Tools) -> Encoder:
    """Return the encoder that the tools name, or all-MiniLM-L6-v2, which Etude has for search.

    The default is the same whatever `embedding` is in the settings, so that figures of two users can be compared.

    Raises:
        InputError: the folder is no encoder, or bert-score has no layer for it.
        WeightsMissing: the default encoder is not on this machine.

    """
    if tools.encoder is None:
        return _encoder(find_weights(card_for(DEFAULT_EMBEDDING), tools.settings), DEFAULT_EMBEDDING)
    folder = tools.encoder.expanduser().resolve()
    return _encoder(folder, folder.name)


@cache
def _encoder(folder: Path, name: str) -> Encoder:
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        weights = next(folder / file for file in _WEIGHTS if (folder / file).is_file())
    except (OSError, ValueError, StopIteration) as error:
        raise InputError(
            f"{folder} is no encoder for BERTScore. Name a Hugging Face folder that holds config.json, a tokenizer and "
            f"{' or '.join(_WEIGHTS)}, such as a copy of roberta-large."
        ) from error
    return Encoder(name, folder, _layer(name, config), sha256_of(weights)[:12])


def _layer(name: str, config: Mapping[str, Any]) -> int:
    """Return the layer in bert-score's table, tuned on WMT16 by its authors: the model's, else a BERT's as deep.

    So all-MiniLM-L6-v2 gets 5 of 6, which is the table's layer for every BERT of six layers that stands in it.
    """
    from bert_score.utils import model2layers

    named = {key.rpartition("/")[2].lower(): layer for key, layer in model2layers.items()}
    depth = config.get("num_hidden_layers")
    twin = "bert-large-uncased" if depth == 24 else f"bert_uncased_l-{depth}_h-768_a-12"
    layer = named.get(name.lower(), named.get(twin))
    if layer is None:
        raise InputError(
            f"bert-score knows no layer for {name}, which has {depth}. Take an encoder of its table, in a folder of "
            "that name (such as roberta-large), or a BERT of 2, 4, 6, 8, 10, 12 or 24 layers."
        )
    return int(layer)


@lru_cache(maxsize=2)
def _load(folder: Path, layer: int) -> tuple[Any, Any]:
    import torch
    from transformers import AutoModel, AutoTokenizer
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        tokenizer = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
        model: Any = AutoModel.from_pretrained(str(folder), local_files_only=True)
    except (OSError, ValueError, RuntimeError) as error:
        reason = str(error).strip().splitlines()[0]
        raise InputError(f"The encoder in {folder} cannot be loaded ({reason}). Copy the whole folder anew.") from error
    layers = getattr(getattr(model, "encoder", None), "layer", None)
    if layers is None:
        raise InputError(
            f"{folder} holds a {model.config.model_type} model; BERTScore here takes encoders like BERT, RoBERTa, "
            "MPNet and DeBERTa. Name another folder."
        )
    # What bert-score does to a model; its own loader takes every path with "t5" in it for a T5.
    model.encoder.layer = layers[:layer]
    # Some folders do not say what the tokenizer may give; RoBERTa keeps two positions back.
    positions = int(getattr(model.config, "max_position_embeddings", tokenizer.model_max_length))
    positions -= 2 if "roberta" in model.config.model_type else 0
    tokenizer.model_max_length = min(tokenizer.model_max_length, positions)
    return tokenizer, model.eval().to("cuda" if torch.cuda.is_available() else "cpu")
