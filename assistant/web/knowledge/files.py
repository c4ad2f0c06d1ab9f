"""How a file comes from the browser: as the body of a request, written to the disk while it arrives.

The method is PUT and the body no form, so that a page of another site cannot send one: a browser asks this server
first whether it may, and this server never says yes.
"""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from assistant.errors import EtudeError, InputError, NotSignedIn
from assistant.people import person_of
from assistant.web.knowledge.room import NotesRoom
from assistant.web.knowledge.uploads import ADDRESS


def add_uploads(app: FastAPI, room: NotesRoom) -> None:
    """Take files at ``PUT /knowledge/file?collection=…&name=…``.

    The answer has the ``name`` that the file has here, or an ``error``; status 422 is about the one file, 400 about the
    collection and 507 about the disk, so that no other file would be taken either.
    """

    @app.put(ADDRESS, include_in_schema=False)
    async def upload(request: Request, collection: str = "", name: str = "") -> JSONResponse:
        try:
            await run_in_threadpool(room.claim, person_of(request), collection)
        except NotSignedIn as error:
            return _refused(error, 401)
        except EtudeError as error:
            return _refused(error, 400)
        try:
            return JSONResponse({"name": await room.uploads.keep(collection, name, request.stream())})
        except InputError as error:
            return _refused(error, 422)
        except EtudeError as error:
            return _refused(error, 507)
        except ClientDisconnect:
            return _refused("The file did not arrive whole.", 422)
        except OSError as error:
            return _refused(f"The file could not be kept ({error.strerror or error}).", 507)


def _refused(error: EtudeError | str, status: int) -> JSONResponse:
    return JSONResponse({"error": str(error)}, status_code=status)
