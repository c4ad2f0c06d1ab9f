"""Sits exams in the real page: the shipped bank, a home of its own, and Chromium without a window."""

from __future__ import annotations

import itertools
import json
import re
import time
import urllib.request

import pytest
from playwright.sync_api import expect

from assistant.exam.bank import load_bank
from assistant.exam.grade import is_right
from assistant.exam.room import ExamRoom
from assistant.records import ExamRecords, Records
from assistant.rooms import shipped_notes
from knowledge.outline import load_outline
from tests.e2e.page import RoomPage, Served

pytestmark = pytest.mark.browser

BANK = load_bank()


class ExamEtude(Served):
    """Knows the exams that were sat."""

    def exams(self) -> ExamRoom:
        records = Records(f"sqlite:///{self.home / 'records.sqlite3'}")
        return ExamRoom(BANK, load_outline(shipped_notes()), ExamRecords(records.database))


class ExamPage(RoomPage):
    """The Exam tab as a person sees it."""

    name = "exam"

    def question(self) -> str:
        return self.find(".question-page").get_attribute("data-question")

    def exam(self) -> str:
        return self.parameter("exam")

    def at(self, place: int) -> None:
        """Wait for a question by its place."""
        self.until("([place]) => new URL(location.href).searchParams.get('q') === place", str(place))

    def choose(self, right: bool = True) -> None:
        question = BANK[self.question()]
        wrong = [letter for letter in question.options if letter not in question.key]
        letters = question.key if right or question.type == "matching" else wrong[: question.choose]
        if question.type == "matching":
            for select, letter in zip(self.find(".question-page select").all(), letters, strict=True):
                select.select_option(letter)
        elif question.type == "ordering":
            # The order that is shown is the answer; a mock exam asks whether it is meant.
            for keep in self.find(".question-page .choose button").all():
                keep.click()
        else:
            for letter in letters:
                self.find(f'.question-page .option[data-letter="{letter}"]').click()

    def check(self) -> None:
        """Have the answer checked. Not by Enter, which is for the control that has the focus."""
        self.find("#exam [data-do=check]").click()
        expect(self.find(".verdict")).to_be_visible()

    def go(self, place: int, key: str = "ArrowRight") -> None:
        """Go to a neighbouring question."""
        self.press(key)
        self.at(place)


@pytest.fixture(scope="module")
def etude(tmp_path_factory, shared_settings):
    served = ExamEtude(tmp_path_factory.mktemp("exam"), shared_settings.models_path)
    served.start()
    yield served
    served.close()


@pytest.fixture
def page(tab, etude):
    page = ExamPage(tab, etude.url)
    page.open()
    return page


def begin_practice(page, count=5):
    page.step("Practice")
    page.view("setup")
    page.find(f'#exam [name=count][value="{count}"]').check()
    page.find("#exam .setup button.primary").click()
    page.view("question")
    return page.exam()


def begin_mock(page):
    page.step("Mock exam")
    page.view("mock")
    page.press("Enter")
    page.view("question")
    return page.exam()


def test_a_practice_round_by_keyboard(page, etude):
    exam = begin_practice(page)
    for place in range(1, 6):
        question = BANK[page.question()]
        if question.type in ("single", "multiple"):
            page.press(*(str("ABCDEFGH".index(letter) + 1) for letter in question.key), "Enter")
            expect(page.find(".verdict")).to_be_visible()
        else:
            page.choose()
            page.check()
        assert page.texts(".verdict")[0].endswith("Right.") or question.type == "ordering"
        assert page.find(".solved .why").count() >= len(question.options)
        shown = page.find(".options.solved").inner_text()
        assert all(why in shown for why in question.explanations.values())
        page.press("Enter")
        if place < 5:
            page.at(place + 1)
    page.view("result")
    result = etude.exams().result(etude.exams().look(exam))
    expect(page.find("#exam .score b")).to_have_text([f"{result.right} of 5"])


def test_a_cited_section_opens_beside_the_question_and_escape_closes_it(page):
    begin_practice(page)
    page.choose()
    page.check()
    page.find(".sections button").first.click()
    source = page.find("#exam-section .source")
    expect(source.locator(".reading").first).to_have_text(re.compile(r"[\s\S]{40}"))
    note = load_outline(shipped_notes())[source.get_attribute("data-section")]
    expect(source.locator(".path")).to_contain_text(note.title)
    expect(source.locator(".file")).to_contain_text(note.file)
    page.press("Escape")
    expect(page.find("body")).not_to_contain_class("with-aside")


