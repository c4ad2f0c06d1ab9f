"""Suites by name. A suite is one short file: its samples, the systems that can be tested on it, and its metrics."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, Protocol

from assistant.errors import InputError
from eval.names import near, read_modules
from eval.sample import Output, Sample
from eval.tools import Tools

Split = Literal["dev", "test", "all"]
SystemFunction = Callable[[Sample], Output]
"""Asks a system. It raises `EtudeError` when it cannot go on; an ``Output.error`` is one lost sample."""


class Samples(Protocol):
    """Reads the samples of a split; a folder of notes may bring samples of its own (``Variant.notes``)."""

    def __call__(self, split: Split, notes: Path | None = None) -> list[Sample]:
        """Raise `InputError` where the folder is not one that the suite has samples for."""
        ...


@dataclass(frozen=True, slots=True)
class Variant:
    """What is tested: choices that a system may heed. Empty ones are its own.

    ``prompt`` is the id of an answer template, ``chunking`` is ``headings`` or ``characters-N``, ``retriever`` names
    the ranking that feeds an answer, ``guardrail`` is what questions, passages and answers must pass (none where it is
    empty: what it costs and changes is itself measured), ``notes`` is a folder beside the shipped notes. A system
    refuses a choice that it does not have.
    """

    prompt: str = ""
    chunking: str = ""
    retriever: str = ""
    guardrail: str = ""
    notes: Path | None = None


@dataclass(frozen=True, slots=True)
class Suite:
    """A task.

    Args:
        name: as in ``etude eval run NAME``.
        describe: one sentence for a person.
        samples: reads the samples of a split, and of given notes.
        systems: by name, what opens a system for a variant; the first is Etude's own.
        oracle: the best output that a sample's own gold allows: the upper control row.
        metrics: names of the metrics that are computed unless others are asked for.
        files: the data files, whose hashes are recorded.

    """

    name: str
    describe: str
    samples: Samples
    systems: Mapping[str, Callable[[Tools, Variant], SystemFunction]]
    oracle: Callable[[Sample], Output]
    metrics: Sequence[str]
    files: Sequence[Path]


_SUITES: dict[str, Suite] = {}


def register(suite: Suite) -> Suite:
    """Add a suite."""
    assert suite.name not in _SUITES, f"two suites are called {suite.name}"
    _SUITES[suite.name] = suite
    return suite


@cache
def suites() -> Mapping[str, Suite]:
    """Return every suite by name; the modules of this folder are read once."""
    import eval.suites as package

    read_modules(package)
    return dict(sorted(_SUITES.items()))


def find_suite(name: str) -> Suite:
    """Return a suite by its name.

    Raises:
        InputError: there is none of that name; the nearest is named.

    """
    if found := suites().get(name):
        return found
    raise InputError(f"There is no suite {name!r}.{near(name, suites())}")
