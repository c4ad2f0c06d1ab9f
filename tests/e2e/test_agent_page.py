"""Music by the agent in the chat: composed, confirmed, refused, cancelled, and waiting across a restart."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.page import Etude, Page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def etude(tmp_path_factory, shared_settings):
    served = Etude(tmp_path_factory.mktemp("agent"), shared_settings.models_path)
    served.start()
    yield served
    served.close()


@pytest.fixture
def page(tab, etude):
    page = Page(tab, etude.url)
    page.open()
    return page


def test_a_piece_is_composed_heard_seen_and_opened(page):
    page.watch()
    page.ask("compose a chorale on Frère Jacques with 4 bars")
    page.answered(1)
    waited = " | ".join(text for _, text in page.js("window.seen"))
    assert re.search(r"Compose music: (composing|opening the model|writing sound)", waited)
    step = page.find(".tool-step")
    expect(step).to_have_attribute("data-state", "done")
    expect(step).to_contain_text("4 bars")
    loaded = "!!document.querySelector('.tool-step img')?.naturalWidth"
    page.until(loaded)
    page.js("() => document.querySelector('.tool-step audio').load()")
    page.js("() => { const sound = document.querySelector('.tool-step audio'); sound.preload = 'auto'; sound.load(); }")
    assert page.until("document.querySelector('.tool-step audio').duration || 0") > 5
    page.find(".why-tools summary").click()
    expect(page.find(".why-tools")).to_contain_text('"bars": 4')
    trace = page.find(".why-tools a").get_attribute("href")
    assert "orchestrationTrace" in page.js("([trace]) => fetch(trace).then((answer) => answer.text())", trace)
    page.js("() => { window.notLoadedAnew = true; }")
    page.find(".tool-step .places a").click()
    expect(page.find("#compose-view .compose-root")).to_have_attribute("data-view", "piece")
    assert page.js("window.notLoadedAnew")


def test_a_training_waits_for_a_yes_also_after_a_restart_and_a_no_starts_nothing(page, etude):
    page.ask("train a chorale model")
    page.answered(1)
    step = page.find(".tool-step")
    expect(step).to_have_attribute("data-state", "waiting")
    expect(step).to_contain_text('genre: "chorale"')
    expect(step).to_contain_text("about 32 minutes on the CPU")
    address = page.tab.url
    etude.stop()
    etude.start()
    page.tab.goto(address)
    expect(step).to_have_attribute("data-state", "waiting")
    page.find("[data-answer=no]").click()
    expect(step).to_have_attribute("data-state", "declined")
    expect(page.find("[data-answer]")).to_have_count(0)
    assert etude.rows("select count(*) from jobs where kind = 'train'") == [(0,)]


def test_a_yes_starts_it_and_it_can_be_cancelled_in_words(page, etude):
    page.ask("train a chorale model for 5 minutes")
    page.answered(1)
    page.find("[data-answer=yes]").click()
    expect(page.find(".tool-step")).to_have_attribute("data-state", "done")
    assert etude.rows("select count(*) from jobs where kind = 'train'") == [(1,)]
    page.ask("cancel the training")
    page.answered(2)
    expect(page.find(".tool-step").last).to_contain_text("cancel")
    for _ in range(120):
        if etude.rows("select state from jobs where kind = 'train'") == [("cancelled",)]:
            break
        page.tab.wait_for_timeout(500)
    assert etude.rows("select state from jobs where kind = 'train'") == [("cancelled",)]


def test_without_tools_every_message_is_a_question(page):
    page.find(".composer [name=tools]").uncheck()
    page.ask("compose a chorale on Frère Jacques with 4 bars")
    page.answered(1)
    expect(page.find(".tool-step")).to_have_count(0)
    page.tab.reload()
    expect(page.find(".composer [name=tools]")).not_to_be_checked()
