"""Rates and compares in the real page: two tiny runs, a home of its own, and Chromium without a window."""

from __future__ import annotations

import re
import urllib.request

import pytest
from playwright.sync_api import expect

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
        """Wait for an item."""
        expect(self.find(".item-page")).to_have_attribute("data-at", str(place))

    def sit(self, name: str) -> None:
        """Type a name and begin."""
        self.view("who")
        self.find("#evaluate input[name=rater]").fill(name)
        self.press("Enter")
        self.view("item")

    def prefer(self, run: str) -> None:
        """Press the number of the answer that a run gave; only the answers' own words tell it."""
        first = self.find("#evaluate .answer > .reading").first.inner_text()
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
def page(tab, etude):
    page = EvaluatePage(tab, etude.url)
    page.open()
    return page


def test_two_raters_prefer_one_of_two_answers_without_seeing_whose(page, etude):
    page.step("Rate")
    page.view("rate")
    page.step("One against another")
    page.view("session")
    page.find("#evaluate input[name=name]").fill("Which is better")
    page.find("#evaluate form.setup button.primary").click()
    page.sit("Ann")
    sides = []
    for place in range(4):
        page.at(place)
        shown = page.texts("#evaluate .answer > .reading")
        assert len(shown) == 2
        sides.append("words of a" in shown[0])
        source = page.tab.content()
        assert not [name for name in SYSTEMS if name in source]
        if place == 1:
            page.find("#evaluate textarea.comment").fill("shorter")
            page.press("Escape")
        if place == 2:
            # Half-way she reloads the page, and finds herself where she was.
            page.tab.reload()
            page.at(2)
            expect(page.find("#evaluate .dots .answered")).to_have_count(2)
            page.press("ArrowLeft")
            page.at(1)
            expect(page.find("#evaluate .comment")).to_have_value("shorter")
            expect(page.find("#evaluate [aria-checked=true]")).to_have_count(1)
            page.press("ArrowRight")
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
    for text in ("hidden-small", "No difference shown."):
        expect(page.shown()).to_contain_text(text)
    expect(page.find("#evaluate .bars small").first).to_contain_text("8")
    alpha = float(page.find("#evaluate [data-alpha]").get_attribute("data-alpha"))
    assert -1 <= alpha < 1
    ratings = etude.ratings()
    assert sorted(one.value for one in ratings) == ["A"] * 6 + ["B", "both good"]
    assert [one.comment for one in ratings if one.comment] == ["shorter"]

    href = page.js("document.querySelector('#evaluate .files a').href")
    with urllib.request.urlopen(href, timeout=20) as file:
        assert file.read().decode().count("hidden-small") == 8


def test_runs_are_compared_and_reported(page):
    compare = page.find("#evaluate .runs .primary")
    expect(compare).to_be_disabled()
    for box in page.find("#evaluate .runs input").all():
        box.click()
    compare.click()
    page.view("compare")
    expect(page.find("#evaluate .compared")).to_contain_text("token_f1")
    page.open("&run=run-b")
    page.view("run")
    expect(page.find("#evaluate .figures-table")).to_contain_text("0.600")
    href = page.js("document.querySelector('#evaluate a.file-link').href")
    with urllib.request.urlopen(href, timeout=60) as report:
        assert report.headers["content-type"].startswith("text/html")
        assert "hidden-large" in report.read().decode()
    page.press("h")
    page.view("runs")


def test_a_wrong_choice_of_a_new_run_is_said_where_it_was_made(page):
    page.open("&see=new")
    page.view("new")
    fold = page.find("#evaluate form.setup details")
    expect(fold).not_to_have_attribute("open", "")
    fold.locator("summary").click()
    notes = page.find("#evaluate input[name=notes]")
    notes.fill("/no/such/notes")
    # Another suite draws the form anew, and what was written stays.
    page.find("#evaluate input[name=suite][value=retrieval]").check()
    expect(page.find("#evaluate input[name=system][value=bm25]")).to_be_attached()
    page.find("#evaluate form.setup button.primary").click()
    expect(page.find("#evaluate .notice")).to_contain_text("no folder /no/such/notes")
    expect(fold).to_have_attribute("open", "")
    expect(notes).to_have_value("/no/such/notes")


def test_it_fits_the_screen_and_nothing_goes_wrong_in_the_browser(page):
    for address in ("", "&see=new", "&see=rate", "&see=session", "&run=nothing", "&session=nothing&rater=x"):
        page.open(address)
        expect(page.shown()).to_have_text(re.compile(r"\S"))
        page.fits()
    assert page.complaints == [], "\n".join(page.complaints)
