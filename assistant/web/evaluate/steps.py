"""What each step of the person does, and the screen that follows. Knows nothing of Gradio.

A step is a mapping that the page sends: ``do`` names it, the rest says where. All state is on the disk or in the
records, so that a step needs nothing from the one before it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from assistant.errors import EtudeError
from assistant.records import RatingRecords
from assistant.settings import Settings
from assistant.web import words
from assistant.web.evaluate.fields import views
from assistant.web.evaluate.files import take_in
from assistant.web.evaluate.measuring import Measuring
from assistant.web.evaluate.rating import RatingSteps
from assistant.web.evaluate.running import Runner
from assistant.web.screen import Screen
from assistant.web.values import Data, text

ADDRESS = ("see", "run", "with", "session", "rater", "item")
_AFTER = {
    "start": "new",
    "halt": "new",
    "make": "session",
    "who": "rate",
    "result": "rate",
    "sit": "who",
    "give": "sit",
    "session": "rate",
}
"""Where a step that failed leaves the person; the others lead to the runs."""


class Steps:
    """Takes steps."""

    def __init__(self, settings: Settings, records: RatingRecords, runner: Runner) -> None:
        self._records = records
        measuring, rating = Measuring(settings, runner), RatingSteps(settings, records)
        self._steps: dict[str, Callable[[Data, str], Screen]] = {
            "runs": measuring.runs,
            "show": measuring.show,
            "compare": measuring.compare,
            "new": measuring.new,
            "start": measuring.start,
            "resume": measuring.resume,
            "halt": measuring.halt,
            "rate": rating.sessions,
            "session": rating.session,
            "make": rating.make,
            "who": rating.who,
            "sit": rating.sit,
            "give": rating.give,
            "result": rating.result,
            "delete": rating.delete,
        }

    def take(self, data: Data) -> Screen:
        """Take a step; what is wrong is said on the screen where the person was."""
        do = text(data, "do")
        try:
            return self._steps.get(do, self._steps["runs"])(data, "")
        except EtudeError as error:
            return self._after(do, data, str(error))

    def opening(self, address: Mapping[str, str]) -> Screen:
        """Return the screen that the page's address names."""
        if (session := address.get("session")) and address.get("see") != "result":
            if rater := address.get("rater"):
                item = address.get("item", "")
                at = int(item) - 1 if item[:6].isdecimal() and item else -1
                return self.take({"do": "sit", "session": session, "rater": rater, "item": at})
            return self.take({"do": "who", "session": session})
        if session:
            return self.take({"do": "result", "session": session})
        if run := address.get("run"):
            other = address.get("with")
            return self.take({"do": "compare", "runs": [run, other]} if other else {"do": "show", "run": run})
        see = address.get("see", "")
        return self.take({"do": see if see in ("new", "rate", "session") else "runs"})

    def taken(self, name: str, content: str) -> Screen:
        """Take in a file of ratings and return the sessions with what it did."""
        try:
            return self._steps["rate"]({"said": take_in(self._records, name, content)}, "")
        except EtudeError as error:
            return self._steps["rate"]({}, str(error))

    def _after(self, do: str, data: Data, said: str) -> Screen:
        """Show the place of a step that failed, as it is now."""
        place = _AFTER.get(do, "runs")
        try:
            return self._steps[place]({**data, "form": True}, said)
        except EtudeError:
            try:
                return self._steps["rate" if text(data, "session") else "runs"]({}, said)
            except EtudeError as second:
                return Screen(views("runs") + words.notice(str(second)) + words.button("Try again", do="runs"), "runs")
