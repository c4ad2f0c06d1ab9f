"""The page as the tests drive it: a home with synced notes, the server that shows it, and what a person does there."""

from __future__ import annotations

import os
import re
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect, sync_playwright
from playwright.sync_api import Page as Tab

ROOT = Path(__file__).parents[2]
CHROMIUM = Path("/usr/bin/chromium")
PATIENCE = 180
"""Seconds. Long, as machines are slow while other things run."""

expect.set_options(timeout=PATIENCE * 1000)

NOTES = {
    "orchard.md": """# The orchard

## Apple trees

Apple trees in the orchard are pruned in February, while they sleep. A pruned tree gives larger apples.
The oldest tree in the orchard is a Bramley that was planted in 1911.

## Bees

The beehives stand beside the south wall of the orchard. Bees pollinate the apple blossom in April and May.
Honey is taken from the hives in August, and each hive gives about twelve kilograms of honey.

## Watering

Young trees are watered twice a week in summer. Old trees are not watered at all, because their roots reach the ground
water.
""",
    "greenhouse.md": """# Greenhouse rules

## Ventilation

The greenhouse windows are opened at eight in the morning <script>window.etudeRan = "script"</script> and closed at
sunset &lt;img src="x" onerror="window.etudeRan = 'image'"&gt;. ${window.etudeRan = "template"} {{value}}
`<img src="x" onerror="window.etudeRan = 'code'">` ![a plan](http://pictures.example/plan.png)
""",
}


class Etude:
    """A home with synced notes, and the server that shows it."""

    program = ("app.py",)

    def __init__(self, folder: Path, models: list[Path]) -> None:
        self.home = folder / "home"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/"
        clean = {name: value for name, value in os.environ.items() if not name.startswith("ETUDE_")}
        self.environment = clean | {
            "ETUDE_HOME": str(self.home),
            "ETUDE_MODELS_PATH": os.pathsep.join(map(str, models)),
            "ETUDE_MODEL": "smollm2-135m-instruct",
            "ETUDE_SERVER__PORT": str(self.port),
            "ETUDE_THREADS": "1",
        }
        self.log = (folder / "server.log").open("ab")
        self.process: subprocess.Popen[bytes] | None = None
        self.furnish(folder / "notes")

    def furnish(self, notes: Path) -> None:
        """Put into the home what the page shows."""
        notes.mkdir()
        for name, text in NOTES.items():
            (notes / name).write_text(text, encoding="utf-8")
        self.run("sync", str(notes))

    def run(self, *command: str, patience: float = 3 * PATIENCE) -> None:
        """Run `etude` in this home."""
        done = subprocess.run(
            [sys.executable, "-m", "assistant.cli", *command],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=patience,
        )
        assert done.returncode == 0, done.stderr

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, *self.program], cwd=ROOT, env=self.environment, stdout=self.log, stderr=subprocess.STDOUT
        )
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.said()
            try:
                with urllib.request.urlopen(self.url, timeout=2):
                    return
            except OSError:
                time.sleep(0.2)
        pytest.fail(f"the page did not come up:\n{self.said()}")

    def close(self) -> None:
        if self.process and self.process.poll() is None:
            self.stop()
        self.log.close()

    def stop(self) -> int:
        assert self.process
        self.process.terminate()
        try:
            return self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            pytest.fail(f"the server did not end within 20 s:\n{self.said()}")

    def said(self) -> str:
        return Path(self.log.name).read_text(encoding="utf-8", errors="replace")[-4000:]

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with sqlite3.connect(self.home / "records.sqlite3") as database:
            return database.execute(query).fetchall()


