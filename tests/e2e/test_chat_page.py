"""Drives the real page: `python app.py`, the real small model, real notes, and Chromium without a window."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import expect

from tests.e2e.page import Etude, Page

pytestmark = pytest.mark.browser

HONEY = "How much honey does each hive give?"
BEES = "Tell me everything about the bees and the hives."
WINDOWS = "When are the greenhouse windows opened?"


@pytest.fixture(scope="module")
def etude(tmp_path_factory, shared_settings):
    served = Etude(tmp_path_factory.mktemp("page"), shared_settings.models_path)
    served.start()
    yield served
    served.close()


@pytest.fixture
def page(tab, etude):
    page = Page(tab, etude.url)
    page.open()
    return page


def test_asking_shows_the_stages_then_words_then_a_cited_answer(page):
    page.watch()
    page.ask(BEES)
    page.answered(1)

    seen = page.js("window.seen")
    waited = " | ".join(text for state, text in seen if state == "working")
    assert re.search(r"Searching \d+ passages", waited)
    assert re.search(r"Reading \d passage", waited)
    written = [text for state, text in seen if state == "writing"]
    assert len({len(text) for text in written}) >= 3, "the words came all at once"
    expect(page.find("#thread .turn h2")).to_have_text([BEES])
    assert page.texts("#thread .answer")[0].startswith(written[0][:20])
    expect(page.box()).to_have_value("")
    expect(page.find("#library li[aria-current] .open")).to_contain_text(BEES[:20])


def test_stop_really_stops_and_keeps_what_was_written(page, etude):
    page.ask(BEES)
    page.until("(document.querySelector('#live .answer')?.innerText || '').length > 30")
    began = time.monotonic()
    page.find(".composer .stop").click()
    page.answered(1)
    assert time.monotonic() - began < 5

    expect(page.find("#thread .ended")).to_have_text(["Stopped."])
    shown = re.sub(r"\s*\d+$", "", page.texts("#thread .answer")[0])
    assert len(shown) > 20
    stopped, text = etude.rows("select stopped, text from turns order by id desc limit 1")[0]
    assert stopped
    assert str(text).startswith(shown[:20])

    # The model is free again: the next question does not wait for the rest of the stopped answer.
    page.watch()
    page.ask(HONEY)
    page.answered(2)
    assert not any("Waiting" in text for _, text in page.js("window.seen"))


def test_escape_stops_too(page):
    page.ask(BEES)
    expect(page.find("#live").locator(".stage, .answer").first).to_be_visible()
    page.box().press("Escape")
    page.answered(1)
    expect(page.find("#thread .ended")).to_have_text(re.compile("^Stopped"))


def test_a_citation_opens_its_source_at_the_highlighted_sentence(page):
    page.ask(HONEY)
    page.answered(1)
    number = page.find("#thread button.cite").first
    expect(number).to_have_attribute("aria-label", re.compile(r"orchard\.md"))
    expect(number).to_have_attribute("data-tip", re.compile("honey", re.IGNORECASE))
    page.js("document.body.classList.add('no-sources')")
    expect(page.find(".sources-body")).to_be_hidden()
    number.click()

    source = page.find("#sources .source.chosen")
    expect(source.locator(".path")).to_contain_text("Bees")
    expect(source.locator(".file")).to_have_text(re.compile(r"orchard\.md\s*lines? \d+"))
    mark = source.locator("mark")
    expect(mark.filter(has_text="twelve kilograms of honey").first).to_be_visible()
    expect(mark.first).to_be_in_viewport(ratio=1)
    assert mark.first.bounding_box()["y"] >= 56, "it is under the header"
    expect(source).to_be_focused()


def test_a_refusal_names_the_nearest_headings(page):
    page.ask("Who won the 1998 World Cup?")
    page.answered(1)
    expect(page.find("#thread .answer")).to_have_text(["Your notes do not cover this."])
    expect(page.find("#thread .nearest li .path")).not_to_have_count(0)
    expect(page.find("#thread button.cite")).to_have_count(0)


def test_thumbs_and_a_comment_reach_the_database(page, etude):
    page.ask(HONEY)
    page.answered(1)
    turn = int(page.find("#thread .turn").get_attribute("data-turn"))
    page.find("#thread [data-do=up]").click()
    comment = page.find("#thread [name=comment]")
    expect(comment).to_be_focused()
    comment.fill("Exactly what the note says")
    comment.press("Enter")
    expect_rows(etude, f"select up, comment from feedback where turn_id = {turn}", [(1, "Exactly what the note says")])

    page.open(f"?c={page.find('#thread .turns').get_attribute('data-conversation')}")
    expect(page.find("#thread [data-do=up]")).to_have_attribute("aria-pressed", "true")
    expect(page.find("#thread [data-do=down]")).to_have_attribute("aria-pressed", "false")


def expect_rows(etude, query: str, expected: list[tuple[object, ...]]) -> None:
    """Wait until the database says so; nothing on the page tells when it does."""
    deadline = time.monotonic() + 10
    while (found := etude.rows(query)) != expected:
        assert time.monotonic() < deadline, found


def test_an_edited_question_replaces_its_turn(page, etude):
    page.ask("How much honey does one hive give?")
    page.answered(1)
    turn = page.find("#thread .turn")
    first = turn.get_attribute("data-turn")
    turn.hover()
    page.find("#thread [data-do=edit]").click()
    expect(page.box()).to_have_value("How much honey does one hive give?")
    page.box().fill(HONEY)
    page.box().press("Enter")
    expect(turn).not_to_have_attribute("data-turn", first)
    page.answered(1)
    expect(page.find("#thread .turn h2")).to_have_text([HONEY])
    assert etude.rows(f"select count(*) from turns where id = {first}") == [(0,)]


def test_an_error_is_one_sentence_and_the_question_stays_in_the_box(page, etude):
    index = etude.home / "index"
    index.rename(etude.home / "away")
    try:
        page.ask(HONEY)
        expect(page.find("#live .turn[data-state=error]")).to_be_visible()
        (said,) = page.texts("#live .notice")
        assert "Traceback" not in said
        assert "sync" in said
        expect(page.box()).to_have_value(HONEY)
    finally:
        (etude.home / "away").rename(index)
    page.box().press("Enter")
    page.answered(1)


def test_conversations_survive_a_reload_in_the_middle_and_a_restart(page, etude):
    page.ask(BEES)
    expect(page.find("#live").locator(".stage, .answer").first).to_be_visible()
    address = page.until("location.search.includes('c=') && location.search")
    page.tab.reload()
    expect(page.find(":is(#live, #thread) .turn")).to_have_count(1)
    page.answered(1)
    before = page.texts("#thread .answer")

    assert etude.stop() in (0, -15)
    assert "Traceback" not in etude.said()
    assert "ERROR" not in etude.said()
    etude.start()
    page.open(address)
    page.answered(1)
    expect(page.find("#thread .turn h2")).to_have_text([BEES])
    assert page.texts("#thread .answer") == before
    expect(page.tab).to_have_title(re.compile(BEES[:20]))

    page.ask(HONEY)
    page.answered(2)


def test_the_address_stays_until_its_conversation_is_drawn(page):
    page.ask(HONEY)
    page.answered(1)
    address = page.js("location.search")
    # Gradio redraws parts of the page while it starts, and reads the address only when it asks for the conversation.
    page.tab.add_init_script("""
        window.addresses = new Set();
        setInterval(() => {
          document.getElementById('conversations')?.setAttribute('data-restless', Math.random());
          window.addresses.add(location.search);
        }, 1);
    """)
    page.open(address)
    expect(page.find("#thread .turn h2")).to_have_text([HONEY])
    assert page.js("[...window.addresses]") == [address]


def test_a_conversation_can_be_renamed_and_deleted(page, etude):
    page.ask(HONEY)
    page.answered(1)
    key = page.find("#thread .turns").get_attribute("data-conversation")
    current = page.find("#library li[aria-current]")
    current.hover()
    current.locator("[data-do=rename]").click()
    current.locator("input").fill("Honey")
    current.locator("input").press("Enter")
    expect(current.locator(".open")).to_have_attribute("title", "Honey")
    assert etude.rows(f"select title from conversations where id = '{key}'") == [("Honey",)]

    current.hover()
    current.locator("[data-do=delete]").click()
    current.locator("[data-do=delete].sure").click()
    expect(page.find(".empty")).to_be_visible()
    assert etude.rows(f"select count(*) from turns where conversation_id = '{key}'") == [(0,)]
    page.open(f"?c={key}")
    expect(page.find("#thread .notice")).to_have_text(
        ["There is no such conversation any more; it may have been deleted."]
    )


def test_markup_in_a_note_is_shown_and_does_not_run(page):
    page.ask(WINDOWS)
    page.answered(1)
    page.find("#thread button.cite").first.click()
    source = page.find("#sources .source").first
    for text in ('<script>window.etudeRan = "script"</script>', "${window.etudeRan", "{{value}}"):
        expect(source).to_contain_text(text)
    expect(page.find("#chat img, #chat script, #tip img")).to_have_count(0)
    assert page.js("window.etudeRan") is None

    page.ask("<img src=x onerror=\"window.etudeRan = 'question'\"> What stands beside the south wall?")
    page.answered(2)
    assert page.js("window.etudeRan") is None


def test_the_keyboard_is_enough(page):
    expect(page.box()).to_be_focused()
    page.type("one")
    page.press("Shift+Enter")
    page.type("two")
    expect(page.box()).to_have_value("one\ntwo")
    page.box().blur()
    page.press("?")
    expect(page.find("#help")).to_be_visible()
    expect(page.find("#help")).to_contain_text("Send the question")
    page.press("Escape")
    expect(page.find("#help")).to_be_hidden()
    page.press(",")
    expect(page.find("#drawer")).to_be_visible()
    page.press("Escape")
    expect(page.find("#drawer")).to_be_hidden()
    page.press("/")
    expect(page.box()).to_be_focused()


def test_settings_are_used_and_kept_by_the_browser(page, etude):
    page.find("#header [data-do=settings]").click()
    length = page.find("#drawer").get_by_label(re.compile("number input.*Length", re.IGNORECASE))
    length.fill("16")
    length.press("Tab")
    page.until("Object.keys(localStorage).some(key => key.startsWith('etude-choices'))")
    page.open()
    expect(length).to_have_value("16")
    page.ask(BEES)
    page.answered(1)
    (tokens,) = etude.rows("select json_extract(usage, '$.completion_tokens') from turns order by id desc limit 1")[0]
    assert 0 < tokens <= 16


def test_nothing_is_requested_from_anywhere_else(page, etude):
    page.open()
    page.ask(HONEY)
    page.answered(1)
    assert any(url.endswith(".woff2") for url in page.requested)
    assert [url for url in page.requested if not url.startswith((etude.url, "data:", "blob:"))] == []
    loaded = page.js("performance.getEntriesByType('resource').map(entry => entry.name)")
    assert [name for name in loaded if not name.startswith((etude.url, "data:", "blob:"))] == []


def test_an_address_that_is_typed_is_masked_on_the_page_in_the_log_and_in_every_file(page, etude):
    secret = "maria.sanchez@example.org"
    page.ask(f"I am {secret}. {HONEY}")
    page.answered(1)
    expect(page.find("#thread .turn h2")).to_have_text(["I am {EMAIL}. " + HONEY])
    expect(page.find("#thread .turn")).to_contain_text("e-mail", ignore_case=True)
    expect(page.find("body")).not_to_contain_text(secret)
    holding = [file for file in etude.home.rglob("*") if file.is_file() and secret.encode() in file.read_bytes()]
    assert not holding
    assert secret not in etude.said()
    assert etude.rows("select question, standalone from turns order by id desc limit 1") == [
        ("I am {EMAIL}. " + HONEY, "I am {EMAIL}. " + HONEY)
    ]
