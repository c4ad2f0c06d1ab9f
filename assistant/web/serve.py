"""Serving the page: one port, this machine only, nothing fetched from anywhere else.

Gradio is mounted on our own application rather than launched: so our files, the headers and the check of the host name
are ours, the port is taken before the slow imports, and start-up asks nothing of the network.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import socket
import sys
import webbrowser
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import ServerError
from assistant.records import Records
from assistant.records.clean import set_mask
from assistant.rooms import mask_of
from assistant.settings import Server, Settings

if TYPE_CHECKING:
    from fastapi import FastAPI

    from assistant.web.answering import Desk
    from assistant.web.exam.solving import Solve

ASSETS = Path(__file__).with_name("assets")
_LAST_SAMPLE = 10
"""Seconds that an evaluation gets to finish the sample at hand when the page ends; what is not done is asked again."""


def serve(settings: Settings) -> None:
    """Serve the page until it is interrupted.

    Raises:
        ServerError: the port is in use or may not be used, or others could reach the page and nobody sign in.
        SettingsError: what is set about proxies cannot be.
        RecordsError: the database of conversations cannot be opened.

    """
    from assistant.people.access import Access

    with listening(settings.server) as sock:
        set_mask(mask_of(settings))
        records = Records(settings.database_url)
        Access(settings, records.database).check()
        _serve(settings, records, sock)


def listening(server: Server) -> socket.socket:
    """Take the port.

    Raises:
        ServerError: it is in use, needs more rights, or the host is not an address of this machine.

    """
    try:
        found = socket.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, _, _, _, address = found[0]
        # It reuses the address of a server that has just ended, and closes the socket when the port is taken.
        return socket.create_server(address, family=family, backlog=128)
    except OSError as error:
        raise ServerError(_explain(server, error)) from error


def make_app(settings: Settings, records: Records, desk: Desk, solve: Solve | None = None) -> FastAPI:
    """Return the web application: the page at ``/``, its files under ``/etude``, exports under the names of the tabs.

    ``app.state.runner`` runs evaluations; stop it before the application ends. ``app.state.notes`` watches folders once
    it is started, and is closed at the end. ``solve`` answers pasted questions;
    without it the Exam tab does not offer to.
    """
    import gradio as gr
    from fastapi import FastAPI
    from fastapi.responses import FileResponse
    from fastapi.staticfiles import StaticFiles

    from assistant.people import person_of
    from assistant.people.access import Access
    from assistant.records import ExamRecords, RatingRecords
    from assistant.rooms import open_exam_room
    from assistant.web.chat import ChatTab
    from assistant.web.compose.bench import Bench
    from assistant.web.compose.files import add_files as add_pieces
    from assistant.web.compose.steps import Steps as ComposeSteps
    from assistant.web.evaluate.files import add_files
    from assistant.web.evaluate.running import Runner
    from assistant.web.evaluate.steps import Steps
    from assistant.web.evaluate.tab import EvaluateTab
    from assistant.web.exam.export import add_exports
    from assistant.web.exam.rooms import Rooms
    from assistant.web.exam.tab import ExamTab
    from assistant.web.guard import Guard
    from assistant.web.guardrails.steps import Steps as GuardrailSteps
    from assistant.web.knowledge.files import add_uploads
    from assistant.web.knowledge.room import NotesRoom
    from assistant.web.knowledge.steps import Steps as KnowledgeSteps
    from assistant.web.measures import add_metrics
    from assistant.web.metrics.steps import Steps as MetricsSteps
    from assistant.web.page import Tab, build_page
    from assistant.web.prompts.steps import Steps as PromptsSteps
    from assistant.web.room import RoomTab
    from assistant.web.settings.files import add_export
    from assistant.web.settings.steps import Steps as SettingsSteps
    from assistant.web.signin.door import Door
    from assistant.web.signin.routes import add_sign_in
    from assistant.web.theme import theme
    from assistant.web.trace import add_trace

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    access = Access(settings, records.database)
    # The last that is added is the first that a request meets.
    app.add_middleware(Door, access=access, limits=settings.people)
    app.add_middleware(Guard, host=settings.server.host, sign_in=access.required)
    add_sign_in(app, access)
    app.mount("/etude", StaticFiles(directory=ASSETS), name="etude")

    @app.get("/favicon.ico", include_in_schema=False)
    def favicon() -> FileResponse:
        return FileResponse(ASSETS / "favicon.png")

    exams = ExamRecords(records.database)
    rooms = Rooms(exams, lambda: open_exam_room(settings, exams))
    add_exports(app, rooms)
    add_metrics(app, records)
    add_trace(app, desk)
    ratings = RatingRecords(records.database)
    app.state.runner = runner = Runner(settings)
    add_files(app, settings, ratings)
    bench = Bench(settings, records.database)
    add_pieces(app, bench)
    app.state.notes = notes = NotesRoom(settings, records.database, lambda: desk.model)
    add_uploads(app, notes)
    app.state.settings = chosen = SettingsSteps(settings, partial(_renew, settings, desk))
    add_export(app, settings, records.database)
    tabs: list[Tab] = [
        ChatTab(settings, records, desk),
        ExamTab(rooms, desk, solve),
        RoomTab("Compose", lambda person: ComposeSteps(bench.of(person.name))),
        EvaluateTab(Steps(settings, ratings, runner), runner),
        RoomTab("Knowledge", lambda person: KnowledgeSteps(notes, person)),
        RoomTab("Guardrails", GuardrailSteps(settings), admin=True),
        RoomTab("Metrics", MetricsSteps(settings, records.database), admin=True),
        RoomTab("Prompts", PromptsSteps(settings), admin=True),
        RoomTab("Settings", chosen.of),
    ]

    gr.mount_gradio_app(
        app,
        build_page(tabs),
        path="/",
        server_name=settings.server.host,
        server_port=settings.server.port,
        theme=theme(),
        head=(ASSETS / "head.html").read_text(encoding="utf-8"),
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
        max_file_size=f"{settings.people.upload_mb}mb",
        # Asked beside the door, so that Gradio's own routes are shut without it too.
        auth_dependency=(lambda request: person_of(request).name) if access.required else None,
    )
    return app


def _serve(settings: Settings, records: Records, sock: socket.socket) -> None:
    import uvicorn

    from assistant.chat.pipeline import Assistant
    from assistant.exam.solve import Solver
    from assistant.jobs.folder import remove_folders
    from assistant.records import Invocations, prices_of
    from assistant.records.retention import Retention
    from assistant.web.agentic import Agents
    from assistant.web.answering import Desk

    retention = Retention(
        records.database, settings.records.keep_days, then=lambda gone: remove_folders(settings, gone.jobs)
    )
    invocations = Invocations(records.database, prices_of(settings))
    agents = Agents()
    desk = Desk(settings, records, partial(Assistant, invocations=invocations), invocations, agent=agents.of)
    url = f"http://{_shown_host(settings.server.host)}:{settings.server.port}/"

    class Announcing(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            sys.stdout.write(f"Etude is at {url} (Ctrl+C stops it)\n")
            sys.stdout.flush()
            _open_browser(url)
            desk.warm()
            app.state.notes.start()

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            # Here and not after `run`, which a SIGTERM does not come back from.
            logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
            desk.stop_all()
            app.state.runner.stop()
            app.state.settings.downloads.stop()
            end_streams(app)
            await super().shutdown(sockets)
            await asyncio.to_thread(app.state.runner.wait, _LAST_SAMPLE)
            await asyncio.to_thread(desk.close)
            await asyncio.to_thread(app.state.notes.close)
            await asyncio.to_thread(retention.stop)
            records.close()

    app = make_app(settings, records, desk, Solver(settings, invocations=invocations).solve)
    # Which proxies are believed is said by the settings: uvicorn would believe any on this machine.
    config = uvicorn.Config(
        app, log_level="warning", timeout_graceful_shutdown=2, server_header=False, proxy_headers=False
    )
    mask_logs()
    with contextlib.suppress(KeyboardInterrupt):
        Announcing(config).run(sockets=[sock])


def _renew(settings: Settings, desk: Desk) -> None:
    """Put settings in force that were changed while the page is served."""
    desk.renew()
    set_mask(mask_of(settings))


def mask_logs() -> None:
    """Keep personal data out of everything that is logged from now on."""
    from assistant.guardrails.pii import MaskingFilter

    masking = MaskingFilter()
    loggers = [logging.getLogger(name) for name in ("", "uvicorn", "uvicorn.access", "uvicorn.error")]
    for handler in {*[handler for logger in loggers for handler in logger.handlers], logging.lastResort}:
        if handler:
            handler.addFilter(masking)


def end_streams(app: FastAPI) -> None:
    """End the connections by which Gradio knows that a page is open; they would hold the server up."""
    for route in app.routes:
        stop = getattr(getattr(route, "app", None), "stop_event", None)
        if stop is not None:
            stop.set()


def _open_browser(url: str) -> None:
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return
    # A browser in the terminal (lynx, w3m) is a plain GenericBrowser: without a display there is nothing to open.
    if type(browser) is not webbrowser.GenericBrowser:
        browser.open(url)


def _shown_host(host: str) -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)
    return f"[{host}]" if ":" in host else host


def _explain(server: Server, error: OSError) -> str:
    other = "Choose another with ETUDE_SERVER__PORT or `port` under [server] in etude.toml."
    if error.errno == errno.EADDRINUSE:
        return f"Port {server.port} on {server.host} is in use, perhaps by another Etude. {other}"
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"Port {server.port} may not be used by this account. {other}"
    return f"{server.host} is not an address of this machine ({error.strerror}). Set ETUDE_SERVER__HOST to 127.0.0.1."
