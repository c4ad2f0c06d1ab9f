"""Texts to vectors with a sentence-transformers model from a local folder.

Counting tokens reads only the tokenizer, so that splitting an unchanged folder never waits for torch.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from knowledge.errors import KnowledgeError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

Vectors = NDArray[np.float32]

_BATCH = 32
_BATCH_CHARACTERS = 8192
"""A batch of long texts is cut here, about 2,048 tokens of English, so that whoever waits for the model waits for about
half a second on two cores."""

_SHORT = 1024
"""Characters that one thread encodes as fast as two, which wait for each other: up to half a second where the machine
is busy with something else, and never so with one."""


class Embedder:
    """An embedding model. Loading is lazy; one thread encodes at a time.

    Args:
        name: what the index is stamped with.
        folder: a sentence-transformers folder (``modules.json``, ``tokenizer.json``, weights).
        threads: CPU threads for torch; 0 leaves torch's own choice.

    """

    def __init__(self, name: str, folder: Path, threads: int = 0) -> None:
        self.name = name
        self.folder = folder
        self._threads = threads
        self._lock = _Turns()

    @cached_property
    def limit(self) -> int:
        """Most tokens the model reads of one text, its special tokens not counted."""
        for file, key in (
            ("sentence_bert_config.json", "max_seq_length"),
            ("tokenizer_config.json", "model_max_length"),
            ("config.json", "max_position_embeddings"),
        ):
            try:
                value = json.loads((self.folder / file).read_text(encoding="utf-8")).get(key)
            except (OSError, ValueError):
                continue
            if isinstance(value, int) and 0 < value < 100_000:
                return value - 2
        return 254

    def count(self, text: str) -> int:
        """Return how many tokens the model sees in a text, special tokens not counted."""
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def encode(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """Return unit vectors, shape ``(len(texts), dimension)``; ``progress`` hears how many are done."""
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        done = 0
        for batch in _batches(texts):
            wanted = [texts[n] for n in batch]
            with self._turn(wanted) as model:
                vectors[batch] = model.encode(wanted, normalize_embeddings=True, show_progress_bar=False)
            done += len(batch)
            if progress:
                progress(done)
        return vectors

    def encode_tokens(self, texts: Sequence[str]) -> list[Vectors]:
        """Return the unit vectors of every token, one array ``(tokens, dimension)`` a text, special tokens left out."""
        with self._turn(texts) as model:
            found: Any = model.encode(
                list(texts), output_value="token_embeddings", batch_size=_BATCH, show_progress_bar=False
            )
        arrays = [tensor.float().cpu().numpy()[1:-1] for tensor in found]
        return [array / np.maximum(np.linalg.norm(array, axis=1, keepdims=True), 1e-9) for array in arrays]

    def encode_states(self, texts: Sequence[str], layer: int) -> list[Vectors]:
        """Return the hidden states after so many layers of the transformer, one array ``(tokens, d)`` a text.

        Special tokens are among them. Only for models that are a transformer.
        """
        import torch

        tokens = [self._tokenizer.encode(text).ids for text in texts]
        tokens = [ids if len(ids) <= self.limit + 2 else [*ids[: self.limit + 1], ids[-1]] for ids in tokens]
        states: list[Vectors] = [np.zeros((0, 0), np.float32)] * len(texts)
        for batch in _batches(texts):
            given = [torch.tensor(tokens[n]) for n in batch]
            ids = torch.nn.utils.rnn.pad_sequence(given, batch_first=True)
            mask = torch.nn.utils.rnn.pad_sequence([torch.ones_like(row) for row in given], batch_first=True)
            with self._turn([texts[n] for n in batch]) as model, torch.inference_mode():
                transformer: Any = model.transformers_model
                place = transformer.device
                found = transformer(ids.to(place), mask.to(place), output_hidden_states=True)
            for n, row in zip(batch, found.hidden_states[layer].float().cpu().numpy(), strict=True):
                states[n] = row[: len(tokens[n])]
        return states

    @contextmanager
    def _turn(self, texts: Sequence[str]) -> Iterator[SentenceTransformer]:
        """Hold the model, with as many threads as the texts are worth."""
        import torch

        with self._lock:
            model = self._model  # loading it sets the threads
            threads = torch.get_num_threads()
            few = sum(map(len, texts)) <= _SHORT
            if few:
                torch.set_num_threads(1)
            try:
                yield model
            finally:
                if few:
                    torch.set_num_threads(threads)

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._model.get_embedding_dimension() or 0)

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        from tokenizers import Tokenizer

        try:
            tokenizer = Tokenizer.from_file(str(self.folder / "tokenizer.json"))
        except Exception as error:
            raise KnowledgeError(
                f"The embedding model in {self.folder} has no readable tokenizer.json. "
                "Run `etude models verify`, or choose another `embedding` in the settings."
            ) from error
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    @cached_property
    def _model(self) -> SentenceTransformer:
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging as transformers_logging

        if self._threads:
            torch.set_num_threads(self._threads)
        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            return SentenceTransformer(str(self.folder), local_files_only=True)
        except (OSError, ValueError, RuntimeError) as error:
            raise KnowledgeError(
                f"The embedding model in {self.folder} cannot be loaded ({error}). Run `etude models verify`."
            ) from error


class _Turns:
    """A lock that whoever holds it cannot take again past somebody who waits: a sync takes it thousands of times."""

    def __init__(self) -> None:
        self._next, self._held = threading.Lock(), threading.Lock()

    def __enter__(self) -> None:
        with self._next:
            self._held.acquire()

    def __exit__(self, *exception: object) -> None:
        self._held.release()


def _batches(texts: Sequence[str]) -> Iterator[list[int]]:
    """Yield the places of texts of like length: a batch costs as much as its longest text."""
    batch: list[int] = []
    for place in sorted(range(len(texts)), key=lambda n: len(texts[n])):
        if len(batch) == _BATCH or (batch and (len(batch) + 1) * len(texts[place]) > _BATCH_CHARACTERS):
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch
