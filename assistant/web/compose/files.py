"""The files of pieces, to hear and to keep: those that a job wrote into its folder, and nothing else."""

from __future__ import annotations

import re

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, PlainTextResponse, Response

from assistant.errors import EtudeError, InputError
from assistant.jobs.status import Status
from assistant.people import person_of
from assistant.web.compose.bench import Bench

TYPES = {
    "mid": "audio/midi",
    "wav": "audio/wav",
    "png": "image/png",
    "musicxml": "application/vnd.recordare.musicxml+xml",
    "json": "application/json",
}
"""By ending, in the order in which they are offered."""


def add_files(app: FastAPI, bench: Bench) -> None:
    """Serve the files of pieces under ``/compose/piece``; parts of a sound may be asked for."""

    @app.get("/compose/piece/{job_id}.{ending}", include_in_schema=False)
    def piece(request: Request, job_id: str, ending: str) -> Response:
        try:
            mine = bench.of(person_of(request).name)
            path = mine.file(job_id, ending)
            name = f"{file_stem(mine.find(job_id, 'compose'))}.{ending}"
        except InputError as error:
            return PlainTextResponse(str(error), status_code=404)
        except EtudeError as error:
            return PlainTextResponse(str(error), status_code=500)
        return FileResponse(path, media_type=TYPES[ending], filename=name, headers={"cache-control": "no-cache"})


def link(job_id: str, ending: str) -> str:
    """Return the address of a file."""
    return f"/compose/piece/{job_id}.{ending}"


def file_stem(status: Status) -> str:
    """Return what the files of a piece are called when they are kept: Ode-to-Joy-chorale-1-seed-7."""
    title = re.sub(r"[^\w-]+", "-", str(status.result.get("title", ""))).strip("-")[:60] or "piece"
    return f"{title}-{status.result.get('model', '')}-seed-{status.result.get('seed', 0)}"
