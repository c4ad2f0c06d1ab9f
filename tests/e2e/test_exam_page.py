"""Sits exams in the real page: the shipped bank, a home of its own, and Chromium without a window."""

from __future__ import annotations

import itertools
import json
import re
import time
import urllib.request

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from assistant.exam.bank import load_bank
from assistant.exam.grade import is_right
from assistant.exam.room import ExamRoom
from assistant.records import ExamRecords, Records
from assistant.rooms import shipped_notes
from knowledge.outline import load_outline
from tests.e2e.page import RoomPage, Served

pytestmark = pytest.mark.browser

BANK = load_bank()
CHOOSE = """
const [letters, type] = arguments, page = document.querySelector('.question-page');
if (type === 'matching') {
  page.querySelectorAll('select').forEach((select, number) => {
    select.value = letters[number];
    select.dispatchEvent(new Event('change', {bubbles: true}));
  });
} else if (type === 'ordering') page.querySelector('.choose button')?.click();
else for (const letter of letters) page.querySelector(`.option[data-letter="${letter}"]`).click();
"""


class ExamEtude(Served):
    """Knows the exams that were sat."""

    def exams(self) -> ExamRoom:
        records = Records(f"sqlite:///{self.home / 'records.sqlite3'}")
        return ExamRoom(BANK, load_outline(shipped_notes()), ExamRecords(records.database))


class ExamPage(RoomPage):
    """The Exam tab as a person sees it."""

    name = "exam"

    def question(self) -> str:
        return self.until("return document.querySelector('.question-page')?.dataset.question")

    def at(self) -> int:
        return int(self.js("return new URL(location.href).searchParams.get('q')"))

    def exam(self) -> str:
        return self.js("return new URL(location.href).searchParams.get('exam')")

    def choose(self, right: bool = True) -> None:
        question = BANK[self.question()]
        wrong = [letter for letter in question.options if letter not in question.key]
        letters = question.key if right or question.type == "matching" else wrong[: question.choose]
        self.js(CHOOSE, letters, question.type)

    def go(self, place: int, key: str = Keys.ARROW_RIGHT) -> None:
        """Go to a neighbouring question."""
        self.press(key)
        self.until(f"return new URL(location.href).searchParams.get('q') === '{place}'", f"question {place}")


@pytest.fixture(scope="module")
def etude(tmp_path_factory, shared_settings):
    served = ExamEtude(tmp_path_factory.mktemp("exam"), shared_settings.models_path)
    served.start()
    yield served
    served.close()


@pytest.fixture
def page(browser, etude):
    page = ExamPage(browser, etude.url)
    page.open()
    return page


def begin_practice(page, count=5):
    page.step("Practice")
    page.view("setup")
    page.js(f"document.querySelector('[name=count][value=\"{count}\"]').click()")
    page.find("#exam .setup button.primary").click()
    page.view("question")
    return page.exam()


def test_a_practice_round_by_keyboard(page, etude):
    exam = begin_practice(page)
    for place in range(1, 6):
        question = BANK[page.question()]
        if question.type in ("single", "multiple"):
            digits = "".join(str("ABCDEFGH".index(letter) + 1) for letter in question.key)
            page.press(digits, Keys.ENTER)
        else:
            page.choose()
            page.press(Keys.ENTER)
        page.until("return document.querySelector('.verdict')", "the solution")
        assert page.all(".verdict")[0].endswith("Right.") or question.type == "ordering"
        assert len(page.all(".solved .why")) >= len(question.options)
        shown = page.js("return document.querySelector('.options.solved').innerText")
        assert all(why in shown for why in question.explanations.values())
        page.press(Keys.ENTER)
        if place < 5:
            page.until(f"return new URL(location.href).searchParams.get('q') === '{place + 1}'")
    page.view("result")
    result = etude.exams().result(etude.exams().look(exam))
    assert page.all("#exam .score b") == [f"{result.right} of 5"]


def test_a_cited_section_opens_beside_the_question_and_escape_closes_it(page):
    begin_practice(page)
    page.choose()
    page.press(Keys.ENTER)
    page.until("return document.querySelector('.sections button')")
    page.js("document.querySelector('.sections button').click()")
    page.until("return document.querySelector('#exam-section .source .reading')?.innerText.length > 40")
    note = load_outline(shipped_notes())[
        page.js("return document.querySelector('#exam-section .source').dataset.section")
    ]
    assert note.title in page.all("#exam-section .path")[0]
    assert note.file in page.all("#exam-section .file")[0]
    page.press(Keys.ESCAPE)
    page.until("return !document.body.classList.contains('with-aside')")


