"""The whole page behind the sign-in, on a port of its own, and browsers that speak HTTP to it as Gradio's page does."""

from __future__ import annotations

import contextlib
import gc
import json
import socket
import threading
import time
import warnings
from types import SimpleNamespace
from uuid import uuid4

import httpx
import uvicorn

from assistant.chat.events import Answer, Delta, Stage
from assistant.people.accounts import Accounts
from assistant.records import Records
from assistant.settings import Server
from assistant.web.answering import Desk
from assistant.web.serve import end_streams, make_app

PASSWORD = "four quiet music stands"


class Slow:
    """A pipeline that says what it searched, and goes on with a question that begins with "slow" until stopped."""

    def __init__(self, settings):
        self.settings = settings

    def warm(self):
        """Do nothing."""

    def answer(self, question, history=(), *, collections=None, generation=None, stop=None, masks=None):
        yield Stage("searching", "Searching")
        yield Delta("Searched ")
        while question.startswith("slow") and not stop.wait(0.02):
            yield Delta("on ")
        yield Answer(question, question, f"Searched {collections}", stopped=stop.is_set())


@contextlib.contextmanager
def served(settings, names=("anna", "ben"), admins=(), grace=20.0, **people):
    """Serve the page to a network, as far as it knows; give its address, records, desk and app."""
    chosen = settings.model_copy(
        update={"server": Server(host="0.0.0.0"), "people": settings.people.model_copy(update=people)}
    )
    records = Records(chosen.database_url)
    accounts = Accounts(records.database)
    for name in (*names, *admins):
        accounts.add(name, PASSWORD, admin=name in admins)
    desk = Desk(chosen, records, Slow, grace=grace)
    with warnings.catch_warnings():
        # Gradio leaves an event loop behind for each function that it binds.
        warnings.simplefilter("ignore", ResourceWarning)
        app = make_app(chosen, records, desk)
        gc.collect()
    sock = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=1, proxy_headers=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        url = f"http://127.0.0.1:{sock.getsockname()[1]}"
        yield SimpleNamespace(url=url, records=records, desk=desk, app=app, settings=chosen)
    finally:
        server.should_exit = True
        end_streams(app)
        thread.join(20)
        sock.close()
        desk.close()
        records.close()


class Browser:
    """Somebody's browser: cookies, and the events of Gradio's page."""

    def __init__(self, url):
        self.http = httpx.Client(base_url=url, timeout=30)
        self.session = uuid4().hex

    def sign_in(self, name, password=PASSWORD):
        """Send the form of the sign-in page."""
        return self.http.post("/sign-in", data={"name": name, "password": password, "to": "c=1"})

    def event(self, element, event, **data):
        """Raise an event of a bridge as the page's script does, and return what the components get."""
        config = self.http.get("/config").json()
        parts = {one["id"]: one for one in config["components"]}
        bridge = next(key for key, one in parts.items() if one["props"].get("elem_id") == element)
        calls = [one for one in config["dependencies"] if [bridge, event] in one["targets"] and one["backend_fn"]]
        (call,) = calls
        body = {
            "data": [parts[key]["props"].get("value") for key in call["inputs"]],
            "event_data": data,
            "fn_index": call["id"],
            "trigger_id": bridge,
            "session_hash": self.session,
        }
        joined = self.http.post("/gradio_api/queue/join", json=body)
        assert joined.status_code == 200, joined.text
        return self.told()

    def told(self, session=""):
        """Return the data of the next event that is complete."""
        address = f"/gradio_api/queue/data?session_hash={session or self.session}"
        with self.http.stream("GET", address) as stream:
            for line in stream.iter_lines():
                message = json.loads(line.removeprefix("data: ")) if line.startswith("data: ") else {}
                if message.get("msg") == "process_completed":
                    assert message["success"], message
                    return message["output"]["data"]
        raise AssertionError("the stream ended without an answer")

    def close(self):
        """Close the browser."""
        self.http.close()
