"""Finds things by the names that people give them: what a folder of modules registers, and what was perhaps meant."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Iterable
from types import ModuleType


def near(name: str, known: Iterable[str]) -> str:
    """Return how a message goes on after a name that is not known."""
    names = list(known)
    found = difflib.get_close_matches(name, names, n=1)
    hint = f" Did you mean {found[0]}?" if found else ""
    return f"{hint} There are {', '.join(names)}."


def read_modules(package: ModuleType) -> None:
    """Import every module of a package, so that each registers what it has."""
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")
