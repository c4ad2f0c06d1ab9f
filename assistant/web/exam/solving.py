"""What the Exam tab needs of the solver that answers pasted questions (``assistant.exam.solve``)."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Protocol

from assistant.chat.events import Citation
from assistant.exam.asked import Asked


class OptionNote(Protocol):
    """What the notes say of one option; ``text`` may be empty."""

    @property
    def text(self) -> str:
        """The sentence of the notes."""

    @property
    def section(self) -> tuple[str, ...]:
        """The heading path under which it stands."""

    @property
    def file(self) -> str:
        """Its file."""

    @property
    def line(self) -> int:
        """Its line, counted from 1."""

    @property
    def marker(self) -> int:
        """The number of its citation; 0 for none."""

    @property
    def right(self) -> bool:
        """Whether the option is part of the answer."""


class Solution(Protocol):
    """The answer to a question: letters, how likely each is, and what the notes say."""

    @property
    def answer(self) -> tuple[str, ...]:
        """The letters."""

    @property
    def probabilities(self) -> Mapping[str, float]:
        """0 to 1, by letter."""

    @property
    def covered(self) -> bool:
        """Whether the notes say something about the question."""

    @property
    def notes(self) -> Mapping[str, OptionNote]:
        """What the notes say, by letter."""

    @property
    def citations(self) -> Sequence[Citation]:
        """The passages it stands on."""

    @property
    def seconds(self) -> float:
        """How long it took."""


class Solve(Protocol):
    """Answers a question (``assistant.exam.solve.Solver.solve``)."""

    def __call__(self, asked: Asked, *, cancelled: threading.Event | None = None) -> Solution:
        """Answer one question; ``cancelled`` stops it.

        Raises:
            EtudeError: the notes or the model cannot be used.

        """