def test_the_assistant_explains_and_can_be_stopped(page, etude):
    begin_practice(page)
    page.choose()
    page.press(Keys.ENTER)
    page.until("return document.querySelector('.verdict')")
    page.press("e")
    page.until("return document.querySelector('#exam-below .explained')")
    page.press(Keys.ESCAPE)
    page.until("return document.querySelector('#exam-below .explained[data-state=done]')", "the end of the explanation")
    ((asked,),) = etude.rows("select question from turns order by id desc limit 1")
    assert str(asked).startswith(BANK[page.question()].stem[:40])
    assert len(str(asked)) <= 600
    page.press(Keys.ENTER)
    page.until("return !document.querySelector('#exam-below .explained')")


def test_a_whole_mock_exam_with_a_reload_and_a_restart(page, etude):
    began = time.monotonic()
    page.step("Mock exam")
    page.view("mock")
    page.press(Keys.ENTER)
    page.view("question")
    exam = page.exam()
    flagged = set()
    for place in range(1, 66):
        key = page.question()
        if place % 13:
            page.choose(right=place % 4 != 0)
        if place % 10 == 0:
            page.press("f")
            flagged.add(key)
        if place == 30:
            page.until("return document.querySelector('.flag')?.getAttribute('aria-pressed') === 'true'")
            page.browser.refresh()
            page.view("question")
            assert page.at() == 30
            assert page.question() == key
        if place == 45:
            page.until("return document.querySelector('.option[aria-checked=true], select, .ordering')")
            time.sleep(0.3)
            assert etude.stop() in (0, -15)
            etude.start()
            page.open(f"&exam={exam}&q=45")
            page.view("question")
        if place < 65:
            page.go(place + 1)
    assert not page.all("#exam .verdict")
    assert re.fullmatch(r"(90|8\d) min left", page.all("#exam .clock")[0])

    page.press("r")
    page.view("grid")
    assert len(page.all("ol.grid .cell")) == 65
    assert len(page.all("ol.grid .cell.flagged")) == len(flagged)
    page.press("r")
    page.view("question")
    page.press(Keys.ENTER)
    page.view("ending")
    room = etude.exams()
    sat = room.look(exam)
    missing = 65 - len(sat.responses)
    assert missing == 5
    assert sat.flags == flagged
    assert f"{missing} questions have no whole answer" in page.find("#exam .counts").text
    page.press(Keys.ENTER)
    page.view("result")

    room = etude.exams()
    sat = room.look(exam)
    result = room.result(sat)
    right = sum(is_right(BANK[key], sat.responses.get(key, ())) for key in sat.questions if key not in sat.unscored)
    assert result.right == right
    assert result.score == round(100 + 900 * right / 50)
    assert page.find("#exam .score").get_attribute("data-score") == str(result.score)
    assert len(page.all("#exam .review details")) == 65
    assert len(page.all("#exam .bars dt")) == 5
    assert page.all("#exam .plan button")[0] == room.plan(sat)[0].section.title
    assert time.monotonic() - began < 90


def test_two_pages_on_one_exam_lose_nothing(page, etude):
    page.step("Mock exam")
    page.view("mock")
    page.press(Keys.ENTER)
    page.view("question")
    exam, first = page.exam(), page.browser.current_window_handle
    page.browser.switch_to.new_window("tab")
    try:
        second = ExamPage(page.browser, etude.url)
        second.open(f"&exam={exam}&q=2")
        second.view("question")
        mine = second.question()
        second.choose()
        second.go(3)
        page.browser.switch_to.window(first)
        yours = page.question()
        page.choose()
        page.go(2)
        assert page.question() == mine
        responses = etude.exams().look(exam).responses
        assert {mine, yours} <= set(responses)

        second.browser.switch_to.window(next(w for w in page.browser.window_handles if w != first))
        second.press("r")
        second.view("grid")
        second.step("End the exam")
        second.view("ending")
        second.press(Keys.ENTER)
        second.view("result")
        page.browser.switch_to.window(first)
        page.press("f")
        page.view("result")
        assert "over" in page.all("#exam .notice")[0]
    finally:
        for window in page.browser.window_handles:
            if window != first:
                page.browser.switch_to.window(window)
                page.browser.close()
        page.browser.switch_to.window(first)


def test_a_card_is_drilled_and_its_rating_kept(page, etude):
    page.step("Drill")
    page.view("decks")
    page.step("Flashcards")
    card = page.until("return document.querySelector('.card')?.dataset.card")
    page.press(" ")
    page.until("return document.querySelectorAll('.rate').length === 4")
    assert "days" in page.all(".rate small")[3]
    page.press("3")
    page.until(f"return document.querySelector('.card')?.dataset.card !== '{card}'", "the next card")
    assert "comes back in" in page.find("#exam .counts").text
    assert etude.rows("select card_id, rating from reviews") == [(card, 3)]

    page.open("&view=drill&deck=contrasts")
    page.until("return document.querySelector('.card .option')")
    page.press("1")
    page.until("return document.querySelector('.card .verdict') && document.querySelector('.rate')")


