"""Drives the real page: `python app.py`, the real small model, real notes, and Chromium without a window."""

from __future__ import annotations

import json
import re
import time

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

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
def page(browser, etude):
    page = Page(browser, etude.url)
    page.open()
    return page


def test_asking_shows_the_stages_then_words_then_a_cited_answer(page, etude):
    page.watch()
    page.ask(BEES)
    page.answered(1)

    seen = page.js("return window.seen")
    waited = " | ".join(text for state, text in seen if state == "working")
    assert re.search(r"Searching \d+ passages", waited)
    assert re.search(r"Reading \d passage", waited)
    written = [text for state, text in seen if state == "writing"]
    assert len({len(text) for text in written}) >= 3, "the words came all at once"
    assert page.all("#thread .turn h2") == [BEES]
    assert page.all("#thread .answer")[0].startswith(written[0][:20])
    assert page.find(".composer textarea").get_attribute("value") == ""
    assert BEES[:20] in page.all("#library li[aria-current] .open")[0]


def test_stop_really_stops_and_keeps_what_was_written(page, etude):
    page.ask(BEES)
    page.until("return (document.querySelector('#live .answer')?.innerText || '').length > 30", "words")
    began = time.monotonic()
    page.find(".composer .stop").click()
    page.answered(1)
    assert time.monotonic() - began < 5

    assert page.all("#thread .ended") == ["Stopped."]
    shown = re.sub(r"\s*\d+$", "", page.all("#thread .answer")[0])
    assert len(shown) > 20
    stopped, text = etude.rows("select stopped, text from turns order by id desc limit 1")[0]
    assert stopped
    assert str(text).startswith(shown[:20])

    # The model is free again: the next question does not wait for the rest of the stopped answer.
    page.watch()
    page.ask(HONEY)
    page.answered(2)
    assert not any("Waiting" in text for _, text in page.js("return window.seen"))


def test_escape_stops_too(page):
    page.ask(BEES)
    page.until("return document.querySelector('#live .stage, #live .answer')")
    page.find(".composer textarea").send_keys(Keys.ESCAPE)
    page.answered(1)
    assert page.all("#thread .ended")[0].startswith("Stopped")


def test_a_citation_opens_its_source_at_the_highlighted_sentence(page):
    page.ask(HONEY)
    page.answered(1)
    number = page.find("#thread button.cite")
    assert "orchard.md" in number.get_attribute("aria-label")
    assert "honey" in number.get_attribute("data-tip").lower()
    page.js("document.body.classList.add('no-sources')")
    page.until("return getComputedStyle(document.querySelector('.sources-body')).visibility === 'hidden'")
    number.click()
    page.until("return !document.body.classList.contains('no-sources')")

    source = page.find("#sources .source.chosen")
    assert "Bees" in source.find_element(By.CSS_SELECTOR, ".path").text
    assert re.search(r"orchard\.md\s*lines? \d+", source.find_element(By.CSS_SELECTOR, ".file").text)
    marks = [mark.text for mark in source.find_elements(By.CSS_SELECTOR, "mark")]
    assert any("twelve kilograms of honey" in mark for mark in marks)
    in_view = "const r = arguments[0].getBoundingClientRect(); return r.top >= 56 && r.bottom <= innerHeight"
    page.until(f"return (() => {{ {in_view.replace('arguments[0]', chosen_mark())} }})()", "the sentence in view")
    assert page.js("return document.activeElement.classList.contains('source')")


def chosen_mark() -> str:
    return "document.querySelector('#sources .source.chosen mark')"


def test_a_refusal_names_the_nearest_headings(page):
    page.ask("Who won the 1998 World Cup?")
    page.answered(1)
    assert page.all("#thread .answer") == ["Your notes do not cover this."]
    assert page.all("#thread .nearest li .path")
    assert page.all("#thread button.cite") == []


