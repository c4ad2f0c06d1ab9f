"""Where a training runs: Lightning Fabric where it is installed, else plain PyTorch on one device.

Fabric gives mixed precision and many processes (`torchrun`) without a change to the loop; the plain launcher has the
few methods that the loop uses, so that a bare machine needs only PyTorch.
"""

from __future__ import annotations

import importlib.util
from typing import Any, Literal, TypeVar

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from assistant.errors import InputError

T = TypeVar("T")
Precision = Literal["32-true", "bf16-mixed", "16-mixed"]


def launcher(device: str, precision: Precision = "32-true") -> Any:
    """Return a Fabric, or the plain launcher, for "auto", "cpu", "cuda" or "cuda:1".

    Raises:
        InputError: there is no such device here, it has no such precision, or Fabric is needed and missing.

    """
    chosen = find_device(device)
    if chosen.type == "cpu" and precision == "16-mixed":
        # Fabric would take bf16-mixed instead, and the model's card would say what is not so.
        raise InputError("16-mixed needs a GPU. On the CPU use --precision 32-true, or bf16-mixed.")
    together = torch.distributed.is_available() and torch.distributed.is_torchelastic_launched()
    if importlib.util.find_spec("lightning_fabric") is None:
        if precision != "32-true" or together:
            raise InputError("Mixed precision and several processes need: pip install lightning-fabric")
        return Plain(chosen)
    from lightning_fabric import Fabric
    from lightning_fabric.plugins.environments.torchelastic import TorchElasticEnvironment

    if together:
        processes = TorchElasticEnvironment().world_size()
        devices: Any = min(torch.cuda.device_count(), processes) if chosen.type == "cuda" else processes
        fabric = Fabric(
            accelerator=chosen.type,
            devices=devices,
            num_nodes=processes // devices,
            strategy="ddp",
            precision=precision,
        )
    else:
        devices = [chosen.index or 0] if chosen.type == "cuda" else 1
        fabric = Fabric(accelerator=chosen.type, devices=devices, precision=precision)
    fabric.launch()
    return fabric


def find_device(wanted: str) -> torch.device:
    """Return a device by its name; "auto" takes a GPU where there is one.

    Raises:
        InputError: the name is none, or this machine has no such device.

    """
    if wanted == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(wanted)
    except RuntimeError:
        raise InputError(f"“{wanted[:40]}” is no device; use auto, cpu, cuda or cuda:0.") from None
    if device.type not in ("cpu", "cuda"):
        raise InputError(f"Etude composes on cpu or cuda, not on {device.type}.")
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise InputError(f"This machine has no {wanted}; it has {torch.cuda.device_count()} GPUs. Use --device cpu.")
    return device


class Plain:
    """The methods of a Fabric that the training loop uses, on one device."""

    global_rank, world_size, is_global_zero = 0, 1, True

    def __init__(self, device: torch.device) -> None:
        self.device = device

    def setup(self, module: nn.Module, *optimizers: Optimizer) -> tuple[Any, ...]:
        """Put a module on the device."""
        return (module.to(self.device), *optimizers)

    def backward(self, loss: Tensor) -> None:
        """Find the gradients."""
        loss.backward()  # type: ignore[no-untyped-call]

    def clip_gradients(self, module: nn.Module, _: Optimizer, max_norm: float) -> None:
        """Limit the norm of the gradients."""
        nn.utils.clip_grad_norm_(module.parameters(), max_norm)

    def broadcast(self, value: T) -> T:
        """Return the value of the first process: there is no other."""
        return value

    def barrier(self) -> None:
        """Wait for no one."""