def test_the_assistant_explains_and_can_be_stopped(page, etude):
    begin_practice(page)
    page.choose()
    page.check()
    page.press("e")
    explained = page.find("#exam-below .explained")
    expect(explained).to_be_visible()
    page.press("Escape")
    expect(explained).to_have_attribute("data-state", "done")
    ((asked,),) = etude.rows("select question from turns order by id desc limit 1")
    assert str(asked).startswith(BANK[page.question()].stem[:40])
    assert len(str(asked)) <= 600
    page.press("Enter")
    expect(explained).to_have_count(0)


def test_a_whole_mock_exam_with_a_reload_and_a_restart(page, etude):
    began = time.monotonic()
    exam = begin_mock(page)
    flagged = set()
    for place in range(1, 66):
        key = page.question()
        if place % 13:
            page.choose(right=place % 4 != 0)
        if place % 10 == 0:
            page.press("f")
            flagged.add(key)
        if place == 30:
            expect(page.find(".flag")).to_have_attribute("aria-pressed", "true")
            page.tab.reload()
            page.view("question")
            page.at(30)
            assert page.question() == key
        if place == 45:
            # Steps are taken one after another: whoever has come to the next question has saved this answer.
            page.go(46)
            assert etude.stop() in (0, -15)
            etude.start()
            page.open(f"&exam={exam}&q=45")
            page.view("question")
        if place < 65:
            page.go(place + 1)
    expect(page.find("#exam .verdict")).to_have_count(0)
    expect(page.find("#exam .clock")).to_have_text(re.compile(r"^(90|8\d) min left$"))

    page.press("r")
    page.view("grid")
    expect(page.find("ol.grid .cell")).to_have_count(65)
    expect(page.find("ol.grid .cell.flagged")).to_have_count(len(flagged))
    page.press("r")
    page.view("question")
    page.press("Enter")
    page.view("ending")
    room = etude.exams()
    sat = room.look(exam)
    missing = 65 - len(sat.responses)
    assert missing == 5
    assert sat.flags == flagged
    expect(page.find("#exam .counts")).to_contain_text(f"{missing} questions have no whole answer")
    page.press("Enter")
    page.view("result")

    room = etude.exams()
    sat = room.look(exam)
    result = room.result(sat)
    right = sum(is_right(BANK[key], sat.responses.get(key, ())) for key in sat.questions if key not in sat.unscored)
    assert result.right == right
    assert result.score == round(100 + 900 * right / 50)
    expect(page.find("#exam .score")).to_have_attribute("data-score", str(result.score))
    expect(page.find("#exam .review details")).to_have_count(65)
    expect(page.find("#exam .bars dt")).to_have_count(5)
    expect(page.find("#exam .plan button").first).to_have_text(room.plan(sat)[0].section.title)
    assert time.monotonic() - began < 90


def test_two_pages_on_one_exam_lose_nothing(page, context, etude):
    exam = begin_mock(page)
    second = ExamPage(context.new_page(), etude.url)
    second.open(f"&exam={exam}&q=2")
    second.view("question")
    mine = second.question()
    second.choose()
    second.go(3)
    yours = page.question()
    page.choose()
    page.go(2)
    assert page.question() == mine
    responses = etude.exams().look(exam).responses
    assert {mine, yours} <= set(responses)

    second.press("r")
    second.view("grid")
    second.step("End the exam")
    second.view("ending")
    second.press("Enter")
    second.view("result")
    page.press("f")
    page.view("result")
    expect(page.find("#exam .notice")).to_contain_text("over")


def test_a_card_is_drilled_and_its_rating_kept(page, etude):
    page.step("Drill")
    page.view("decks")
    page.step("Flashcards")
    card = page.find(".card")
    first = card.get_attribute("data-card")
    page.press(" ")
    expect(page.find(".rate")).to_have_count(4)
    expect(page.find(".rate small").nth(3)).to_contain_text("days")
    page.press("3")
    expect(card).not_to_have_attribute("data-card", first)
    expect(page.find("#exam .counts")).to_contain_text("comes back in")
    assert etude.rows("select card_id, rating from reviews") == [(first, 3)]

    page.open("&view=drill&deck=contrasts")
    expect(page.find(".card .option").first).to_be_visible()
    page.press("1")
    expect(page.find(".card .verdict")).to_be_visible()
    expect(page.find(".rate").first).to_be_visible()


