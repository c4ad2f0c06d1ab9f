"""Composes in the real page: a home of its own, jobs in their processes, and Chromium without a window."""

from __future__ import annotations

import urllib.request

import pytest
from selenium.webdriver.common.keys import Keys

from tests.e2e.page import RoomPage, Served

pytestmark = pytest.mark.browser

ENDINGS = ("mid", "wav", "png", "musicxml", "json")
MAGIC = {"mid": b"MThd", "wav": b"RIFF", "png": b"\x89PNG", "musicxml": b"<?xml", "json": b"{"}


class ComposePage(RoomPage):
    """The Compose tab as a person sees it."""

    name = "compose"

    def notes(self) -> str:
        return self.find('#compose textarea[name="melody"]').get_property("value")

    def write(self, name: str, text: str) -> None:
        field = self.find(f'#compose [name="{name}"]')
        field.clear()
        field.send_keys(text)

    def compose(self) -> None:
        self.js("document.querySelector('#compose [data-focus=compose]').click()")

    def drawn(self, lane: int) -> int:
        return self.js(
            "return document.querySelectorAll('#compose .lane')[arguments[0]]?.querySelectorAll('.note').length", lane
        )

    def asked(self, name: str) -> str:
        return self.js("return new URL(location.href).searchParams.get(arguments[0])", name)


@pytest.fixture(scope="module")
def etude(tmp_path_factory, shared_settings):
    served = Served(tmp_path_factory.mktemp("compose"), shared_settings.models_path)
    served.start()
    yield served
    served.close()


@pytest.fixture
def page(browser, etude):
    page = ComposePage(browser, etude.url)
    page.open()
    page.view("make")
    return page


def test_the_keys_write_the_melody_and_its_roll(page):
    assert "Choose a melody above" in page.find("#compose .nothing").text
    page.press("a", "w", "4", "d", "r", "3", ".", "k", "x", "a")
    assert page.notes() == "C4:q C#4:q E4:h R:h C5:q. C5:q."
    page.until("return document.querySelectorAll('#compose .note').length === 5")
    page.press(Keys.BACKSPACE, ".", "2")
    page.find('#compose .key[data-place="4"]').click()
    assert page.notes() == "C4:q C#4:q E4:h R:h C5:q. E5:e"
    # A letter that is written is no key.
    page.find('#compose textarea[name="melody"]').send_keys(" a4")
    assert page.notes().endswith("E5:e a4")
    page.step("Play")
    page.until("return document.querySelector('#compose .head:not([hidden])')", "the head of the roll")
    page.step("Stop")
    page.step("Clear")
    assert page.notes() == ""

    # A name goes with the melody that it is of.
    page.step("Old Hundredth")
    page.until("return document.querySelector('#compose [name=title]').value === 'Old Hundredth'")
    page.find('#compose textarea[name="melody"]').send_keys(Keys.CONTROL + "a", Keys.BACKSPACE)
    page.until("return document.querySelector('#compose [name=title]').value === ''")


def test_what_is_no_melody_is_said_in_one_sentence(page):
    page.write("melody", "C4:q H9:q")
    page.write("bars", "8")
    page.compose()
    page.until("return document.querySelector('#compose p.wrong')")
    assert len(page.all("#compose p.wrong")) == 1
    assert page.all("#compose p.wrong")[0].startswith("Word 2, “H9:q”, is not a note.")
    assert (page.notes(), page.find('#compose [name="bars"]').get_property("value")) == ("C4:q H9:q", "8")
    page.until("return document.activeElement?.name === 'melody'", "the focus at what is wrong")


def test_a_file_becomes_a_melody(page, tmp_path):
    song = tmp_path / "Reel.abc"
    song.write_text("X:1\nT:A reel\nM:4/4\nL:1/4\nK:C\nCDEF|GABc|]\n", encoding="utf-8")
    page.find("#compose [data-open]").send_keys(str(song))
    page.until("return document.querySelector('#compose textarea').value.startsWith('C4:q D4:q')")
    assert page.js("return document.querySelector('#compose [name=title]').value") == "A reel"
    photo = tmp_path / "photo.mid"
    photo.write_bytes(b"\x89PNG\r\n\x1a\n")
    page.find("#compose [data-open]").send_keys(str(photo))
    page.until("return document.querySelector('#compose .notice')")
    assert "photo.mid is" in page.find("#compose .notice").text
    assert page.notes().startswith("C4:q D4:q")