def test_thumbs_and_a_comment_reach_the_database(page, etude):
    page.ask(HONEY)
    page.answered(1)
    turn = int(page.find("#thread .turn").get_attribute("data-turn"))
    page.find("#thread [data-do=up]").click()
    page.until("return document.activeElement.name === 'comment'")
    page.browser.switch_to.active_element.send_keys("Exactly what the note says", Keys.ENTER)
    expected = [(1, "Exactly what the note says")]
    deadline = time.monotonic() + 10
    while (found := etude.rows(f"select up, comment from feedback where turn_id = {turn}")) != expected:
        assert time.monotonic() < deadline, found
        time.sleep(0.1)

    page.open(f"?c={page.find('#thread .turns').get_attribute('data-conversation')}")
    assert page.find("#thread [data-do=up]").get_attribute("aria-pressed") == "true"
    assert page.find("#thread [data-do=down]").get_attribute("aria-pressed") == "false"


def test_an_edited_question_replaces_its_turn(page, etude):
    page.ask("How much honey does one hive give?")
    page.answered(1)
    first = page.find("#thread .turn").get_attribute("data-turn")
    page.js("document.querySelector('#thread [data-do=edit]').click()")
    box = page.find(".composer textarea")
    assert box.get_attribute("value") == "How much honey does one hive give?"
    box.send_keys(Keys.CONTROL, "a")
    box.send_keys(HONEY, Keys.ENTER)
    page.until(f"return document.querySelector('#thread .turn')?.dataset.turn > {first}")
    page.answered(1)
    assert page.all("#thread .turn h2") == [HONEY]
    assert etude.rows(f"select count(*) from turns where id = {first}") == [(0,)]


def test_an_error_is_one_sentence_and_the_question_stays_in_the_box(page, etude):
    index = etude.home / "index"
    index.rename(etude.home / "away")
    try:
        page.ask(HONEY)
        page.until("return document.querySelector('#live .turn[data-state=error]')")
        (said,) = page.all("#live .notice")
        assert "Traceback" not in said
        assert "sync" in said
        assert page.find(".composer textarea").get_attribute("value") == HONEY
    finally:
        (etude.home / "away").rename(index)
    box = page.find(".composer textarea")
    box.send_keys(Keys.ENTER)
    page.answered(1)


def test_conversations_survive_a_reload_in_the_middle_and_a_restart(page, etude):
    page.ask(BEES)
    page.until("return document.querySelector('#live .stage, #live .answer')")
    address = page.until("return location.search.includes('c=') && location.search")
    page.browser.refresh()
    page.until("return document.querySelector('#live .turn, #thread .turn')", "the answer going on after a reload")
    page.answered(1)
    before = page.all("#thread .answer")

    assert etude.stop() in (0, -15)
    assert "Traceback" not in etude.said()
    assert "ERROR" not in etude.said()
    etude.start()
    page.open(address)
    page.answered(1)
    assert page.all("#thread .turn h2") == [BEES]
    assert page.all("#thread .answer") == before
    assert BEES[:20] in page.browser.title

    page.ask(HONEY)
    page.answered(2)


def test_the_address_stays_until_its_conversation_is_drawn(page):
    page.ask(HONEY)
    page.answered(1)
    address = page.js("return location.search")
    # Gradio redraws parts of the page while it starts, and reads the address only when it asks for the conversation.
    restless = """
        window.addresses = new Set();
        setInterval(() => {
          document.getElementById('conversations')?.setAttribute('data-restless', Math.random());
          window.addresses.add(location.search);
        }, 1);
    """
    script = page.browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": restless})
    try:
        page.open(address)
        assert page.js("return [...window.addresses]") == [address]
        assert page.all("#thread .turn h2") == [HONEY]
    finally:
        page.browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", script)


def test_a_conversation_can_be_renamed_and_deleted(page, etude):
    page.ask(HONEY)
    page.answered(1)
    key = page.find("#thread .turns").get_attribute("data-conversation")
    page.js("document.querySelector('#library li[aria-current] [data-do=rename]').click()")
    page.browser.switch_to.active_element.send_keys(Keys.CONTROL, "a")
    page.browser.switch_to.active_element.send_keys("Honey", Keys.ENTER)
    page.until("return document.querySelector('#library li[aria-current] .open')?.title === 'Honey'")
    assert etude.rows(f"select title from conversations where id = '{key}'") == [("Honey",)]

    for _ in range(2):
        page.js("document.querySelector('#library li[aria-current] [data-do=delete]').click()")
    page.until("return document.querySelector('.empty')")
    assert etude.rows(f"select count(*) from turns where conversation_id = '{key}'") == [(0,)]
    page.open(f"?c={key}")
    assert page.all("#thread .notice") == ["There is no such conversation any more; it may have been deleted."]


