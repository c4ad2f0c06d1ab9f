"""The trace of a conversation with tools, as a file that only the person who had it can open."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from assistant.errors import EtudeError, InputError
from assistant.people import person_of
from assistant.web.answering import Desk


def add_trace(app: FastAPI, desk: Desk) -> None:
    """Serve traces at ``/agent/trace/CONVERSATION.json``; 404 says in a sentence that there is none for who asks."""

    @app.get("/agent/trace/{conversation}.json", include_in_schema=False)
    def trace(request: Request, conversation: str) -> Response:
        try:
            said = desk.trace(conversation, person_of(request))
        except InputError as error:
            return PlainTextResponse(str(error), status_code=404)
        except EtudeError as error:
            return PlainTextResponse(str(error), status_code=500)
        return JSONResponse(said, headers={"cache-control": "no-store"})
