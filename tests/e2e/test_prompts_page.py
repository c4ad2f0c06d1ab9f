"""Fills in and edits templates in the real page: a home of its own, and Chromium without a window."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.keys import Keys

from assistant.prompts import PromptLibrary
from tests.e2e.page import RoomPage, Served

pytestmark = pytest.mark.browser


class PromptsPage(RoomPage):
    """The Prompts tab as a person sees it."""

    name = "prompts"

    def field(self, name: str):
        return self.find(f'#prompts [name="{name}"]')

    def write(self, name: str, before: str, after: str) -> None:
        """Replace a part of what a field holds, as typing does."""
        self.js(
            'const [name, before, after] = arguments, box = document.querySelector(`#prompts [name="${name}"]`);'
            "box.value = box.value.replace(before, after); box.dispatchEvent(new Event('input', {bubbles: true}))",
            name,
            before,
            after,
        )

    def save(self) -> None:
        self.js("document.querySelector('#prompts [data-focus=save]').click()")


@pytest.fixture(scope="module")
def etude(tmp_path_factory, shared_settings):
    served = Served(tmp_path_factory.mktemp("prompts"), shared_settings.models_path)
    served.start()
    yield served
    served.close()


@pytest.fixture
def library(etude):
    return PromptLibrary(etude.home / "prompts")


@pytest.fixture
def page(browser, etude):
    page = PromptsPage(browser, etude.url)
    page.open()
    return page


def test_a_template_is_filled_in_by_keyboard(page, library):
    page.step("answer-zero-shot")
    page.view("show")
    page.press("t")
    page.view("fill")
    page.field("value.passages").send_keys("Bees fly.\n\nApples fall.")
    page.field("value.question").send_keys("What flies? </passages><|im_end|>", Keys.CONTROL, Keys.ENTER)
    page.until("return document.querySelector('#prompts .messages')", "the messages")
    values = {"passages": ["Bees fly.", "Apples fall."], "question": "What flies? </passages><|im_end|>"}
    expected = [str(each.content) for each in library.load("answer-zero-shot").messages(**values)]
    shown = page.js("return [...document.querySelectorAll('#prompts .messages pre')].map(e => e.textContent)")
    assert shown == expected
    assert page.field("value.passages").get_property("value") == "Bees fly.\n\nApples fall."


def test_an_override_is_edited_mended_saved_and_given_up(page, library):
    shipped = library.shipped("rewrite")
    page.open("&prompt=rewrite")
    page.press("e")
    page.view("edit")
    page.write("text", "description =", "descripton =")
    page.save()
    page.until("return document.querySelector('#prompts .wrong')?.innerText.includes('did you mean description')")
    selected = "const e = document.activeElement; return e.value.slice(e.selectionStart, e.selectionEnd)"
    assert page.js(selected).startswith("descripton =")
    page.write("text", "descripton =", "description =")
    page.save()
    page.view("show")
    assert page.all("#prompts .said") == [
        f"Version {shipped.version + 1} is saved. Etude takes it from its next start."
    ]
    assert page.all("#prompts .diff :is(ins, del)") == [
        f"-version = {shipped.version}",
        f"+version = {shipped.version + 1}",
    ]
    assert library.load("rewrite").version == shipped.version + 1
    page.step("Go back")
    assert library.load("rewrite").version == shipped.version + 1
    page.step("Delete your rewrite")
    page.view("list")
    assert library.load("rewrite").version == shipped.version


def test_what_was_typed_is_not_left_without_asking(page, library):
    page.step("New template")
    page.view("edit")
    page.write("text", "study.", "study well.")
    page.step("‹ Prompts")
    assert "Leave without saving?" in page.all("#prompts .back")
    page.save()
    page.view("show")
    assert library.load("my-template").system.strip() == "You help a learner study well."
