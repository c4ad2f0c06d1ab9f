"""The steps that lead to a piece, and what the form of one holds. Knows nothing of Gradio."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from typing import Any

from assistant.composer.fit import fit
from assistant.composer.melody import FASTEST, SLOWEST
from assistant.composer.quantise import MOST_BARS
from assistant.composer.work import LONGEST_MELODY, SEEDS
from assistant.errors import EtudeError, InputError
from assistant.jobs.status import Status
from assistant.web.compose.bench import Bench
from assistant.web.compose.lanes import Lane, expected_lanes, read_lanes
from assistant.web.compose.make_view import make_html
from assistant.web.compose.melodies import as_text, file_fields, read_text, said_in, sample_fields
from assistant.web.compose.offer import read_offer
from assistant.web.compose.piece_view import ended_html, piece_html, title_of, waiting_html
from assistant.web.compose.pieces_view import pieces_html
from assistant.web.fields import Sheet
from assistant.web.screen import Screen
from assistant.web.values import Data, number, text

LONGEST_CONTENT = 3_000_000
"""Characters of a file in base64: a little more than the 2 MB that a melody may have."""
FIRST = {"genre": "", "bars": "", "seed": "7", "tempo": "", "melody": "", "title": "", "said": ""}


class Making:
    """Takes the steps of pieces."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def make(self, data: Data, notice: str = "") -> Screen:
        """Show the form, with what it held."""
        return self._form({**FIRST, **fields_of(data)}, notice=notice)

    def sample(self, data: Data) -> Screen:
        """Fill a sample in."""
        return self._form({**FIRST, **fields_of(data), **sample_fields(text(data, "name"))})

    def open(self, data: Data) -> Screen:
        """Fill in the melody of a file."""
        fields = {**FIRST, **fields_of(data)}
        try:
            content = text(data, "content", LONGEST_CONTENT)
            return self._form(fields | file_fields(text(data, "name"), content, number(data, "size")))
        except EtudeError as error:
            return self._form(fields, notice=str(error))

    def compose(self, data: Data) -> Screen:
        """Put a piece in line, or say what is wrong with the form."""
        fields = {**FIRST, **fields_of(data)}
        try:
            arguments = self._arguments(fields)
        except WrongField as error:
            return self._form(fields, {error.field: str(error)})
        try:
            return self._piece(self._bench.compose(arguments))
        except InputError as error:
            return self._form(fields, notice=str(error))

    def show(self, data: Data) -> Screen:
        """Show a piece as it is now."""
        return self._piece(self._bench.find(text(data, "piece"), "compose"))

    def cancel(self, data: Data) -> Screen:
        """End a piece that waits or is being composed."""
        return self._piece(self._bench.cancel(text(data, "piece"), "compose"))

    def again(self, data: Data) -> Screen:
        """Compose the same with another seed."""
        asked = self._bench.find(text(data, "piece"), "compose").arguments
        return self._piece(self._bench.compose({**asked, "seed": random.randrange(1, 10_000)}))

    def change(self, data: Data) -> Screen:
        """Show the form as it was for a piece."""
        asked = self._bench.find(text(data, "piece"), "compose").arguments
        shown = {name: _shown(asked.get(name)) for name in FIRST}
        return self._form(shown | {"melody": shown["melody"].strip(), "said": "\n".join(asked.get("notes", []))})

    def pieces(self, data: Data, notice: str = "") -> Screen:
        """Show the pieces that were made."""
        return Screen(pieces_html(self._bench.pieces(), notice), "pieces", "see=pieces", "Pieces")

    def _form(self, fields: Mapping[str, str], errors: Mapping[str, str] | None = None, notice: str = "") -> Screen:
        html = make_html(read_offer(self._bench.settings), Sheet(fields, errors or {}), notice)
        return Screen(html, "make", "", "Compose")

    def _arguments(self, fields: Mapping[str, str]) -> dict[str, Any]:
        bars = number_in(fields, "bars", 1, MOST_BARS, whole=True)
        try:
            fit(read_text(fields["melody"]), int(bars) if bars else None)
        except InputError as error:
            raise WrongField("melody", str(error)) from error
        if read_offer(self._bench.settings).find(fields["genre"]) is None:
            raise WrongField("genre", "Choose a genre that has a model.")
        return {
            "melody": as_text(fields["melody"]),
            "title": fields["title"],
            "notes": said_in(fields),
            "genre": fields["genre"],
            "bars": bars and int(bars),
            "seed": int(number_in(fields, "seed", 0, SEEDS - 1, whole=True) or 0),
            "tempo": number_in(fields, "tempo", SLOWEST, FASTEST),
        }

    def _piece(self, status: Status) -> Screen:
        address, title = f"piece={status.id}", title_of(status)
        if not status.over:
            ahead = self._bench.ahead(status) if status.state == "queued" else None
            return Screen(waiting_html(status, self._expected(status), ahead), "wait", address, title)
        if status.state != "done":
            return Screen(ended_html(status), "ended", address, title)
        lanes = read_lanes(self._bench.file(status.id, "mid"))
        return Screen(piece_html(status, lanes, read_offer(self._bench.settings)), "piece", address, title)

    def _expected(self, status: Status) -> list[Lane]:
        asked = status.arguments
        version = read_offer(self._bench.settings).find(str(asked.get("genre")))
        if version is None:
            return []
        try:
            return expected_lanes(str(asked.get("melody")), asked.get("bars"), version.about.as_genre().parts)
        except InputError:
            # The job says it.
            return []


class WrongField(InputError):
    """What is wrong with one field of a form."""

    def __init__(self, field: str, said: str) -> None:
        super().__init__(said)
        self.field = field


def fields_of(data: Data) -> dict[str, str]:
    """Return the fields that came with a step."""
    sent = data.get("fields")
    return {str(name): text(sent, name, LONGEST_MELODY) for name in sent} if isinstance(sent, Mapping) else {}


def number_in(fields: Mapping[str, str], name: str, low: int, high: int, *, whole: bool = False) -> float | None:
    """Return the number in a field, None for an empty one.

    Raises:
        WrongField: it is none, or out of range.

    """
    written = fields.get(name, "").strip().replace(",", ".")
    if not written:
        return None
    try:
        value = float(written)
    except ValueError:
        value = math.nan
    if not low <= value <= high or (whole and value != int(value)):
        kind = "a whole number" if whole else "a number"
        raise WrongField(name, f"Write {kind} from {low:,} to {high:,}, or nothing.")
    return value


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else "" if value is None else str(value)
