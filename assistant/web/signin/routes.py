"""Signing in and out: a form that is posted, a cookie that no script reads."""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qs

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from assistant.errors import RecordsError
from assistant.people.access import Access, cookie_name
from assistant.people.limits import RateLimit
from assistant.people.person import Person
from assistant.web.signin.door import SIGN_IN, connection_of
from assistant.web.signin.page import sign_in_html

SIGN_OUT = "/sign-out"
STATE = "/sign-in/state"
"""Says whether somebody is signed in: a page that is open asks it."""
_NAME_TRIES, _ADDRESS_TRIES, _MINUTES = 10, 30, 15
"""Wrong passwords for one name, and from one address, in so many minutes."""
_LONGEST = 10_000
WRONG = "The name or the password is not right."


def add_sign_in(app: FastAPI, access: Access) -> None:
    """Serve the sign-in page, and take its form."""
    names = RateLimit(_NAME_TRIES, _MINUTES * 60)
    addresses = RateLimit(_ADDRESS_TRIES, _MINUTES * 60)

    @app.get(SIGN_IN, include_in_schema=False)
    async def page(request: Request) -> Response:
        if not access.required or access.by_header:
            return RedirectResponse("/", status_code=303)
        return _page(request.url.query)

    @app.get(STATE, include_in_schema=False)
    async def state() -> Response:
        # Who is not signed in does not come as far as this: the door says 401.
        return Response(status_code=204, headers={"cache-control": "no-store"})

    @app.post(SIGN_IN, include_in_schema=False)
    async def sign_in(request: Request) -> Response:
        if not access.required or access.by_header:
            return RedirectResponse("/", status_code=303)
        fields = await _fields(request)
        name, query = fields.get("name", "").strip().casefold()[:80], fields.get("to", "")
        address = access.address(connection_of(request.scope))
        if wait := max(names.take(name), addresses.take(address)):
            minutes = -(-wait // 60)
            return _page(query, name, f"Too many wrong passwords. Try again in {minutes} min.", 429)
        try:
            person = await asyncio.to_thread(access.accounts.checked, name, fields.get("password", ""))
            if person is None:
                return _page(query, name, WRONG, 401)
            names.forget(name)
            # Not forgotten: who has an account of their own could go on guessing at others for ever.
            addresses.give_back(address)
            return await asyncio.to_thread(_signed_in, access, request, person, query)
        except RecordsError as error:
            return _page(query, name, str(error), 503)

    @app.post(SIGN_OUT, include_in_schema=False)
    async def sign_out(request: Request) -> Response:
        secure = access.is_secure(connection_of(request.scope))
        if secret := request.cookies.get(cookie_name(secure)):
            try:
                await asyncio.to_thread(access.sign_ins.end, secret)
            except RecordsError as error:
                return PlainTextResponse(str(error), status_code=503)
        gone = RedirectResponse(SIGN_IN, status_code=303)
        gone.delete_cookie(cookie_name(secure), path="/", secure=secure, httponly=True, samesite="lax")
        # What the browser has kept of the pages goes too.
        gone.headers["clear-site-data"] = '"cache"'
        return gone


def _signed_in(access: Access, request: Request, person: Person, query: str) -> Response:
    secure = access.is_secure(connection_of(request.scope))
    # Whoever had this browser before is signed out of it.
    if old := request.cookies.get(cookie_name(secure)):
        access.sign_ins.end(old)
    # Only the query is taken back: an address would let the form lead anywhere.
    there = RedirectResponse(f"/?{query}" if query else "/", status_code=303)
    there.set_cookie(
        cookie_name(secure),
        access.sign_ins.begin(person),
        max_age=access.sign_ins.seconds,
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",
    )
    return there


async def _fields(request: Request) -> dict[str, str]:
    """Return the fields of a form; of one that is too long, none."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _LONGEST:
            return {}
    try:
        read = parse_qs(body.decode("utf-8", "replace"), max_num_fields=10)
    except ValueError:
        return {}
    return {name: values[0] for name, values in read.items()}


def _page(query: str, name: str = "", notice: str = "", status: int = 200) -> Response:
    headers = {"cache-control": "no-store"}
    return HTMLResponse(sign_in_html(query[:2000], name, notice), status_code=status, headers=headers)
