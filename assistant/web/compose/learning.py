"""The steps of trainings, and what the form of one holds. Knows nothing of Gradio."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from assistant.composer.work import MOST_FILES, SEEDS
from assistant.errors import InputError
from assistant.web.compose.bench import Bench
from assistant.web.compose.curves_view import Row
from assistant.web.compose.making import WrongField, fields_of, number_in
from assistant.web.compose.melodies import decoded, safe_name
from assistant.web.compose.offer import read_offer
from assistant.web.compose.training_view import CUSTOM, training_html
from assistant.web.fields import Sheet
from assistant.web.screen import Screen
from assistant.web.values import Data, text

LONGEST_FILES = 30_000_000
"""Characters of all files together in base64: a little more than 20 MB."""
FIRST = {"genre": "chorale", "minutes": "30", "seed": "0", "start": "", "layout": "chorale"}


class Learning:
    """Takes the steps of trainings."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def training(self, data: Data, notice: str = "") -> Screen:
        """Show the trainings and the models; the one whose ``job`` is named is marked."""
        return self._shown({**FIRST, **fields_of(data)}, notice=notice, job=text(data, "job"))

    def train(self, data: Data) -> Screen:
        """Put a training in line, or say what is wrong with the form."""
        fields = {**FIRST, **fields_of(data)}
        try:
            custom = fields["genre"] == CUSTOM
            minutes = number_in(fields, "minutes", 1, 24 * 60)
            if minutes is None:
                raise WrongField("minutes", "Write how many minutes it may take.")
            arguments = {
                "genre": fields["genre"],
                "minutes": minutes,
                "seed": int(number_in(fields, "seed", 0, SEEDS - 1, whole=True) or 0),
                "start": fields["start"],
                "layout": fields["layout"] if custom else "",
            }
            self._bench.train(arguments, _files(data) if custom else ())
        except InputError as error:
            field = error.field if isinstance(error, WrongField) else ""
            return self._shown(fields, {field: str(error)})
        return self._shown(fields)

    def halt(self, data: Data) -> Screen:
        """Stop a training; what it has learned is kept."""
        self._bench.cancel(text(data, "training"), "train")
        return self._shown(FIRST)

    def resume(self, data: Data) -> Screen:
        """Go on with a training that was stopped."""
        self._bench.resume(text(data, "training"))
        return self._shown(FIRST)

    def _shown(
        self, fields: Mapping[str, str], errors: Mapping[str, str] | None = None, notice: str = "", job: str = ""
    ) -> Screen:
        from assistant.composer.curves import LOG, read_log

        trainings = self._bench.trainings()
        rows: dict[str, Sequence[Row]] = {}
        for training in trainings:
            if folder := self._bench.version_folder(training):
                rows[training.id] = read_log(folder / LOG)
        waiting = [one for one in trainings if one.state == "queued"]
        ahead = self._bench.ahead(waiting[-1]) if waiting else None
        offer = read_offer(self._bench.settings)
        html = training_html(offer, Sheet(fields, errors or {}), trainings, rows, ahead, notice, job)
        busy = any(not one.over for one in trainings)
        known = any(one.id == job for one in trainings)
        address = urlencode({"see": "training", "job": job} if known else {"see": "training"})
        return Screen(html, "trains" if busy else "training", address, "Training")


def _files(data: Data) -> list[tuple[str, bytes]]:
    """Return the names and bytes of the files that came with a step."""
    sent = data.get("files")
    files = [one for one in sent if isinstance(one, Mapping)] if isinstance(sent, list) else []
    if not files:
        raise WrongField("", "Choose the MIDI files that it is to learn from.")
    if len(files) > MOST_FILES:
        raise WrongField("", f"Choose at most {MOST_FILES} files; these are {len(files):,}.")
    if data.get("large") or sum(len(str(one.get("content", ""))) for one in files) > LONGEST_FILES:
        raise WrongField("", "The files have more than 20 MB together. Choose fewer of them.")
    kept = []
    for one in files:
        name = safe_name(text(one, "name"))
        if not name.endswith((".mid", ".midi")):
            raise WrongField("", f"{name} is no MIDI file. Choose files that end with .mid.")
        kept.append((name, decoded(name, text(one, "content", LONGEST_FILES))))
    return kept
