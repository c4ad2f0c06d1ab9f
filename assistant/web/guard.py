"""What every response must carry and every request must name.

The content policy lets the page load from this server only and runs no script that stands in an attribute, so that a
note with an ``onerror`` in it would do nothing even if it were not escaped. While Etude listens on the loopback, a
request has to name the loopback: another site cannot reach it under a name of its own (DNS rebinding).
It does not protect from programs on this machine. Who the people are that ``server.host`` lets in, the sign-in asks.
"""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.people.access import LOOPBACK

POLICY = "; ".join(
    (
        "default-src 'self'",
        # Gradio's page holds inline scripts and compiles its templates.
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
        "script-src-attr 'none'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "media-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self' data: blob:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)
HEADERS = {
    "content-security-policy": POLICY,
    # Without a referrer browsers would not say either where the form of the sign-in was sent from.
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
}


class Guard:
    """Checks the host name of requests and adds the headers to responses.

    Where people sign in, any name may lead here: the cookie of one is not sent to another.
    """

    def __init__(self, app: ASGIApp, host: str, *, sign_in: bool = False) -> None:
        self._app = app
        self._local_only = host in LOOPBACK and not sign_in

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 421 when it names another host."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._local_only and _name(Headers(scope=scope).get("host", "")) not in LOOPBACK:
            refused = PlainTextResponse("Etude answers to 127.0.0.1 and localhost only.", status_code=421)
            await refused(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        await self._app(scope, receive, guarded)


def _name(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.rpartition(":")[0] or host
