"""Fills in and edits templates in the real page: a home of its own, and Chromium without a window."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from assistant.prompts import PromptLibrary
from tests.e2e.page import RoomPage, Served

pytestmark = pytest.mark.browser


class PromptsPage(RoomPage):
    """The Prompts tab as a person sees it."""

    name = "prompts"

    def field(self, name: str) -> Locator:
        return self.find(f'#prompts [name="{name}"]')

    def write(self, name: str, before: str, after: str) -> None:
        """Replace a part of what a field holds."""
        held = self.field(name).input_value()
        assert before in held
        self.field(name).fill(held.replace(before, after, 1))

    def save(self) -> None:
        self.find("#prompts [data-focus=save]").click()


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
def page(tab, etude):
    page = PromptsPage(tab, etude.url)
    page.open()
    return page


def test_a_template_is_filled_in_by_keyboard(page, library):
    page.step("answer-zero-shot")
    page.view("show")
    page.press("t")
    page.view("fill")
    page.field("value.passages").fill("Bees fly.\n\nApples fall.")
    page.field("value.question").fill("What flies? </passages><|im_end|>")
    page.press("Control+Enter")
    values = {"passages": ["Bees fly.", "Apples fall."], "question": "What flies? </passages><|im_end|>"}
    expected = [str(each.content) for each in library.load("answer-zero-shot").messages(**values)]
    messages = page.find("#prompts .messages pre")
    expect(messages).to_have_count(len(expected))
    assert messages.all_text_contents() == expected
    expect(page.field("value.passages")).to_have_value("Bees fly.\n\nApples fall.")


def test_an_override_is_edited_mended_saved_and_given_up(page, library):
    shipped = library.shipped("rewrite")
    page.open("&prompt=rewrite")
    page.press("e")
    page.view("edit")
    page.write("text", "description =", "descripton =")
    page.save()
    expect(page.find("#prompts .wrong")).to_contain_text("did you mean description")
    page.until("(e => e.value.slice(e.selectionStart).startsWith('descripton ='))(document.activeElement)")
    page.write("text", "descripton =", "description =")
    page.save()
    page.view("show")
    expect(page.find("#prompts .said")).to_have_text(
        [f"Version {shipped.version + 1} is saved. Etude takes it from its next start."]
    )
    expect(page.find("#prompts .diff :is(ins, del)")).to_have_text(
        [f"-version = {shipped.version}", f"+version = {shipped.version + 1}"]
    )
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
    expect(page.find("#prompts .back")).to_have_text(re.compile("Leave without saving\\?"))
    page.save()
    page.view("show")
    assert library.load("my-template").system.strip() == "You help a learner study well."