def test_a_question_of_ones_own_is_answered(page):
    page.step("Ask your own")
    page.view("ask")
    page.find("#paste").send_keys(
        "1. Which service speaks?\nA. Amazon Lex\nB. Amazon Polly\n\n2. Who won at football?\nA. Blue\nB. Red"
    )
    page.find("#exam .paste button.primary").click()
    page.until("return document.querySelectorAll('.solved-one').length === 2", "both answers")
    assert page.all(".solved-one .verdict") == [
        "Answer: B",
        "Your notes do not cover this question. Most likely without them: A.",
    ]
    assert page.all(".solved-one .likely small")[:2] == ["5 %", "85 %"]
    page.js("document.querySelector('.solved-one button.cite').click()")
    page.until("return document.querySelector('.passages-place mark')?.innerText.includes('lifelike')")


def test_text_without_a_question_gets_one_sentence(page):
    page.open("&view=ask")
    page.view("ask")
    page.find("#paste").send_keys("Good morning.")
    page.find("#exam .paste button.primary").click()
    page.until("return document.querySelector('#exam-below .notice')")
    (said,) = page.all("#exam-below .notice")
    assert "option" in said
    assert "Traceback" not in said


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
        page.js("window.etudeExam.step(arguments[0])", data)
        page.js("window.etudeExam.section(arguments[0]); window.etudeExam.look(arguments[0])", data)
        page.js("window.etudeExam.explain(arguments[0]); window.etudeExam.halt(arguments[0])", data)
        page.js("window.etudeExam.take(arguments[0])", data)
    # Answers that are still on their way may be drawn over this one, so it is asked for until it stays.
    page.js("window.asking = setInterval(() => window.etudeExam.step({do: 'setup', seq: 900}), 1000)")
    page.until("return document.querySelector('.exam-root').dataset.seq === '900'")
    page.js("clearInterval(window.asking)")
    assert "Traceback" not in etude.said()


def test_the_history_is_shown_exported_and_taken_in_again(page, etude, tmp_path):
    page.open("&view=history")
    page.view("history")
    assert page.all("#exam table.past tbody tr")
    assert page.find("#exam svg.chart").is_displayed()
    with urllib.request.urlopen(f"{etude.url}exam/export.json") as answer:
        assert "attachment" in answer.headers["content-disposition"]
        exported = answer.read()
    assert json.loads(exported)["format"] == "etude-exam-history"
    with urllib.request.urlopen(f"{etude.url}exam/export.csv") as answer:
        assert answer.read().startswith(b"at,mode,exam_id")
    file = tmp_path / "mine.json"
    file.write_bytes(exported)
    before = etude.rows("select count(*) from attempts")
    page.find("input[name=history]").send_keys(str(file))
    page.until("return document.querySelector('#exam .counts')?.innerText.includes('mine.json')")
    assert etude.rows("select count(*) from attempts") == before
    file.write_text("{}", encoding="utf-8")
    page.find("input[name=history]").send_keys(str(file))
    page.until("return document.querySelector('#exam .notice')?.innerText.startsWith('mine.json is not a history')")


def test_tabs_are_kept_apart(page):
    assert page.find("#header [data-tab=exam]").get_attribute("aria-current") == "page"
    assert not page.find("#header [data-do=library]").is_displayed()
    page.press("?")
    page.until("return document.getElementById('help').open")
    assert "Flag the question" in page.find("#help").text
    assert "New chat" not in page.find("#help").text
    page.press(Keys.ESCAPE)
    page.js("document.querySelector('#header [data-tab=chat]').click()")
    page.until("return document.querySelector('.composer textarea').checkVisibility()")
    assert page.find("#header [data-do=library]").is_displayed()
    assert "tab=" not in page.browser.current_url
    assert not page.find("#exam").is_displayed()
    page.browser.find_element(By.CSS_SELECTOR, "#header [data-tab=exam]").click()
    assert "tab=exam" in page.browser.current_url
    page.browser.refresh()
    page.view("home")
    assert page.find("#exam").is_displayed()
    page.browser.set_window_size(390, 844)
    try:
        wide = page.js(
            "return [...document.querySelectorAll('.bar > *')].map(e => e.getBoundingClientRect())"
            ".map(r => [r.left, r.right])"
        )
        shown = sorted(box for box in wide if box[1] > box[0])
        assert all(left[1] <= right[0] + 1 for left, right in itertools.pairwise(shown)), shown
        assert page.js("return document.documentElement.scrollWidth <= innerWidth")
    finally:
        page.browser.set_window_size(1440, 900)
