"""What the Evaluate tab offers to download: reports, comparisons and rating sessions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory

from fastapi import FastAPI
from fastapi.responses import PlainTextResponse, Response

from assistant.errors import EtudeError, InputError
from assistant.records import RatingRecords
from assistant.settings import Settings
from assistant.web.evaluate.finding import run_named

MOST_CHARACTERS = 40_000_000


def add_files(app: FastAPI, settings: Settings, records: RatingRecords) -> None:
    """Serve reports under ``/evaluate/report``, comparisons at ``compare.md``, sessions under ``/evaluate/session``."""

    @app.get("/evaluate/report/{name}.{kind}", include_in_schema=False)
    def report(name: str, kind: str) -> Response:
        return _told(lambda: _report(settings, name, kind))

    @app.get("/evaluate/compare.md", include_in_schema=False)
    def compared(a: str = "", b: str = "") -> Response:
        return _told(lambda: _comparison(settings, a, b))

    @app.get("/evaluate/session/{session_id}.{kind}", include_in_schema=False)
    def session(session_id: str, kind: str) -> Response:
        return _told(lambda: _session(records, session_id, kind))


def take_in(records: RatingRecords, name: str, content: str) -> str:
    """Take in a file that was chosen in the browser; return a sentence that says what came of it.

    Raises:
        InputError: it holds no ratings, or one that is wrong; nothing of it is taken.

    """
    from eval.human.exchange import take_in as take

    return str(take(records, PurePath(name.replace("\\", "/")).name or "ratings.csv", content))


def _report(settings: Settings, name: str, kind: str) -> Response:
    run = run_named(settings, name)
    if kind == "md":
        from eval.report.markdown import markdown

        return _file(markdown(run).encode(), "text/markdown", f"{name}.md")
    if kind != "html":
        raise InputError("Etude writes a report as .html and .md.")
    from eval.report.html import write_html

    # Not kept in the run: it is made anew each time, so that it shows what the figures are now.
    with TemporaryDirectory() as folder:
        return Response(write_html(run, Path(folder) / "report.html").read_bytes(), media_type="text/html")


def _comparison(settings: Settings, a: str, b: str) -> Response:
    from eval.compare import compare, to_markdown

    found = compare(run_named(settings, a), run_named(settings, b))
    return _file(to_markdown(found).encode(), "text/markdown", f"{a}-{b}.md")


def _session(records: RatingRecords, session_id: str, kind: str) -> Response:
    from eval.human.exchange import session_json
    from eval.human.table import session_csv

    session = records.session(session_id)
    if session is None:
        raise InputError("There is no such rating session.")
    if kind == "csv":
        return _file(session_csv(records, session).encode(), "text/csv", "etude-ratings.csv")
    if kind == "json":
        return _file(session_json(records, session).encode(), "application/json", "etude-ratings.json")
    raise InputError("Etude writes a session as .csv and .json.")


def _told(make: Callable[[], Response]) -> Response:
    try:
        return make()
    except InputError as error:
        return PlainTextResponse(str(error), status_code=404)
    except EtudeError as error:
        return PlainTextResponse(str(error), status_code=500)


def _file(content: bytes, kind: str, name: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(content, media_type=kind, headers=headers)
