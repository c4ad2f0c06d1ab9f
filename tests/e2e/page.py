"""The page as the tests drive it: a home with synced notes, the server that shows it, and what a person does there."""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

ROOT = Path(__file__).parents[2]
PATIENCE = 180
"""Seconds. Long, as machines are slow while other things run."""

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
        notes = folder / "notes"
        notes.mkdir()
        for name, text in NOTES.items():
            (notes / name).write_text(text, encoding="utf-8")
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
        synced = self.run("-m", "assistant.cli", "sync", str(notes))
        assert synced.returncode == 0, synced.stderr

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *command], cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=PATIENCE
        )

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


class Page:
    """The page as a person sees it."""

    def __init__(self, browser: webdriver.Chrome, url: str) -> None:
        self.browser, self.url = browser, url

    def open(self, address: str = "") -> None:
        self.browser.get(self.url + address)
        self.until("return document.querySelector('#thread .turns')")

    def js(self, script: str, *values: object):
        return self.browser.execute_script(script, *values)

    def until(self, script: str, what: str = ""):
        wait = WebDriverWait(self.browser, PATIENCE, 0.05, ignored_exceptions=[StaleElementReferenceException])
        return wait.until(lambda _: self.js(script), what or script)

    def find(self, selector: str):
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector: str) -> list[str]:
        return self.js("return [...document.querySelectorAll(arguments[0])].map(e => e.innerText.trim())", selector)

    def watch(self) -> None:
        """Write down everything that the answer in the making shows."""
        self.js(
            """
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
            """
        )

    def ask(self, question: str) -> None:
        box = self.find(".composer textarea")
        box.click()
        box.send_keys(question, Keys.ENTER)

    def answered(self, turns: int) -> None:
        finished = "document.querySelectorAll('#thread .turn').length"
        self.until(
            f"return {finished} === {turns} && !document.querySelector('#live .turn')", f"{turns} finished turns"
        )


class Served(Etude):
    """The page with a solver that needs no model."""

    program = ("-m", "tests.e2e.exam_server")


class RoomPage(Page):
    """A tab that is one room with several views: `name-view` around `name-root`."""

    name: str

    def open(self, address: str = "") -> None:
        self.browser.get(f"{self.url}?tab={self.name}{address}")
        self.until(f"return document.querySelector('#{self.name}-view .{self.name}-root')")
        self.until("return document.title.includes('Étude')")

    def view(self, name: str) -> None:
        self.until(f"return document.querySelector('.{self.name}-root')?.dataset.view === '{name}'", f"the view {name}")

    def step(self, label: str) -> None:
        """Press the button of that label."""
        pressed = self.js(
            f"const found = [...document.querySelectorAll('#{self.name}-view button')]"
            ".find(e => e.innerText.trim().startsWith(arguments[0])); found?.click(); return Boolean(found)",
            label,
        )
        assert pressed, f"there is no button {label}"

    def press(self, *keys: str) -> None:
        ActionChains(self.browser).send_keys(*keys).perform()
