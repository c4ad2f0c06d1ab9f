import gc
import re
import socket
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from assistant.errors import ServerError
from assistant.records import Records
from assistant.settings import Server, Settings
from assistant.web.answering import Desk
from assistant.web.guard import Guard
from assistant.web.serve import ASSETS, listening, make_app

ROOT = Path(__file__).parents[3]


@pytest.fixture
def taken_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        yield taken.getsockname()[1]


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    settings = Settings(home=tmp_path_factory.mktemp("served"))
    records = Records(settings.database_url)
    desk = Desk(settings, records, lambda _: pytest.fail("no model is needed"))
    with warnings.catch_warnings():
        # Gradio leaves an event loop behind for each function that it binds.
        warnings.simplefilter("ignore", ResourceWarning)
        app = make_app(settings, records, desk)
        gc.collect()
    with TestClient(app, base_url="http://127.0.0.1:7860") as client:
        yield client
    records.close()


def test_a_port_in_use_says_what_to_do(taken_port):
    with pytest.raises(ServerError, match=f"Port {taken_port} .* is in use.*ETUDE_SERVER__PORT"):
        listening(Server(port=taken_port))


def test_a_host_of_another_machine_is_refused():
    with pytest.raises(ServerError, match="not an address of this machine"):
        listening(Server(host="192.0.2.1", port=7860))


def test_app_py_prints_one_sentence_and_leaves_with_the_code_of_the_error(taken_port, home, monkeypatch):
    monkeypatch.setenv("ETUDE_SERVER__PORT", str(taken_port))
    done = subprocess.run([sys.executable, ROOT / "app.py"], capture_output=True, text=True, cwd=home, timeout=120)
    assert done.returncode == ServerError.exit_code
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith(f"Port {taken_port}")
    assert done.stdout == ""


def test_the_page_brings_its_own_files_and_asks_for_no_others(client):
    page = client.get("/").text.replace("\\u003c", "<").replace("\\u003e", ">").replace('\\"', '"')
    links = re.findall(r'(?:<link[^>]+href|<script[^>]+src)="([^"]+)"', page)
    ours = [link for link in links if link.startswith("/etude/")]
    assert len(ours) >= 5
    assert [client.get(link).status_code for link in ours] == [200] * len(ours)
    assert [link for link in links if link.startswith(("http:", "https:", "//"))] == []


def test_style_sheets_name_only_files_that_are_there():
    for sheet in ASSETS.rglob("*.css"):
        text = sheet.read_text(encoding="utf-8")
        assert "@import" not in text
        for address in re.findall(r'url\("?([^")]+)"?\)', text):
            assert (sheet.parent / address).is_file(), address


def test_every_font_has_its_licence():
    for font in (ASSETS / "fonts").glob("*.woff2"):
        family = font.name.partition("-latin")[0]
        assert "SIL OPEN FONT LICENSE" in (font.parent / f"OFL-{family}.txt").read_text(encoding="utf-8")


def test_responses_carry_the_content_policy(client):
    for address in ("/", "/etude/etude.css", "/favicon.ico", "/nothing/here"):
        policy = client.get(address).headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "script-src-attr 'none'" in policy


@pytest.mark.parametrize("host", ["127.0.0.1:7860", "localhost", "localhost:7860", "[::1]:7860"])
def test_the_loopback_is_answered(client, host):
    assert client.get("/etude/etude.js", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "evil.example:7860", "127.0.0.1.evil.example", ""])
def test_other_names_are_refused_while_only_this_machine_is_served(client, host):
    assert client.get("/", headers={"host": host}).status_code == 421


def test_names_are_free_once_the_network_is_let_in():
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    client = TestClient(Guard(app, host="0.0.0.0"), base_url="http://study.example")
    assert client.get("/").status_code == 204
