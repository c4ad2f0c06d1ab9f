"""Rates and compares in the real page: two tiny runs, a home of its own, and Chromium without a window."""

from __future__ import annotations

import json
import re
import urllib.request

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from assistant.records import RatingRecords, Records
from tests.e2e.page import RoomPage, Served
from tests.eval.human.runs import write_run

pytestmark = pytest.mark.browser

SYSTEMS = ("run-a", "run-b", "hidden-small", "hidden-large")


class RatedEtude(Served):
    """Knows what was rated."""

    def ratings(self):
        records = Records(f"sqlite:///{self.home / 'records.sqlite3'}")
        session = RatingRecords(records.database).sessions()[0]
        found = RatingRecords(records.database).ratings(session.id)
        records.close()
        return found


class EvaluatePage(RoomPage):
    """The Evaluate tab as a person sees it."""

    name = "evaluate"

    def at(self, place: int) -> None:
        self.until(f"return document.querySelector('.item-page')?.dataset.at === '{place}'", f"item {place}")

    def sit(self, name: str) -> None:
        """Type a name and begin."""
        self.view("who")
        field = self.find("#evaluate input[name=rater]")
        field.clear()
        field.send_keys(name, Keys.ENTER)
        self.view("item")

    def answers(self) -> list[str]:
        return self.all("#evaluate .answer > .reading")

    def prefer(self, run: str) -> None:
        """Press the number of the answer that a run gave; only the answers' own words tell it."""
        first = self.js("return document.querySelector('#evaluate .answer > .reading').innerText")
        self.press("1" if f"The words of {run}" in first else "2")


@pytest.fixture(scope="module")
def etude(tmp_path_factory, shared_settings):
    served = RatedEtude(tmp_path_factory.mktemp("evaluate"), shared_settings.models_path)
    write_run(served.home, "run-a", model="hidden-small", scores=0.4)
    write_run(served.home, "run-b", model="hidden-large", scores=0.6)
    served.start()
    yield served
    served.close()


@pytest.fixture
def page(browser, etude):
    page = EvaluatePage(browser, etude.url)
    page.open()
    return page


def test_two_raters_prefer_one_of_two_answers_without_seeing_whose(page, etude):
    page.step("Rate")
    page.view("rate")
    page.step("One against another")
    page.view("session")
    page.find("#evaluate input[name=name]").send_keys("Which is better")
    page.find("#evaluate form.setup button.primary").click()
    page.sit("Ann")
    sides = []
    for place in range(4):
        page.at(place)
        shown = page.answers()
        assert len(shown) == 2
        sides.append("words of a" in shown[0])
        assert not [name for name in SYSTEMS if name in page.browser.page_source]
        if place == 1:
            page.find("#evaluate textarea.comment").send_keys("shorter")
            page.press(Keys.ESCAPE)
        if place == 2:
            # Half-way she reloads the page, and finds herself where she was.
            page.browser.refresh()
            page.at(2)
            assert page.js("return document.querySelectorAll('#evaluate .dots .answered').length") == 2
            page.press(Keys.ARROW_LEFT)
            page.at(1)
            assert page.js("return document.querySelector('#evaluate .comment').value") == "shorter"
            assert page.js("return document.querySelectorAll('[aria-checked=true]').length") == 1
            page.press(Keys.ARROW_RIGHT)
            page.at(2)
        if place == 3:
            page.press("4")
        else:
            page.prefer("a" if place != 1 else "b")
    assert sorted(sides) == [False, False, True, True]
    page.view("done")

    page.step("Let somebody else rate")
    page.sit("Bo")
    for place in range(4):
        page.at(place)
        page.prefer("a")
    page.view("done")

    page.step("See the result")
    page.view("result")
    text = page.find("#evaluate-view").text
    assert "hidden-small" in text
    assert "No difference shown." in text
    assert "8" in page.all("#evaluate .bars small")[0]
    alpha = float(page.find("#evaluate [data-alpha]").get_attribute("data-alpha"))
    assert -1 <= alpha < 1
    ratings = etude.ratings()
    assert sorted(one.value for one in ratings) == ["A"] * 6 + ["B", "both good"]
    assert [one.comment for one in ratings if one.comment] == ["shorter"]

    href = page.js("return document.querySelector('#evaluate .files a').href")
    with urllib.request.urlopen(href, timeout=20) as file:
        assert file.read().decode().count("hidden-small") == 8


def test_runs_are_compared_and_reported(page, etude):
    assert page.js("return document.querySelector('#evaluate .runs .primary').disabled") is True
    for box in page.browser.find_elements(By.CSS_SELECTOR, "#evaluate .runs input"):
        box.click()
    page.find("#evaluate .runs .primary").click()
    page.view("compare")
    assert "token_f1" in page.find("#evaluate .compared").text
    page.open("&run=run-b")
    page.view("run")
    assert "0.600" in page.find("#evaluate .figures-table").text
    with urllib.request.urlopen(page.js("return document.querySelector('a.file-link').href"), timeout=60) as report:
        assert report.headers["content-type"].startswith("text/html")
        assert "hidden-large" in report.read().decode()
    page.press("h")
    page.view("runs")


def test_a_wrong_choice_of_a_new_run_is_said_where_it_was_made(page):
    page.open("&see=new")
    page.view("new")
    fold = page.find("#evaluate form.setup details")
    assert not fold.get_property("open")
    fold.find_element(By.TAG_NAME, "summary").click()
    page.find("#evaluate input[name=notes]").send_keys("/no/such/notes")
    # Another suite draws the form anew, and what was written stays.
    page.js("document.querySelector('#evaluate input[name=suite][value=retrieval]').click()")
    page.until("return document.querySelector('#evaluate input[name=system][value=bm25]')")
    page.find("#evaluate form.setup button.primary").click()
    page.until("return document.querySelector('#evaluate .notice')?.innerText.includes('no folder /no/such/notes')")
    assert page.find("#evaluate form.setup details").get_property("open")
    assert page.find("#evaluate input[name=notes]").get_property("value") == "/no/such/notes"


def test_nothing_goes_wrong_in_the_browser(page):
    for address in ("", "&see=new", "&see=rate", "&see=session", "&run=nothing", "&session=nothing&rater=x"):
        page.open(address)
        page.until("return document.querySelector('#evaluate-view').innerText.trim()")
        overflow = page.js("const e = document.querySelector('#evaluate-scroll'); return e.scrollWidth - e.clientWidth")
        assert overflow <= 0
    said = [entry for entry in page.browser.get_log("browser") if re.search(r"(evaluate|steps)\.js", json.dumps(entry))]
    assert said == []
