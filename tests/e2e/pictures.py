"""Takes the pictures of `docs/images` from the real page: `make pictures`, in about ten minutes on two cores.

The home is a new one, with the shipped notes and what the tour leaves in each tab, so that the pictures show nothing of
whoever takes them. The model is the one in use where it is installed, else the smallest.
"""

from __future__ import annotations

import sys
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser

from assistant.models.catalog import card_for
from assistant.models.weights import locate
from assistant.settings import load_settings
from tests.e2e.page import PATIENCE, ROOT, Etude, chromium
from tests.e2e.tour import Stop, walk

IMAGES = ROOT / "docs" / "images"
QUESTION = "What is the difference between a token and an embedding?"
REFUSED = "Who won the 1998 World Cup?"
RUNS = {"both-ways": "etude", "by-words": "bm25"}
"""Evaluations of how passages are found, by name, and the systems that they test."""
NOTES = ("etude", "2-generative-ai/generative-ai.md")
WIDE, PHONE = (1280, 800), (390, 844)
ON_A_PHONE = ("chat-answer", "exam-question", "compose-piece", "guardrails-tried", "knowledge")
COLOURS = (256, 128, 64)
PLACES = """(places) => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    for (const [path, name] of places) walker.currentNode.data = walker.currentNode.data.replaceAll(path, name);
  }
}"""
"""Folders of whoever takes the pictures get the names that they have for everybody."""
LARGEST = 200_000
"""Bytes of a picture; one that needs more gets fewer colours."""


def main() -> None:
    """Serve the page, walk through it, and write each screen in light and dark, and some as on a phone."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        mine = load_settings()
        etude = Shown(Path(folder), [mine.home / "models", *mine.models_path])
        try:
            etude.start()
            with chromium() as browser:
                take_all(browser, etude.url)
        finally:
            etude.close()


class Shown(Etude):
    """The shipped notes, and two small evaluations on the same questions."""

    def furnish(self, notes: Path) -> None:
        """Index the shipped notes and run the evaluations; no notes of the tests are written."""
        mine = load_settings()
        if locate(card_for(mine.model), mine):
            self.environment["ETUDE_MODEL"] = mine.model
        self.environment["ETUDE_THREADS"] = str(mine.threads)
        self.run("sync", "--shipped", patience=10 * PATIENCE)
        for name, system in RUNS.items():
            self.run("eval", "run", "retrieval", "--system", system, "--name", name, patience=10 * PATIENCE)


def take_all(browser: Browser, url: str) -> None:
    """Walk through the page and take every picture."""
    guide = browser.new_context(viewport={"width": WIDE[0], "height": WIDE[1]})
    guide.set_default_timeout(PATIENCE * 1000)
    stops = walk(guide.new_page(), url, QUESTION, REFUSED, (*RUNS,), NOTES)
    guide.close()
    for scheme in ("light", "dark"):
        _take(browser, url, stops, WIDE, scheme, "")
        _take(browser, url, [stop for stop in stops if stop.name in ON_A_PHONE], PHONE, scheme, "-phone")


def _take(browser: Browser, url: str, stops: list[Stop], size: tuple[int, int], scheme: str, ending: str) -> None:
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce"
    )
    context.set_default_timeout(PATIENCE * 1000)
    tab = context.new_page()
    for stop in stops:
        stop.visit(tab, url)
        tab.evaluate(PLACES, [[str(ROOT), "etude"], [str(Path.home()), "~"]])
        data = _small(tab.screenshot(caret="hide"))
        file = IMAGES / f"{stop.name}{ending}-{scheme}.png"
        file.write_bytes(data)
        sys.stdout.write(f"{file.relative_to(ROOT)}\t{len(data) / 1000:.0f} kB\n")
    context.close()


def _small(screenshot: bytes) -> bytes:
    """Return the picture with a palette, in as many colours as `LARGEST` allows."""
    picture = Image.open(BytesIO(screenshot)).convert("RGB")
    for colours in COLOURS:
        into = BytesIO()
        picture.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(
            into, "PNG", optimize=True
        )
        if into.tell() <= LARGEST:
            break
    return into.getvalue()


if __name__ == "__main__":
    main()
