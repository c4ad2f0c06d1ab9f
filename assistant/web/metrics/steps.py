"""What each step of the person does in the Metrics tab, and the screen that follows. Knows nothing of Gradio."""

from __future__ import annotations

from collections.abc import Mapping

from assistant.errors import EtudeError
from assistant.records import prices_of
from assistant.records.database import Database
from assistant.records.metrics import By
from assistant.settings import Settings
from assistant.web.metrics.reading import read
from assistant.web.metrics.spans import FIRST, SPANS
from assistant.web.metrics.view import SPLITS, failed_html, metrics_html
from assistant.web.screen import Screen
from assistant.web.values import Data, text


class Steps:
    """Takes steps; all state is in the step. What is asked for is read anew each time."""

    address: tuple[str, ...] = ("span", "by")

    def __init__(self, settings: Settings, database: Database) -> None:
        self._database = database
        self._priced = bool(prices_of(settings).by_model)

    def take(self, data: Data) -> Screen:
        """Show the span and the series that are asked for, or the first where they are not known."""
        span = text(data, "span") if text(data, "span") in SPANS else FIRST
        by: By = next((each for each in SPLITS if each == text(data, "by")), "")
        address = f"span={span}" + (f"&by={by}" if by else "")
        try:
            html = metrics_html(read(self._database, span, by, priced=self._priced))
        except EtudeError as error:
            return Screen(failed_html(span, by, str(error)), "failed", address)
        return Screen(html, "show", address)

    def opening(self, address: Mapping[str, str]) -> Screen:
        """Return the screen that the page's address names."""
        return self.take(dict(address))
