import random

import pytest

from assistant.errors import InputError
from assistant.exam.bank import load_bank
from assistant.exam.room import ExamRoom
from assistant.records import ExamRecords, Records
from assistant.rooms import shipped_notes
from assistant.web.exam.export import take_in
from assistant.web.exam.rooms import Rooms
from assistant.web.exam.steps import Steps
from knowledge.outline import load_outline


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def rooms(settings, clock):
    records = Records(settings.database_url)
    exams = ExamRecords(records.database)
    yield Rooms(exams, lambda: ExamRoom(load_bank(), load_outline(shipped_notes()), exams, random.Random(7), clock))
    records.close()


@pytest.fixture
def steps(rooms):
    return Steps(rooms)


def begin(steps, rooms, mode):
    steps.take({"do": "begin", "mode": mode, "count": 5})
    return rooms.room.open_exams()[0]


def test_a_practice_round_goes_through_its_screens(steps, rooms):
    exam = begin(steps, rooms, "practice")
    for at, key in enumerate(exam.questions):
        place = {"exam": exam.id, "question": key, "at": at}
        screen = steps.take({"do": "check", **place, "response": rooms.room.bank[key].key})
        assert screen.name == "question"
        assert "Right." in screen.html
        assert screen.address == f"exam={exam.id}&q={at + 1}"
    screen = steps.take({"do": "ending", "exam": exam.id, "at": 4})
    assert screen.name == "result"
    assert "5 of 5" in screen.html


def test_what_is_wrong_is_said_where_one_was(steps, rooms):
    exam = begin(steps, rooms, "practice")
    key = exam.questions[0]
    screen = steps.take({"do": "check", "exam": exam.id, "question": key, "at": 0, "response": []})
    assert screen.name == "question"
    assert "first." in screen.html
    assert 'role="alert"' in screen.html
    screen = steps.take({"do": "begin", "mode": "practice", "sections": ["nothing"], "count": 5})
    assert screen.name == "setup"
    assert "No question fits that choice." in screen.html


def test_the_time_of_a_mock_exam_runs_out(steps, rooms, clock):
    exam = begin(steps, rooms, "mock")
    for _ in range(109):
        clock.now += 50
        assert steps.take({"do": "show", "exam": exam.id, "at": 0}).name == (
            "question" if clock.now < 5400 else "result"
        )
    screen = steps.take({"do": "respond", "exam": exam.id, "question": exam.questions[0], "response": ["A"], "at": 0})
    assert screen.name == "result"
    assert "The time is up" in screen.html


def test_an_address_leads_back_to_its_screen(steps, rooms):
    exam = begin(steps, rooms, "mock")
    assert "Question 12 of 65" in steps.opening({"exam": exam.id, "q": "12"}).html
    assert "Question 65 of 65" in steps.opening({"exam": exam.id, "q": "999"}).html
    assert "Question 1 of 65" in steps.opening({"exam": exam.id, "q": "x"}).html
    assert steps.opening({"exam": "nothing"}).name == "home"
    for view, name in {"setup": "setup", "drill": "decks", "history": "history", "ask": "ask", "?": "home"}.items():
        assert steps.opening({"view": view}).name == name
    assert steps.opening({"view": "drill", "deck": "contrasts"}).name == "card"
    assert steps.opening({"view": "drill", "deck": "nothing"}).name == "decks"


@pytest.mark.parametrize("name", ["show", "respond", "check", "flag", "grid", "ending", "finish", "discard", "card"])
@pytest.mark.parametrize(
    "data",
    [
        {},
        {"exam": None, "question": 5, "at": "x", "response": "A"},
        {"exam": "e" * 5000, "question": ["A"], "at": -9, "response": [1, None]},
        {"exam": "'; drop table exams;", "at": 10**30, "on": "yes", "deck": 3, "card": {}},
    ],
)
def test_strange_data_becomes_a_screen_with_a_sentence(steps, name, data):
    screen = steps.take({"do": name, **data})
    assert screen.name in ("home", "decks")
    assert 'role="alert"' in screen.html or name == "discard"


@pytest.mark.parametrize("response", [["Z"], ["A"] * 9, ["<b>"], [["A"]], {"A": 1}])
def test_a_strange_response_is_refused_and_nothing_is_kept(steps, rooms, response):
    exam = begin(steps, rooms, "mock")
    steps.take({"do": "respond", "exam": exam.id, "question": exam.questions[0], "response": response, "at": 0})
    assert rooms.room.look(exam.id).responses == {}


def test_a_preview_of_ratings_keeps_nothing(steps, rooms):
    shown = steps.take({"do": "card", "deck": "flashcards", "turned": True})
    assert shown.html.count('class="rate"') == 4
    assert rooms.records.cards() == {}
    card = next(iter(rooms.drill.cards.values()))
    after = steps.take({"do": "rate", "deck": "flashcards", "card": card.id, "rating": 4})
    assert "comes back in" in after.html
    assert list(rooms.records.cards()) == [card.id]


def test_a_file_that_is_no_export_is_named_as_the_person_knows_it(rooms):
    for content in ("", "{}", "[", "\ud800"):
        with pytest.raises(InputError, match=r"^mine\.json"):
            take_in(rooms.records, "../somewhere/mine.json", content)


def test_a_bank_that_cannot_be_read_is_said_on_the_page(rooms):
    def broken():
        raise InputError("The question bank has 1 wrong lines.")

    screen = Steps(Rooms(rooms.records, broken)).take({})
    assert "The question bank has 1 wrong lines." in screen.html
