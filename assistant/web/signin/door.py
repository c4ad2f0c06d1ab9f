"""The door that every request goes through, those of Gradio included: who it is from, and whether it may come in.

It leaves the person in the scope of the request, where `person_of` finds it. Who is not known gets the sign-in page or
401, never a route; paths that are for admins alone are closed to others here. A request that would change something is
taken from our own page only (Fetch Metadata, else ``Origin``), so that another site cannot send it with the cookie of
a person, and no more than the settings let through is read of it.
"""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.errors import RecordsError
from assistant.people.access import Access, Connection
from assistant.people.limits import RateLimit
from assistant.people.person import SCOPE_KEY, Person
from assistant.settings import People
from assistant.web.signin.streams import Streams

SIGN_IN = "/sign-in"
ADMIN = ("/evaluate/", "/metrics")
"""Where the paths begin that only admins may open."""
_PUBLIC = ("/etude/", "/favicon.ico", SIGN_IN, "/robots.txt")
_SAFE = ("GET", "HEAD", "OPTIONS")
_LARGE = 256_000
"""Bytes from which a request counts as an upload."""
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host")


class Door:
    """Lets requests in.

    Args:
        app: what is behind.
        access: says who is who.
        limits: of uploads.

    """

    def __init__(self, app: ASGIApp, access: Access, limits: People) -> None:
        self._app, self._access = app, access
        self._most = limits.upload_mb * 1_000_000
        self._uploads = RateLimit(limits.uploads_an_hour, 3600)
        self._streams = Streams()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its person, or answer it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        connection = connection_of(scope)
        refused = self._stranger(scope, connection) if scope["type"] == "http" else None
        if refused is None and not _is_public(scope["path"]):
            try:
                person = await asyncio.to_thread(self._access.person, connection)
            except RecordsError as error:
                refused = PlainTextResponse(str(error), status_code=503)
            else:
                refused = self._refusal(scope, person) if person is None else self._bound(scope, person, connection)
                scope[SCOPE_KEY] = person
        if refused is not None:
            await self._answer(refused, scope, receive, send)
        elif scope["type"] == "http" and scope["method"] not in _SAFE:
            await self._limited(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _stranger(self, scope: Scope, connection: Connection) -> Response | None:
        """Refuse what another site sends, and what comes through a proxy to an Etude that asks nobody who they are."""
        headers = connection.headers
        if not self._access.required and any(name in headers for name in _FORWARDED):
            return PlainTextResponse(
                "This came through a proxy, and Etude asks nobody to sign in here. "
                'Set sign_in = "always" under [people] in etude.toml.',
                status_code=421,
            )
        if scope["method"] in _SAFE or self._is_our_page(connection):
            return None
        return PlainTextResponse(
            "This was sent by another site than Etude's own page. Behind a proxy, let it pass the Host on.",
            status_code=403,
        )

    def _is_our_page(self, connection: Connection) -> bool:
        site, origin = connection.headers.get("sec-fetch-site"), connection.headers.get("origin")
        if site is not None:
            return site in ("same-origin", "none")
        # A program that is no browser sends neither, and no cookie that is not its own.
        return origin is None or urlsplit(origin).netloc.casefold() in self._access.hosts(connection)

    def _refusal(self, scope: Scope, person: Person | None) -> Response:
        if self._access.by_header:
            return PlainTextResponse("The proxy in front of Etude has not signed you in.", status_code=401)
        if scope["path"] == "/" and scope.get("method") in ("GET", "HEAD"):
            query = scope.get("query_string", b"").decode("latin-1")
            return RedirectResponse(f"{SIGN_IN}?{query}" if query else SIGN_IN, status_code=303)
        return PlainTextResponse("Nobody is signed in. Reload the page and sign in.", status_code=401)

    def _bound(self, scope: Scope, person: Person, connection: Connection) -> Response | None:
        """Refuse a person what is for others."""
        path = scope["path"]
        if not person.admin and any(path == one.rstrip("/") or path.startswith(one) for one in ADMIN):
            return PlainTextResponse("Only an admin may open this.", status_code=403)
        if person.local or scope["type"] != "http":
            return None
        if not self._streams.may_follow(scope, person):
            return PlainTextResponse("This page belongs to somebody else. Reload it.", status_code=403)
        large = scope["method"] not in _SAFE and _length(connection.headers) > _LARGE
        if large and (wait := self._uploads.take(person.name)):
            minutes = -(-wait // 60)
            return PlainTextResponse(f"You have sent many files. Send the next in {minutes} min.", status_code=429)
        return None

    async def _limited(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on as long as it is not too large."""
        said = f"This is larger than the {self._most // 1_000_000} MB that Etude takes at once. Send less."
        refused = PlainTextResponse(said, status_code=413, headers={"connection": "close"})
        if _length(Headers(scope=scope)) > self._most:
            await refused(scope, receive, send)
            return
        got, begun = 0, False

        async def counted() -> Message:
            nonlocal got
            message = await receive()
            got += len(message.get("body", b""))
            if got > self._most:
                raise _TooLarge
            return message

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, counted, noted)
        except _TooLarge:
            if not begun:
                await refused(scope, receive, send)

    async def _answer(self, refused: Response, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            refused.headers["cache-control"] = "no-store"
            await refused(scope, receive, send)


class _TooLarge(Exception):
    """More came than is taken."""


def connection_of(scope: Scope) -> Connection:
    """Return what a scope says of its connection."""
    found = HTTPConnection(scope)
    peer = found.client.host if found.client else ""
    return Connection(peer, found.headers, found.cookies, scope.get("scheme") in ("https", "wss"))


def _is_public(path: str) -> bool:
    return any(path == one or (one.endswith("/") and path.startswith(one)) for one in _PUBLIC)


def _length(headers: Headers) -> int:
    """Return how many bytes are to come; one more than any limit where that is not said."""
    said = headers.get("content-length", "")
    if said.isdecimal():
        return int(said)
    return _LARGE + 1 if "transfer-encoding" in headers else 0