def test_a_sample_is_composed_seen_heard_and_kept(page, etude):
    page.step("Frère Jacques")
    page.until("return document.querySelector('#compose textarea').value.startsWith('F4')")
    page.write("bars", "4")
    page.compose()
    page.view("piece")
    job = page.asked("piece")
    assert page.find("#compose h2").text == "Frère Jacques"
    assert "4 bars, seed 7, 108 quarter notes a minute. Composed by chorale-" in page.find("#compose .lead").text
    assert page.all("#compose .lane .name") == ["soprano", "alto", "tenor", "bass"]
    assert all(page.drawn(lane) > 0 for lane in range(4))
    assert page.all("#compose .done-to li") == ["The melody has 8 bars; the first 4 are used."]
    assert "In consonance with the melody" in page.find("#compose .measured").text

    # It sounds, and the head of the roll goes along.
    page.until("return document.querySelector('#compose audio').readyState > 0", "the sound")
    assert page.js("return document.querySelector('#compose audio').duration") > 4 * 4 * 60 / 108
    page.js("const a = document.querySelector('#compose audio'); a.muted = true; a.currentTime = 3")
    page.until("return document.querySelectorAll('#compose .note.sounds').length > 1", "notes that sound")

    links = page.js("return [...document.querySelectorAll('#compose .files a')].map(e => e.href)")
    assert [address.rpartition(".")[2] for address in links] == list(ENDINGS)
    for address, ending in zip(links, ENDINGS, strict=True):
        with urllib.request.urlopen(address) as file:
            assert file.read().startswith(MAGIC[ending])
            assert "Frère-Jacques" in urllib.request.unquote(file.headers["content-disposition"])

    # The same melody again, as another piece: nothing takes the place of the first.
    page.step("Another seed")
    page.until(f"return !location.href.includes('{job}')")
    page.view("piece")
    assert page.find("#compose h2").text == "Frère Jacques"
    page.step("‹ Compose")
    page.view("make")
    page.step("Pieces")
    page.view("pieces")
    assert page.all("#compose button.name") == ["Frère Jacques", "Frère Jacques"]
    page.open(f"&piece={job}")
    page.view("piece")
    page.step("Change the melody")
    page.view("make")
    assert page.notes().startswith("F4 G4 A4 F4")
    assert len(list((etude.home / "jobs").glob("*/outputs/piece.mid"))) == 2


def test_a_piece_waits_behind_a_training_that_is_stopped(page):
    page.step("Training")
    page.view("training")
    page.js("document.querySelector('#compose [data-focus=train]').click()")
    page.view("trains")
    page.open()
    page.view("make")
    page.write("melody", "C4 D4 E4 F4")
    page.compose()
    page.view("wait")
    page.until("return document.querySelector('#compose .stage').innerText.includes('is training chorale')")
    assert page.all("#compose .lane .name") == ["soprano", "alto", "tenor", "bass"]
    page.step("Cancel")
    page.view("ended")
    page.open("&see=training")
    page.view("trains")
    page.step("Stop")
    page.view("training")
    assert "Stopped" in page.find("#compose ul.trainings").text
    assert "Go on" in page.find("#compose ul.trainings").text


def test_a_phone_shows_it_without_scrolling_sideways(page):
    page.browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": 360, "height": 800, "deviceScaleFactor": 1, "mobile": True}
    )
    for address, view in (("", "make"), ("&see=pieces", "pieces"), ("&see=training", "training")):
        page.open(address)
        page.view(view)
        assert page.js("const e = document.querySelector('#compose-scroll'); return e.scrollWidth <= e.clientWidth")
    page.open()
    page.view("make")
    assert page.js("return document.querySelector('#compose .key.white').getBoundingClientRect().width") > 32
    page.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