def test_markup_in_a_note_is_shown_and_does_not_run(page):
    page.ask(WINDOWS)
    page.answered(1)
    page.find("#thread button.cite").click()
    text = page.until("return document.querySelector('#sources .source')?.innerText")
    assert '<script>window.etudeRan = "script"</script>' in text
    assert "${window.etudeRan" in text
    assert "{{value}}" in text
    assert page.js("return document.querySelectorAll('#chat img, #chat script, #tip img').length") == 0
    assert page.js("return window.etudeRan") is None

    page.ask("<img src=x onerror=\"window.etudeRan = 'question'\"> What stands beside the south wall?")
    page.answered(2)
    assert page.js("return window.etudeRan") is None


def test_the_keyboard_is_enough(page):
    assert page.js("return document.activeElement.name") == "question"
    page.find(".composer textarea").send_keys("one", Keys.SHIFT, Keys.ENTER)
    page.browser.switch_to.active_element.send_keys(Keys.NULL, "two")
    assert page.find(".composer textarea").get_attribute("value") == "one\ntwo"
    page.js("document.activeElement.blur()")
    page.find("body").send_keys("?")
    page.until("return document.getElementById('help').open")
    assert "Send the question" in page.find("#help").text
    page.browser.switch_to.active_element.send_keys(Keys.ESCAPE)
    page.until("return !document.getElementById('help').open")
    page.find("body").send_keys(",")
    page.until("return document.body.classList.contains('settings')")
    page.find("body").send_keys(Keys.ESCAPE)
    page.until("return !document.body.classList.contains('settings')")
    page.find("body").send_keys("/")
    assert page.js("return document.activeElement.name") == "question"


def test_settings_are_used_and_kept_by_the_browser(page, etude):
    length = page.js("return [...document.querySelectorAll('#drawer input[type=number]')].map(e => e.ariaLabel)")
    at = next(n for n, label in enumerate(length) if "Length" in label)
    page.find("body").send_keys(Keys.ESCAPE)
    page.js("document.activeElement.blur(); document.body.classList.add('settings')")
    field = page.browser.find_elements(By.CSS_SELECTOR, "#drawer input[type=number]")[at]
    field.send_keys(Keys.CONTROL, "a")
    field.send_keys("16", Keys.TAB)
    page.until("return Object.keys(localStorage).some(key => key.startsWith('etude-choices'))", "the choice kept")
    page.open()
    page.until(f"return document.querySelectorAll('#drawer input[type=number]')[{at}].value === '16'")
    page.ask(BEES)
    page.answered(1)
    (tokens,) = etude.rows("select json_extract(usage, '$.completion_tokens') from turns order by id desc limit 1")[0]
    assert 0 < tokens <= 16
    page.js("localStorage.clear()")


def test_nothing_is_requested_from_anywhere_else(page, etude):
    page.ask(HONEY)
    page.answered(1)
    asked = set()
    for entry in page.browser.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            asked.add(message["params"]["request"]["url"])
    own = {url for url in asked if url.startswith(etude.url)}
    assert any(url.endswith(".woff2") for url in own)
    foreign = {url for url in asked - own if not url.startswith(("data:", "blob:", "chrome:", "devtools:"))}
    assert foreign == set()
    loaded = page.js("return performance.getEntriesByType('resource').map(entry => entry.name)")
    assert [name for name in loaded if not name.startswith((etude.url, "data:", "blob:"))] == []


def test_an_address_that_is_typed_is_masked_on_the_page_in_the_log_and_in_every_file(page, etude):
    secret = "maria.sanchez@example.org"
    page.ask(f"I am {secret}. {HONEY}")
    page.answered(1)
    assert page.all("#thread .turn h2") == ["I am {EMAIL}. " + HONEY]
    assert "e-mail" in page.js("return document.querySelector('#thread .turn').innerText").lower()
    assert secret not in page.js("return document.body.innerText")
    holding = [file for file in etude.home.rglob("*") if file.is_file() and secret.encode() in file.read_bytes()]
    assert not holding
    assert secret not in etude.said()
    assert etude.rows("select question, standalone from turns order by id desc limit 1") == [
        ("I am {EMAIL}. " + HONEY, "I am {EMAIL}. " + HONEY)
    ]
