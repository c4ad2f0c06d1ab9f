"""Adds notes, tries questions and deletes in the real page: a home of its own, and Chromium without a window."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.page import Etude, RoomPage

pytestmark = pytest.mark.browser

TIDES = """# Tides

## Causes

The tides are caused by the pull of the moon and of the sun. The moon counts about twice as much as the sun.

## Spring tides

A spring tide comes at new moon and at full moon, when the sun and the moon pull in one line.
"""
QUESTION = "What causes the tides?"


class KnowledgePage(RoomPage):
    """The Knowledge tab as a person sees it."""

    name = "knowledge"

    def field(self, name: str) -> Locator:
        return self.find(f'#knowledge [name="{name}"]')

    def at(self, focus: str) -> Locator:
        """Return a control by the name under which it keeps the focus."""
        return self.find(f"#knowledge [data-focus={focus}]")

    def documents(self, *names: str) -> None:
        """Wait until the collection holds these."""
        expect(self.find("#knowledge .documents th button")).to_have_text([*names])

    def delete(self) -> None:
        """Delete, and say that one is sure."""
        self.at("delete").click()
        expect(self.at("delete")).to_contain_class("sure")
        self.at("delete").click()


@pytest.fixture(scope="module")
def etude(tmp_path_factory, shared_settings):
    served = Etude(tmp_path_factory.mktemp("knowledge"), shared_settings.models_path)
    served.start()
    yield served
    served.close()


@pytest.fixture
def page(tab, etude):
    page = KnowledgePage(tab, etude.url)
    page.open()
    page.view("list")
    return page


def test_a_note_is_uploaded_found_cited_in_the_chat_and_deleted(page, etude, tmp_path):
    expect(page.find("#knowledge button.name")).to_have_text(["notes"])
    expect(page.find("#knowledge .what small").first).to_contain_text("2 files")
    (tmp_path / "tides.md").write_text(TIDES, encoding="utf-8")
    (tmp_path / "program.exe").write_bytes(b"MZ")
    page.step("Add notes")
    page.view("add")
    page.field("files").set_input_files([tmp_path / "tides.md", tmp_path / "program.exe"])
    page.field("collection").fill("sea")
    page.at("upload").click()
    page.view("collection")
    page.documents("tides.md")
    expect(page.find("#knowledge .notice")).to_contain_text("program.exe is not of a kind")
    assert (etude.home / "notes" / "sea" / "tides.md").read_text(encoding="utf-8") == TIDES

    page.step("tides.md")
    page.view("document")
    expect(page.find("#knowledge .passages h3")).to_have_text(["Tides › Causes", "Tides › Spring tides"])
    page.open("&collection=sea&document=tides.md&section=9")
    page.view("document")
    passage = page.find("#knowledge .passage[data-chosen]")
    expect(passage).to_be_focused()
    expect(passage).to_contain_text("new moon")

    page.open()
    page.press("t")
    page.view("try")
    page.field("question").fill(QUESTION)
    page.at("search").click()
    read = page.find("#knowledge .hits li[data-read] mark")
    expect(read.filter(has_text="caused by the pull of the moon").first).to_be_visible()
    expect(page.find("#knowledge .verdict")).to_contain_text("The model reads")

    page.step("Ask it in the chat")
    expect(page.box()).to_have_value(QUESTION)
    page.box().press("Enter")
    page.answered(1)
    page.find("#thread button.cite").first.click()
    expect(page.find("#sources .source.chosen .file")).to_contain_text("tides.md")
    page.find("#sources .source.chosen .place").click()
    page.view("document")
    expect(passage).to_be_focused()
    assert (page.parameter("collection"), page.parameter("document")) == ("sea", "tides.md")

    page.open("&collection=sea&document=tides.md")
    page.view("document")
    page.delete()
    page.view("collection")
    expect(page.find("#knowledge .said").first).to_contain_text("tides.md is deleted")
    assert not (etude.home / "notes" / "sea" / "tides.md").exists()
    page.delete()
    page.view("list")
    expect(page.find("#knowledge button.name")).to_have_text(["notes"])


def test_a_folder_is_watched_across_a_restart_and_switched_off(page, etude, tmp_path):
    folder = tmp_path / "garden"
    folder.mkdir()
    (folder / "ants.md").write_text("# Ants\n\nAnts carry leaves.\n", encoding="utf-8")
    page.open("&doing=add")
    page.view("add")
    page.field("folder").fill(str(folder / "nowhere"))
    page.field("into").fill("garden")
    page.at("add-folder").click()
    expect(page.find("#wrong-folder")).to_be_visible()
    expect(page.field("folder")).to_be_focused()
    page.field("folder").fill(str(folder))
    page.at("add-folder").click()
    page.view("collection")
    expect(page.find("#knowledge .said")).to_have_text(re.compile("^Synced"))
    page.documents("ants.md")
    (folder / "wasps.md").write_text("# Wasps\n\nWasps eat fruit.\n", encoding="utf-8")
    page.documents("ants.md", "wasps.md")

    assert etude.stop() in (0, -15)
    (folder / "ants.md").unlink()
    etude.start()
    page.open("&collection=garden")
    page.documents("wasps.md")
    page.step("Watched")
    expect(page.find("#knowledge .places [aria-pressed=false]")).to_be_visible()
    sources = json.loads((etude.home / "sources.json").read_text(encoding="utf-8"))
    assert [source["watched"] for source in sources if source["collection"] == "garden"] == [False]
    assert (folder / "wasps.md").is_file()


def test_a_sync_shows_how_far_it_is_and_is_stopped(page, etude, tmp_path):
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(40):
        text = "\n\n".join(
            f"## Part {n}\n\nSentence {n} of note {number}. It speaks of {n * number}." for n in range(30)
        )
        (folder / f"note-{number}.md").write_text(f"# Note {number}\n\n{text}\n", encoding="utf-8")
    page.open("&doing=add")
    page.view("add")
    page.field("folder").fill(str(folder))
    page.field("into").fill("many")
    page.at("watched").click()
    page.at("add-folder").click()
    page.view("collection")
    expect(page.find("#knowledge .running")).to_contain_text("Embedding passages")
    expect(page.find("#knowledge .running .left")).to_be_visible()
    # The page and the chat are there meanwhile.
    page.step("‹ Notes")
    page.view("list")
    page.at("stop").click()
    expect(page.find("#knowledge .said")).to_have_text(re.compile("^Stopped"))
    expect(page.find("#knowledge .documents")).to_have_count(0)
    page.delete()
    page.view("list")
    assert "Traceback" not in etude.said()


@pytest.mark.parametrize("address", ["", "&collection=notes", "&collection=notes&document=orchard.md", "&doing=add"])
def test_nothing_is_wider_than_a_phone(page, address):
    page.phone()
    page.open(address)
    expect(page.shown()).to_have_text(re.compile(r"[\s\S]{20}"))
    page.fits()
    wide = page.js(
        "[...document.querySelectorAll('#knowledge-view *')].filter(e => e.checkVisibility())"
        ".filter(e => e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML)"
    )
    assert wide == []
