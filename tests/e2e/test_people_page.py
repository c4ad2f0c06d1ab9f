"""Two people on one page, each in a browser of their own: what is one's is not there for the other."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from assistant.people import CollectionOwners, Person
from assistant.records.models import SignInRow
from assistant.rooms import open_embedder, open_index
from assistant.settings import Settings
from knowledge.sync import sync
from tests.assistant.web.people_server import PASSWORD, served
from tests.e2e.page import PATIENCE, Page

pytestmark = pytest.mark.browser

QUESTION = "What is anna's quiet word?"
FOR_ADMINS = ("evaluate", "guardrails", "metrics", "prompts")


@pytest.fixture(scope="module")
def etude(tmp_path_factory, shared_settings):
    settings = Settings(home=tmp_path_factory.mktemp("people"), models_path=shared_settings.models_path)
    with served(settings) as etude:
        owners = CollectionOwners(etude.records.database)
        for name in ("anna", "ben"):
            folder = settings.home / name
            folder.mkdir()
            (folder / "words.md").write_text(f"# {name}\n\nThe word of {name} is a quiet one.\n", encoding="utf-8")
            sync(open_index(settings), folder, f"{name}-notes", open_embedder(settings))
            owners.claim(Person(name), f"{name}-notes")
        yield etude


@pytest.fixture
def people(etude, browser):
    """Browsers that have never been here before, by name."""
    contexts = {name: browser.new_context(viewport={"width": 1440, "height": 900}) for name in ("anna", "ben")}
    for context in contexts.values():
        context.set_default_timeout(PATIENCE * 1000)
    yield SimpleNamespace(**{name: Page(context.new_page(), f"{etude.url}/") for name, context in contexts.items()})
    for context in contexts.values():
        context.close()


def sign_in(page: Page, name: str, address: str = "") -> None:
    page.tab.goto(page.url + address)
    fill_in(page, name)


def fill_in(page: Page, name: str) -> None:
    expect(page.tab).to_have_url(re.compile("/sign-in"))
    page.find("[name=name]").fill(name)
    page.find("[name=password]").fill(PASSWORD)
    page.find("button[type=submit]").click()
    expect(page.find("#thread .turns")).to_be_attached()


def test_what_one_asks_is_not_there_for_the_other(people):
    anna, ben = people.anna, people.ben
    sign_in(anna, "anna")
    anna.ask(QUESTION)
    anna.answered(1)
    expect(anna.find("#library li[data-conversation]")).to_have_count(1)
    expect(anna.find("#thread .answer")).to_contain_text("anna-notes")
    anna.until("new URL(location.href).searchParams.get('c')")
    conversation = anna.tab.url.partition("?")[2]

    sign_in(ben, "ben", f"?{conversation}")
    expect(ben.find("#thread .notice")).to_contain_text("There is no such conversation any more")
    expect(ben.find("#library li[data-conversation]")).to_have_count(0)
    assert QUESTION not in ben.tab.content()
    expect(ben.find("#header [data-tab=knowledge]")).to_be_visible()
    for tab in FOR_ADMINS:
        expect(ben.find(f"#header [data-tab={tab}]")).to_be_hidden()

    ben.find(".who summary").click()
    expect(ben.find(".who p")).to_have_text("ben")
    ben.find(".who button").click()
    expect(ben.tab).to_have_url(re.compile("/sign-in$"))
    ben.tab.goto(ben.url)
    expect(ben.tab).to_have_url(re.compile("/sign-in$"))


def expire(etude) -> None:
    with etude.records.database.session(write=True) as session:
        session.query(SignInRow).delete()


def test_who_is_no_longer_signed_in_is_led_to_the_sign_in_page_and_back(etude, people):
    anna = people.anna
    sign_in(anna, "anna", "?tab=knowledge&collection=anna-notes")
    expect(anna.find(".knowledge-root")).to_have_attribute("data-view", "collection")
    expect(anna.find(".who summary")).to_be_visible()
    expire(etude)
    anna.find("#knowledge .documents th button").click()
    fill_in(anna, "anna")
    expect(anna.find(".knowledge-root")).to_have_attribute("data-view", "collection")

    # A page that nothing is done on finds out when it is looked at again.
    expect(anna.find(".who summary")).to_be_visible()
    expire(etude)
    anna.js("() => { document.dispatchEvent(new Event('visibilitychange')); }")
    expect(anna.tab).to_have_url(re.compile("/sign-in[?].*collection=anna-notes"))


def test_a_link_in_the_page_opens_its_place_and_does_not_load_the_page_anew(people):
    anna = people.anna
    sign_in(anna, "anna")
    anna.js(
        """() => {
        window.notLoadedAnew = true;
        const link = document.createElement('a');
        link.href = '?tab=knowledge&collection=anna-notes&document=words.md&section=3';
        link.textContent = 'Open';
        document.querySelector('#thread').append(link);
        link.click();
        }"""
    )
    expect(anna.find(".knowledge-root")).to_have_attribute("data-view", "document")
    expect(anna.find("#knowledge [data-chosen]")).to_be_focused()
    assert anna.js("window.notLoadedAnew")
    assert "section=3" in anna.tab.url
