"""What a training needs to go on after an interruption, as safetensors; nothing is pickled."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from assistant.composer.checkpoints import STATE
from assistant.composer.networks import Sizes
from assistant.composer.objectives import Weights
from assistant.composer.plan import Plan
from assistant.errors import InputError

if TYPE_CHECKING:
    from assistant.composer.training import Training

_COUNTS = ("step", "seconds", "best", "waited")


def save_state(training: Training) -> None:
    """Write the state of a training into its folder, whole or not at all."""
    tensors = {"random": torch.get_rng_state(), "stream": training.stream.get_state()}
    for name, module in _modules(training).items():
        tensors |= {f"{name}/{key}": value for key, value in module.state_dict().items()}
    for name, optimizer in _optimizers(training).items():
        for index, values in optimizer.state_dict()["state"].items():
            tensors |= {f"{name}/{index}/{key}": value for key, value in values.items()}
    counts = {name: getattr(training, name) for name in _COUNTS}
    about = json.dumps(counts | {"data": training.corpus.digest, "plan": asdict(training.plan)})
    path = training.folder / STATE
    beside = path.with_suffix(".new")
    save_file({name: value.detach().cpu().clone() for name, value in tensors.items()}, beside, {"about": about})
    beside.replace(path)


def load_state(training: Training) -> None:
    """Put a training where it was when its state was written; do nothing when there is none.

    Raises:
        InputError: the state is of other music or other networks, or cannot be read.

    """
    path = training.folder / STATE
    if not path.is_file():
        return
    try:
        with safe_open(path, "pt") as file:
            about = json.loads((file.metadata() or {})["about"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dictionary
        if about["data"] != training.corpus.digest:
            raise InputError(f"The training in {training.folder} was of other music; take another folder.")
        for name, module in _modules(training).items():
            module.load_state_dict(_below(tensors, name))
        for name, optimizer in _optimizers(training).items():
            optimizer.load_state_dict(optimizer.state_dict() | {"state": _nested(_below(tensors, name))})
        training.stream.set_state(tensors["stream"])
        torch.set_rng_state(tensors["random"])
    except (SafetensorError, OSError, KeyError, ValueError, RuntimeError):
        raise InputError(f"The training in {training.folder} cannot go on; remove the folder to begin anew.") from None
    for name in _COUNTS:
        setattr(training, name, about[name])


def read_plan(folder: Path) -> Plan:
    """Return how the interrupted training in a folder was to go.

    Raises:
        InputError: there is none, or its state cannot be read.

    """
    try:
        with safe_open(folder / STATE, "pt") as file:
            plan = json.loads((file.metadata() or {})["about"])["plan"]
        return Plan(**plan | {"sizes": Sizes(**plan["sizes"]), "weights": Weights(**plan["weights"])})
    except (SafetensorError, OSError, KeyError, ValueError, TypeError):
        raise InputError(f"There is no training to go on with in {folder}; begin anew without --resume.") from None


def forget_state(folder: Path) -> None:
    """Remove the state of a training that is over."""
    (folder / STATE).unlink(missing_ok=True)


def _modules(training: Training) -> dict[str, torch.nn.Module]:
    return {"writer": training.plain, "critic": training.discriminator, "average": training.average}


def _optimizers(training: Training) -> dict[str, Any]:
    return {"warm": training.warm, "play": training.play, "judge": training.judge}


def _below(tensors: dict[str, Tensor], name: str) -> dict[str, Tensor]:
    return {key.removeprefix(f"{name}/"): value for key, value in tensors.items() if key.startswith(f"{name}/")}


def _nested(flat: dict[str, Tensor]) -> dict[int, dict[str, Tensor]]:
    found: dict[int, dict[str, Tensor]] = {}
    for key, value in flat.items():
        index, _, name = key.partition("/")
        found.setdefault(int(index), {})[name] = value
    return found
