"""What this machine has to run models with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import psutil  # type: ignore[import-untyped]

from assistant.models.engine import available_cores


@dataclass(frozen=True, slots=True)
class Machine:
    """Cores that Etude may use, memory in bytes, and the names of the GPUs that PyTorch can use."""

    cores: int
    memory: int
    available: int
    gpus: tuple[str, ...]


def look() -> Machine:
    """Look at the machine; the first look imports PyTorch."""
    memory = psutil.virtual_memory()
    return Machine(available_cores(), memory.total, memory.available, _gpus())


@cache
def _gpus() -> tuple[str, ...]:
    import torch

    if not torch.cuda.is_available():
        return ()
    found = [torch.cuda.get_device_properties(number) for number in range(torch.cuda.device_count())]
    return tuple(f"{one.name}, {one.total_memory / 1e9:.0f} GB" for one in found)