def test_a_question_of_ones_own_is_answered(page):
    page.step("Ask your own")
    page.view("ask")
    page.find("#paste").fill(
        "1. Which service speaks?\nA. Amazon Lex\nB. Amazon Polly\n\n2. Who won at football?\nA. Blue\nB. Red"
    )
    page.find("#exam .paste button.primary").click()
    expect(page.find(".solved-one .verdict")).to_have_text(
        ["Answer: B", "Your notes do not cover this question. Most likely without them: A."]
    )
    assert page.texts(".solved-one .likely small")[:2] == ["5 %", "85 %"]
    page.find(".solved-one button.cite").first.click()
    expect(page.find(".passages-place mark").first).to_contain_text("lifelike")


def test_text_without_a_question_gets_one_sentence(page):
    page.open("&view=ask")
    page.view("ask")
    page.find("#paste").fill("Good morning.")
    page.find("#exam .paste button.primary").click()
    said = page.find("#exam-below .notice")
    expect(said).to_contain_text("option")
    expect(said).not_to_contain_text("Traceback")


def test_strange_data_from_the_browser_gives_no_traceback(page, etude):
    for data in (
        {},
        {"do": "show", "exam": "nothing"},
        {"do": "respond", "exam": 7, "question": None, "response": {"A": 1}},
        {"do": "card", "deck": "<script>"},
        {"do": "rate", "deck": "flashcards", "card": "x", "rating": "9"},
        {"do": "begin", "domains": [99, -1, "x"], "count": -5},
        {"do": "begin", "mode": "practice", "sections": ["no such section"]},
        [1, 2],
        "text",
    ):
        for event in ("step", "section", "look", "explain", "halt", "take"):
            page.js("([event, data]) => { window.etudeExam[event](data); }", event, data)
    # Answers that are still on their way may be drawn over this one, so it is asked for until it stays.
    page.js("() => { window.asking = setInterval(() => window.etudeExam.step({do: 'setup', seq: 900}), 1000); }")
    expect(page.find(".exam-root")).to_have_attribute("data-seq", "900")
    page.js("clearInterval(window.asking)")
    assert "Traceback" not in etude.said()


def test_the_history_is_shown_exported_and_taken_in_again(page, etude, tmp_path):
    begin_practice(page)
    page.choose()
    page.check()
    page.open("&view=history")
    page.view("history")
    expect(page.find("#exam table.past tbody tr").first).to_be_visible()
    expect(page.find("#exam svg.chart")).to_be_visible()
    with urllib.request.urlopen(f"{etude.url}exam/export.json") as answer:
        assert "attachment" in answer.headers["content-disposition"]
        exported = answer.read()
    assert json.loads(exported)["format"] == "etude-exam-history"
    with urllib.request.urlopen(f"{etude.url}exam/export.csv") as answer:
        assert answer.read().startswith(b"at,mode,exam_id")
    file = tmp_path / "mine.json"
    file.write_bytes(exported)
    before = etude.rows("select count(*) from attempts")
    page.find("input[name=history]").set_input_files(file)
    expect(page.find("#exam .counts").filter(has_text="mine.json").first).to_be_visible()
    assert etude.rows("select count(*) from attempts") == before
    file.write_text("{}", encoding="utf-8")
    page.find("input[name=history]").set_input_files(file)
    expect(page.find("#exam .notice")).to_have_text(re.compile("^mine.json is not a history"))


def test_tabs_are_kept_apart(page):
    exam, library = page.find("#header [data-tab=exam]"), page.find("#header [data-do=library]")
    expect(exam).to_have_attribute("aria-current", "page")
    expect(library).to_be_hidden()
    page.press("?")
    expect(page.find("#help")).to_be_visible()
    expect(page.find("#help")).to_contain_text("Flag the question", use_inner_text=True)
    expect(page.find("#help")).not_to_contain_text("New chat", use_inner_text=True)
    page.press("Escape")
    page.find("#header [data-tab=chat]").click()
    expect(page.box()).to_be_visible()
    expect(library).to_be_visible()
    assert "tab=" not in page.tab.url
    expect(page.find("#exam")).to_be_hidden()
    exam.click()
    assert "tab=exam" in page.tab.url
    page.tab.reload()
    page.view("home")
    expect(page.find("#exam")).to_be_visible()
    page.phone(390)
    wide = page.js(
        "[...document.querySelectorAll('.bar > *')].map(e => e.getBoundingClientRect()).map(r => [r.left, r.right])"
    )
    shown = sorted(box for box in wide if box[1] > box[0])
    assert all(left[1] <= right[0] + 1 for left, right in itertools.pairwise(shown)), shown
    assert page.js("document.documentElement.scrollWidth <= innerWidth")
