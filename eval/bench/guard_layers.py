"""Tunes the upper layers of the embedding model to tell harmful texts: `assistant.guardrails.layers.Layers`.

The layers start as those of the embedding model, with a linear head on the mean of the tokens. The loss is the binary
cross-entropy of harm and, of harmful rows, of each kind, with softened labels (Szegedy et al. 2016); both sides weigh
the same in sum. The weights kept are an exponential moving average of those on the way (Polyak and Juditsky 1992).
Hidden states below are computed once. One seed, one thread and a fixed number of epochs: nothing is stopped by a look
at other texts.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.guardrails.layers import Floats
from eval.bench.guard_rows import Row
from knowledge.embed import Embedder

BELOW = 4
"""Layers of the embedding model that stay as they are."""
_EPOCHS, _BATCH, _LONGEST = 3, 32, 48
_RATE, _HEAD_RATE, _DECAY, _WARM_UP = 1.5e-4, 1e-3, 0.05, 0.1
_SMOOTH, _KINDS_WEIGHT, _DROPOUT, _AVERAGE, _SEED = 0.1, 0.5, 0.2, 0.995, 100


def tune(embedder: Embedder, rows: Sequence[Row], kinds: Sequence[str]) -> Mapping[str, Floats]:
    """Return the tensors of `Layers`, trained on the rows; outputs are harm, then the kinds."""
    import torch
    from torch import nn
    from transformers import AutoModel

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.manual_seed(_SEED)
    generator = np.random.default_rng(_SEED)
    states = [part[:_LONGEST].astype(np.float16) for part in embedder.encode_states([r.text for r in rows], BELOW)]
    truth = np.array([[bool(row.kinds), *(kind in row.kinds for kind in kinds)] for row in rows], np.float32)
    share = truth[:, 0].mean()
    weights = torch.from_numpy(np.where(truth[:, 0] > 0, 0.5 / share, 0.5 / (1 - share)).astype(np.float32))
    wanted = torch.from_numpy(truth * (1 - _SMOOTH) + _SMOOTH / 2)
    layers = AutoModel.from_pretrained(embedder.folder, local_files_only=True).encoder.layer[BELOW:]
    head = nn.Linear(states[0].shape[1], 1 + len(kinds))
    nn.init.normal_(head.weight, std=0.02)
    net = nn.ModuleDict({"layers": layers, "head": head}).train()
    average = copy.deepcopy(net)
    groups = [{"params": layers.parameters(), "lr": _RATE}, {"params": head.parameters(), "lr": _HEAD_RATE}]
    search = torch.optim.AdamW(groups, weight_decay=_DECAY)
    total = _EPOCHS * -(-len(rows) // _BATCH)
    loss_of = nn.functional.binary_cross_entropy_with_logits

    def rate(step: int) -> float:
        return min(1.0, (step + 1) / (_WARM_UP * total)) * max(0.02, 1 - step / total)

    schedule = torch.optim.lr_scheduler.LambdaLR(search, rate)
    for step, batch in enumerate(_batches(states, generator)):
        inputs, mask = _padded([states[number] for number in batch])
        with torch.autocast("cpu", dtype=torch.bfloat16):
            odds = _forward(net, torch.from_numpy(inputs), torch.from_numpy(mask)).float()
        labels = wanted[batch]
        harm = loss_of(odds[:, 0], labels[:, 0], reduction="none")
        # A harmless row says nothing of the kinds: they tell harmful texts apart.
        of_kinds = loss_of(odds[:, 1:], labels[:, 1:], reduction="none").mean(1) * torch.from_numpy(truth[batch, 0])
        loss = ((harm + _KINDS_WEIGHT * of_kinds) * weights[batch]).mean()
        search.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        search.step()
        schedule.step()
        kept = min(_AVERAGE, (2 + step) / (11 + step))
        with torch.no_grad():
            for mean, now in zip(average.parameters(), net.parameters(), strict=True):
                mean.lerp_(now, 1 - kept)
    torch.set_num_threads(threads)
    return {name.removeprefix("layers."): value.numpy() for name, value in average.state_dict().items()}


def _batches(states: Sequence[NDArray[Any]], generator: np.random.Generator) -> Iterator[list[int]]:
    """Yield the rows of each step: texts of like length together, in another order each epoch."""
    sizes = np.array([len(part) for part in states])
    for _ in range(_EPOCHS):
        order = np.argsort(sizes * (1 + 0.3 * generator.random(len(sizes))))
        starts = np.arange(0, len(order), _BATCH)
        for start in generator.permutation(starts):
            yield order[start : start + _BATCH].tolist()


def _padded(states: Sequence[NDArray[Any]]) -> tuple[Floats, NDArray[np.bool_]]:
    longest = max(len(part) for part in states)
    inputs = np.zeros((len(states), longest, states[0].shape[1]), np.float32)
    mask = np.zeros(inputs.shape[:2], bool)
    for number, part in enumerate(states):
        inputs[number, : len(part)], mask[number, : len(part)] = part, True
    return inputs, mask


def _forward(net: Any, states: Any, mask: Any) -> Any:
    import torch

    hidden = torch.zeros(mask.shape).masked_fill(~mask, -1e9)[:, None, None, :]
    for layer in net["layers"]:
        found = layer(states, hidden)
        states = found[0] if isinstance(found, tuple) else found
    shown = mask[:, :, None].float()
    mean = (states * shown).sum(1) / shown.sum(1)
    return net["head"](torch.nn.functional.dropout(mean, _DROPOUT))
