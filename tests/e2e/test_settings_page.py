"""Changes settings in the real page: a home of its own, and Chromium without a window."""

from __future__ import annotations

import re
import tomllib

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.page import Etude, RoomPage

pytestmark = pytest.mark.browser


class SettledEtude(Etude):
    """Knows what its etude.toml says."""

    def saved(self) -> dict[str, object]:
        file = self.home / "etude.toml"
        return tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


class SettingsPage(RoomPage):
    """The Settings tab as a person sees it."""

    name = "settings"

    def section(self, name: str) -> None:
        self.open(f"&section={name}")
        self.view(name)

    def field(self, name: str) -> Locator:
        return self.find(f'#settings [name="{name}"]')

    def option(self, value: str) -> Locator:
        return self.find(f'#settings [value="{value}"]')

    def save(self) -> None:
        self.find("#settings [data-focus=save]").click()

    def done(self) -> Locator:
        """Return what the page says was done."""
        return self.find("#settings .said")

    def chosen(self) -> Locator:
        """Return the temperature in the drawer of the Chat tab."""
        return self.find("#drawer input[aria-label*=Temperature]").first


@pytest.fixture(scope="module")
def etude(tmp_path_factory, shared_settings):
    served = SettledEtude(tmp_path_factory.mktemp("settings"), shared_settings.models_path)
    # Nothing is fetched, from wherever a machine has its packages.
    for name in ("PIP_INDEX_URL", "HF_ENDPOINT"):
        served.environment[name] = "http://127.0.0.1:9/"
    served.environment |= {"PIP_CONFIG_FILE": "/dev/null", "PIP_FIND_LINKS": "", "PIP_EXTRA_INDEX_URL": ""}
    served.start()
    yield served
    served.close()


@pytest.fixture
def page(tab, etude):
    return SettingsPage(tab, etude.url)


def test_a_temperature_is_saved_and_the_next_answer_has_it(page, etude):
    page.section("answers")
    page.field("generation.temperature").fill("2.5")
    page.save()
    expect(page.find("#settings .wrong")).to_have_text("Temperature is a number, 0 to 2.")
    expect(page.field("generation.temperature")).to_be_focused()
    assert etude.saved() == {}

    page.field("generation.temperature").fill("0.35")
    page.press("Control+Enter")
    expect(page.done()).to_contain_text("In force from the next answer.")
    assert etude.saved() == {"generation": {"temperature": 0.35}}
    expect(page.chosen()).to_have_value("0.35")

    page.find("#header [data-tab=chat]").click()
    page.ask("When are the apple trees pruned?")
    page.answered(1)
    written = etude.rows("select json_extract(parameters, '$.temperature') from invocations where operation = 'answer'")
    assert written == [(0.35,)]

    # A browser's own choice counts until the setting is another one.
    page.section("answers")
    expect(page.field("generation.temperature")).to_have_value("0.35")


def test_what_the_environment_sets_is_shown_and_closed(page):
    page.section("device")
    expect(page.field("threads")).to_have_value("1")
    expect(page.field("threads")).to_be_disabled()
    expect(page.shown()).to_contain_text("Set by ETUDE_THREADS in the environment")
    page.section("models")
    expect(page.shown()).to_contain_text("Set by ETUDE_MODEL in the environment")


def test_the_appearance_stays_after_a_reload_and_in_every_tab(page):
    body = page.find("body")
    page.section("appearance")
    page.field("looks").and_(page.option("dark")).press(" ")
    page.option("large").check()
    expect(body).to_contain_class("dark")
    page.tab.reload()
    page.view("appearance")
    expect(body).to_contain_class("dark")
    expect(body).to_have_attribute("data-size", "large")
    assert page.js("[...document.querySelectorAll('#settings :checked')].map(e => e.value)") == ["dark", "large"]
    page.find("#header [data-tab=exam]").click()
    page.find("#header [data-do=look]").click()
    expect(body).not_to_contain_class("dark")
    page.section("appearance")
    expect(page.find("#settings [name=looks]:checked")).to_have_value("light")


def test_a_server_is_tried_before_it_is_saved_and_its_key_is_not_shown(page, etude):
    page.section("device")
    page.option("openai").check()
    page.field("endpoint.base_url").fill("http://127.0.0.1:9/v1")
    page.field("endpoint.model").fill("phi")
    page.field("endpoint.api_key").fill("sk-secret")
    page.find("#settings [data-focus=try]").click()
    expect(page.find("#settings .notice")).to_contain_text("Nothing answers at")
    assert "endpoint" not in etude.saved()
    assert "sk-secret" not in page.tab.content()
    # What was typed is still there, and can be saved.
    expect(page.field("endpoint.api_key")).to_have_value("sk-secret")
    page.save()
    expect(page.done()).to_be_visible()
    assert (etude.saved()["backend"], etude.saved()["endpoint"]["api_key"]) == ("openai", "sk-secret")
    expect(page.field("endpoint.api_key")).to_have_value("")
    page.open("&section=device")
    page.option("embedded").check()
    page.save()
    expect(page.done()).to_be_visible()
    assert etude.saved()["backend"] == "embedded"


def test_a_download_that_fails_says_why_and_can_be_tried_again(page):
    page.section("models")
    page.step("Download")
    expect(page.find("#settings p.wrong")).to_contain_text("cannot be reached")
    again = page.find("#settings .models button").filter(has_text=re.compile("^Try again$"))
    expect(again.first).to_be_visible()


def test_it_is_reached_by_keyboard_and_fits_a_phone(page):
    page.phone()
    page.section("models")
    for key, section in (("2", "device"), ("3", "answers"), ("4", "appearance"), ("5", "records"), ("1", "models")):
        page.press(key)
        page.view(section)
        page.tab.wait_for_url(f"**section={section}*")
        wide = page.js(
            "[...document.querySelectorAll('#settings-view *')].filter(e => e.checkVisibility())"
            ".filter(e => e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 120))"
        )
        assert wide == []
