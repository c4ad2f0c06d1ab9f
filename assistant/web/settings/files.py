"""The records as a file to keep."""

from __future__ import annotations

import contextlib
from pathlib import Path
from tempfile import NamedTemporaryFile

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, PlainTextResponse, Response
from starlette.background import BackgroundTask

from assistant.errors import EtudeError, InputError, NotSignedIn
from assistant.people import person_of
from assistant.records.database import Database
from assistant.records.export import export
from assistant.records.kinds import kinds_of
from assistant.settings import Settings
from assistant.web.room import check_admin

ADDRESS = "/settings/records.jsonl"


def add_export(app: FastAPI, settings: Settings, database: Database) -> None:
    """Serve the records of everybody at ``ADDRESS``, to admins."""

    @app.get(ADDRESS, include_in_schema=False)
    def records(request: Request) -> Response:
        try:
            check_admin(person_of(request))
        except NotSignedIn as error:
            return PlainTextResponse(str(error), status_code=403)
        file = None
        try:
            with NamedTemporaryFile(dir=settings.home, prefix=".export-", suffix=".jsonl", delete=False) as made:
                file = Path(made.name)
            export(database, file, kinds_of(()))
        except (EtudeError, OSError) as error:
            _remove(file)
            said = error if isinstance(error, EtudeError) else InputError(f"The export failed ({error}). Make room.")
            return PlainTextResponse(str(said), status_code=500)
        return FileResponse(
            file,
            media_type="application/jsonl",
            filename="etude-records.jsonl",
            headers={"cache-control": "no-store"},
            background=BackgroundTask(_remove, file),
        )


def _remove(file: Path | None) -> None:
    if file:
        with contextlib.suppress(OSError):
            file.unlink()
