"""What the Exam tab needs of the solver that answers pasted questions (``assistant.exam.solve``)."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from assistant.exam.asked import Asked

if TYPE_CHECKING:
    from assistant.exam.solution import Solution


class Solve(Protocol):
    """Answers a question (``assistant.exam.solve.Solver.solve``)."""

    def __call__(
        self, asked: Asked, collections: Sequence[str] = (), *, cancelled: threading.Event | None = None
    ) -> Solution:
        """Answer one question from collections, or from all notes for none; ``cancelled`` stops it.

        Raises:
            EtudeError: the notes or the model cannot be used.

        """
