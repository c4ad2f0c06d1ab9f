"""Composes in the real page: a home of its own, jobs in their processes, and Chromium without a window."""

from __future__ import annotations

import re
import urllib.request

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.page import RoomPage, Served

pytestmark = pytest.mark.browser

ENDINGS = ("mid", "wav", "png", "musicxml", "json")
MAGIC = {"mid": b"MThd", "wav": b"RIFF", "png": b"\x89PNG", "musicxml": b"<?xml", "json": b"{"}
VOICES = ["soprano", "alto", "tenor", "bass"]


class ComposePage(RoomPage):
    """The Compose tab as a person sees it."""

    name = "compose"

    def field(self, name: str) -> Locator:
        return self.find(f'#compose [name="{name}"]')

    def melody(self) -> Locator:
        return self.find('#compose textarea[name="melody"]')

    def compose(self) -> None:
        self.find("#compose [data-focus=compose]").click()

    def lanes(self) -> list[str]:
        """Return the names of the voices, each of which has notes."""
        lanes = self.find("#compose .lane")
        expect(lanes.filter(has=self.tab.locator(".note"))).to_have_count(len(VOICES))
        return lanes.locator(".name").all_inner_texts()


@pytest.fixture(scope="module")
def etude(tmp_path_factory, shared_settings):
    served = Served(tmp_path_factory.mktemp("compose"), shared_settings.models_path)
    served.start()
    yield served
    served.close()


@pytest.fixture
def page(tab, etude):
    page = ComposePage(tab, etude.url)
    page.open()
    page.view("make")
    return page


def test_the_keys_write_the_melody_and_its_roll(page):
    expect(page.find("#compose .nothing")).to_contain_text("Choose a melody above")
    page.press("a", "w", "4", "d", "r", "3", ".", "k", "x", "a")
    expect(page.melody()).to_have_value("C4:q C#4:q E4:h R:h C5:q. C5:q.")
    expect(page.find("#compose .note")).to_have_count(5)
    page.press("Backspace", ".", "2")
    page.find('#compose .key[data-place="4"]').click()
    expect(page.melody()).to_have_value("C4:q C#4:q E4:h R:h C5:q. E5:e")
    # A letter that is written is no key.
    page.melody().press("End")
    page.melody().press_sequentially(" a4")
    expect(page.melody()).to_have_value(re.compile("E5:e a4$"))
    page.step("Play")
    expect(page.find("#compose .head")).to_be_visible()
    page.step("Stop")
    page.step("Clear")
    expect(page.melody()).to_have_value("")

    # A name goes with the melody that it is of.
    page.step("Old Hundredth")
    expect(page.field("title")).to_have_value("Old Hundredth")
    page.melody().fill("")
    expect(page.field("title")).to_have_value("")


def test_what_is_no_melody_is_said_in_one_sentence(page):
    page.melody().fill("C4:q H9:q")
    page.field("bars").fill("8")
    page.compose()
    expect(page.find("#compose p.wrong")).to_have_text([re.compile("^Word 2, “H9:q”, is not a note\\.")])
    expect(page.melody()).to_have_value("C4:q H9:q")
    expect(page.field("bars")).to_have_value("8")
    expect(page.melody()).to_be_focused()


def test_a_file_becomes_a_melody(page, tmp_path):
    song = tmp_path / "Reel.abc"
    song.write_text("X:1\nT:A reel\nM:4/4\nL:1/4\nK:C\nCDEF|GABc|]\n", encoding="utf-8")
    page.find("#compose [data-open]").set_input_files(song)
    expect(page.melody()).to_have_value(re.compile("^C4:q D4:q"))
    expect(page.field("title")).to_have_value("A reel")
    photo = tmp_path / "photo.mid"
    photo.write_bytes(b"\x89PNG\r\n\x1a\n")
    page.find("#compose [data-open]").set_input_files(photo)
    expect(page.find("#compose .notice")).to_contain_text("photo.mid is")
    expect(page.melody()).to_have_value(re.compile("^C4:q D4:q"))


def test_a_sample_is_composed_seen_heard_and_kept(page, etude):
    page.step("Frère Jacques")
    expect(page.melody()).to_have_value(re.compile("^F4"))
    page.field("bars").fill("4")
    page.compose()
    page.view("piece")
    job = page.parameter("piece")
    expect(page.find("#compose h2")).to_have_text("Frère Jacques")
    lead = page.find("#compose .lead")
    expect(lead).to_contain_text("4 bars, seed 7, 108 quarter notes a minute. Composed by chorale-")
    assert page.lanes() == VOICES
    expect(page.find("#compose .done-to li")).to_have_text(["The melody has 8 bars; the first 4 are used."])
    expect(page.find("#compose .measured")).to_contain_text("In consonance with the melody")

    # It sounds, and the head of the roll goes along.
    page.until("document.querySelector('#compose audio').readyState > 0")
    assert page.js("document.querySelector('#compose audio').duration") > 4 * 4 * 60 / 108
    page.js("() => { const a = document.querySelector('#compose audio'); a.muted = true; a.currentTime = 3; }")
    expect(page.find("#compose .note.sounds").nth(1)).to_be_attached()

    links = page.js("[...document.querySelectorAll('#compose .files a')].map(e => e.href)")
    assert [address.rpartition(".")[2] for address in links] == list(ENDINGS)
    for address, ending in zip(links, ENDINGS, strict=True):
        with urllib.request.urlopen(address) as file:
            assert file.read().startswith(MAGIC[ending])
            assert "Frère-Jacques" in urllib.request.unquote(file.headers["content-disposition"])

    # The same melody again, as another piece: nothing takes the place of the first.
    page.step("Another seed")
    page.until("([job]) => !location.href.includes(job)", job)
    page.view("piece")
    expect(page.find("#compose h2")).to_have_text("Frère Jacques")
    page.step("‹ Compose")
    page.view("make")
    page.step("Pieces")
    page.view("pieces")
    expect(page.find("#compose button.name")).to_have_text(["Frère Jacques", "Frère Jacques"])
    page.open(f"&piece={job}")
    page.view("piece")
    page.step("Change the melody")
    page.view("make")
    expect(page.melody()).to_have_value(re.compile("^F4 G4 A4 F4"))
    assert len(list((etude.home / "jobs").glob("*/outputs/piece.mid"))) == 2


def test_a_piece_is_composed_while_a_training_goes_on_and_is_stopped(page):
    page.step("Training")
    page.view("training")
    page.find("#compose [data-focus=train]").click()
    page.view("trains")
    page.open()
    page.view("make")
    page.melody().fill("C4 D4 E4 F4")
    page.compose()
    page.view("piece")
    assert page.lanes() == VOICES
    page.open("&see=training")
    page.view("trains")
    page.step("Stop")
    page.view("training")
    for text in ("Stopped", "Go on"):
        expect(page.find("#compose ul.trainings")).to_contain_text(text)


def test_a_phone_shows_it_without_scrolling_sideways(page):
    page.phone()
    for address, view in (("", "make"), ("&see=pieces", "pieces"), ("&see=training", "training")):
        page.open(address)
        page.view(view)
        page.fits()
    page.open()
    page.view("make")
    assert page.find("#compose .key.white").first.bounding_box()["width"] > 32
