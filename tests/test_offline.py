"""After set-up no socket leaves the machine: not of the command line, not of the page's server."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[1]
WATCH = """
import os, sys

def watch(event, arguments):
    if event == "socket.connect":
        address = arguments[1]
        local = not isinstance(address, tuple) or address[0] in ("127.0.0.1", "::1", "localhost")
    elif event == "socket.getaddrinfo":
        local = arguments[0] in (None, "", "127.0.0.1", "::1", "localhost", "0.0.0.0")
    else:
        return
    if not local:
        with open({log!r}, "a") as file:
            file.write(f"{event} {arguments}\\n")

sys.addaudithook(watch)
"""


@pytest.fixture
def watched(tmp_path):
    """Environment in which every Python process writes down whom it calls."""
    (tmp_path / "sitecustomize.py").write_text(WATCH.replace("{log!r}", repr(str(tmp_path / "calls"))))
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.md").write_text("# Polly\nAmazon Polly turns text into lifelike speech.\n")
    yield {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}", "ETUDE_MODEL": "smollm2-135m-instruct"}
    calls = tmp_path / "calls"
    assert not calls.exists(), calls.read_text()


def etude(environment, *arguments, before=()):
    command = [*before, sys.executable, "-m", "assistant.cli", *arguments]
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=300, check=True)


def test_the_command_line_calls_nobody(watched, tmp_path):
    etude(watched, "sync", str(tmp_path / "notes"))
    assert json.loads(etude(watched, "search", "speech", "--json").stdout)
    assert json.loads(etude(watched, "ask", "What does Amazon Polly do?", "--json").stdout)["answer"]


def test_the_page_calls_nobody(watched, tmp_path):
    etude(watched, "sync", str(tmp_path / "notes"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "app.py"],
        env={**watched, "ETUDE_SERVER__PORT": str(port)},
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(240):
            time.sleep(0.5)
            try:
                page = httpx.get(f"http://127.0.0.1:{port}/", timeout=5)
                break
            except httpx.TransportError:
                assert server.poll() is None, "the page's server stopped"
        assert page.status_code == 200
        time.sleep(5)
    finally:
        server.terminate()
        server.wait(30)


NO_NETWORK = """
import fcntl, os, socket, struct, sys
os.unshare(os.CLONE_NEWNET)
with socket.socket() as s:  # only the loopback interface is there, and it starts down
    fcntl.ioctl(s, 0x8914, struct.pack("16sh", b"lo", 1))
os.execvp(sys.argv[1], sys.argv[1:])
"""


@pytest.mark.skipif(
    not sys.platform.startswith("linux")
    or os.geteuid() != 0
    or (sys.version_info < (3, 12) and not shutil.which("unshare")),
    reason="cutting the network off needs Linux and root",
)
def test_everything_works_with_the_network_cut(watched, tmp_path):
    cut = (sys.executable, "-c", NO_NETWORK)
    if sys.version_info < (3, 12):
        cut = ("unshare", "-n", sys.executable, "-c", NO_NETWORK.replace("os.unshare(os.CLONE_NEWNET)\n", ""))
    etude(watched, "sync", str(tmp_path / "notes"), before=cut)
    answer = json.loads(etude(watched, "ask", "What does Amazon Polly do?", "--json", before=cut).stdout)
    assert answer["citations"][0]["file"] == "a.md"
