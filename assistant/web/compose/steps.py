"""What each step of the person does in the Compose tab, and the screen that follows. Knows nothing of Gradio.

All state is in the jobs or on the page, so that a step needs nothing from the one before it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from assistant.errors import EtudeError
from assistant.web import words
from assistant.web.compose.bench import Bench
from assistant.web.compose.learning import Learning
from assistant.web.compose.making import Making
from assistant.web.screen import Screen
from assistant.web.values import Data, text


class Steps:
    """Takes steps."""

    address: tuple[str, ...] = ("see", "piece", "job")

    def __init__(self, bench: Bench) -> None:
        making, learning = Making(bench), Learning(bench)
        self._steps: dict[str, Callable[[Data], Screen]] = {
            "make": making.make,
            "with": lambda data: making.make({"fields": {"genre": text(data, "genre")}}),
            "sample": making.sample,
            "open": making.open,
            "compose": making.compose,
            "show": making.show,
            "cancel": making.cancel,
            "again": making.again,
            "change": making.change,
            "pieces": making.pieces,
            "training": learning.training,
            "train": learning.train,
            "halt": learning.halt,
            "resume": learning.resume,
        }
        self._places = {"piece": making.pieces, "training": learning.training}
        self._first = making.make

    def take(self, data: Data) -> Screen:
        """Take a step; what is wrong is said on the screen where the person was, or where a piece begins."""
        step = self._steps.get(text(data, "do"), self._first)
        try:
            return step(data)
        except EtudeError as error:
            place = next((self._places[name] for name in self._places if text(data, name)), self._first)
            try:
                return place({}, str(error))
            except EtudeError as second:
                return Screen(words.notice(str(second)) + words.button("Try again", do="make"), "failed")

    def opening(self, address: Mapping[str, str]) -> Screen:
        """Return the screen that the page's address names."""
        if piece := address.get("piece"):
            return self.take({"do": "show", "piece": piece})
        see = address.get("see", "")
        do = see if see in ("pieces", "training") else "make"
        return self.take({"do": do, "job": address.get("job", "")})