class Served(Etude):
    """The page with a solver that needs no model."""

    program = ("-m", "tests.e2e.exam_server")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Open the system's Chromium without a window."""
    if not CHROMIUM.exists():
        pytest.fail(f"{CHROMIUM} is missing. Install it with: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        try:
            yield browser
        finally:
            browser.close()


class Page:
    """The page as a person sees it, with what it asked for and what the browser complained about."""

    def __init__(self, tab: Tab, url: str) -> None:
        self.tab, self.url = tab, url
        self.requested: list[str] = []
        self.complaints: list[str] = []
        tab.on("request", lambda request: self.requested.append(request.url))
        self._leaving = False
        tab.on("pageerror", lambda error: self._complain(str(error)))
        tab.on("console", lambda said: self._complain(said.text) if said.type == "error" else None)

    def open(self, address: str = "") -> None:
        self.load(address)
        expect(self.find("#thread .turns")).to_be_attached()

    def load(self, address: str) -> None:
        """Load an address. A page that is left is not listened to: Gradio's script cries out as its stream is cut."""
        self._leaving = True
        self.tab.goto(self.url + address)
        self._leaving = False

    def find(self, selector: str) -> Locator:
        return self.tab.locator(selector)

    def texts(self, selector: str) -> list[str]:
        """Return what the elements that are there now say."""
        return [text.strip() for text in self.find(selector).all_inner_texts()]

    def js(self, script: str, *values: object):
        """Evaluate an expression, or call a function with the list of the values."""
        return self.tab.evaluate(script, list(values))

    def until(self, script: str, *values: object):
        """Wait until an expression, or a function of the list of the values, is true; return what it is."""
        return self.tab.wait_for_function(script, arg=list(values)).json_value()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.tab.keyboard.press(key)

    def type(self, text: str) -> None:
        """Write into what has the focus, after what is there."""
        self.tab.keyboard.insert_text(text)

    def phone(self, width: int = 360) -> None:
        self.tab.set_viewport_size({"width": width, "height": 800})

    def watch(self) -> None:
        """Write down everything that the answer in the making shows."""
        self.js(
            """() => {
            window.seen = [];
            const note = () => {
              const turn = document.querySelector('#live .turn');
              if (!turn) return;
              const body = turn.querySelector('.reading, .stage, .notice');
              window.seen.push([turn.dataset.state, body ? body.innerText : '']);
            };
            new MutationObserver(note).observe(
              document.getElementById('live'), {childList: true, subtree: true, characterData: true}
            );
            }"""
        )

    def box(self) -> Locator:
        """Return where a question is written."""
        return self.find(".composer textarea")

    def ask(self, question: str) -> None:
        self.box().click()
        self.type(question)
        self.press("Enter")

    def answered(self, turns: int) -> None:
        expect(self.find("#thread .turn")).to_have_count(turns)
        expect(self.find("#live .turn")).to_have_count(0)

    def _complain(self, what: str) -> None:
        if not self._leaving:
            self.complaints.append(what)


class RoomPage(Page):
    """A tab that is one room with several views: `name-view` around `name-root`."""

    name: str

    def open(self, address: str = "") -> None:
        self.load(f"?tab={self.name}{address}")
        expect(self.find(f"#{self.name}-view .{self.name}-root")).to_be_attached()
        expect(self.tab).to_have_title(re.compile("Étude"))

    def view(self, name: str) -> None:
        """Wait for a screen."""
        expect(self.find(f".{self.name}-root")).to_have_attribute("data-view", name)

    def shown(self) -> Locator:
        """Return what the room shows."""
        return self.find(f"#{self.name}-view")

    def step(self, label: str) -> None:
        """Press the button of that label."""
        buttons = self.find(f"#{self.name}-view button:visible")
        buttons.filter(has_text=re.compile(rf"^\s*{re.escape(label)}")).first.click()

    def parameter(self, name: str) -> str | None:
        """Return what the page's address says."""
        return self.js("([name]) => new URL(location.href).searchParams.get(name)", name)

    def fits(self) -> None:
        """Nothing is to the right of what one sees."""
        wide = f"(e => e.scrollWidth - e.clientWidth)(document.querySelector('#{self.name}-scroll'))"
        assert self.js(wide) <= 0, self.tab.url
