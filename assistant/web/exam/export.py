"""The history as files: what the page offers to download, and what it takes in."""

from __future__ import annotations

from pathlib import Path, PurePath
from tempfile import TemporaryDirectory

from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse, Response

from assistant.errors import EtudeError, InputError
from assistant.exam.transfer import history_csv, history_json, take_history, write_anki_deck
from assistant.people import person_of
from assistant.records import ExamRecords
from assistant.web.exam.rooms import Rooms

MOST_CHARACTERS = 40_000_000


def add_exports(app: FastAPI, shared: Rooms) -> None:
    """Serve the history of who asks at ``/exam/export.json``, ``.csv`` and ``.apkg``."""

    @app.get("/exam/export.{kind}", include_in_schema=False)
    def export(request: Request, kind: str) -> Response:
        rooms = shared.of(person_of(request))
        try:
            if kind == "json":
                return _file(history_json(rooms.records).encode(), "application/json", "etude-exams.json")
            if kind == "csv":
                return _file(history_csv(rooms.records.attempts()).encode(), "text/csv", "etude-answers.csv")
            if kind == "apkg":
                return _file(_deck(rooms), "application/octet-stream", "etude-cards.apkg")
        except EtudeError as error:
            return PlainTextResponse(str(error), status_code=500)
        return PlainTextResponse("Etude writes .json, .csv and .apkg.", status_code=404)


def take_in(records: ExamRecords, name: str, content: str) -> str:
    """Take in a file that was chosen in the browser; return a sentence that says what came of it.

    Raises:
        InputError: it is no export of Etude; nothing of it is taken.

    """
    name = PurePath(name.replace("\\", "/")).name or "history.json"
    if not content.strip():
        raise InputError(f"{name} is empty. Choose a .json or .csv file that was exported.")
    count = take_history(records, name, content.removeprefix("\ufeff"))
    return f"{count} answers were read from {name}; those that were here already stay as they are."


def _deck(rooms: Rooms) -> bytes:
    titles = {key: section.title for key, section in rooms.room.outline.items()}
    with TemporaryDirectory() as folder:
        file = Path(folder) / "cards.apkg"
        write_anki_deck(rooms.drill.cards.values(), titles, file)
        return file.read_bytes()


def _file(content: bytes, kind: str, name: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(content, media_type=kind, headers=headers)
