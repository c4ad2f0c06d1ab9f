import threading
import time

import pytest

from assistant.chat.events import Answer, Delta, Stage
from assistant.errors import GenerationFailed, InputError
from assistant.records import Records
from assistant.settings import Generation, People
from assistant.web.answering import MAX_WAITING, Ask, Desk


class Scripted:
    """A pipeline that says what the question names, and goes on when it is let."""

    def __init__(self, settings):
        self.settings = settings
        self.calls = []
        self.go = threading.Event()
        self.warmed = threading.Event()

    def warm(self):
        self.warmed.set()

    def answer(self, question, history=(), *, collections=None, generation=None, stop=None, masks=None):
        self.calls.append((question, list(history), collections, generation))
        if question == "fail":
            raise GenerationFailed("The model broke off. Ask again.")
        if question == "bug":
            raise ZeroDivisionError("by nothing")
        yield Stage("searching", "Searching 3 passages")
        if question == "breaks when stopped":
            yield Delta("Half")
            stop.wait(10)
            raise GenerationFailed("The server closed the connection.")
        yield Delta("One ")
        while question == "slow" and not self.go.is_set() and not stop.is_set():
            self.go.wait(0.01)
        if stop.is_set():
            yield Answer(question, question, "One", stopped=True)
            return
        yield Delta("two.")
        yield Answer(question, question, "One two.")


@pytest.fixture
def records(settings):
    opened = Records(settings.database_url)
    yield opened
    opened.close()


@pytest.fixture
def made():
    return []


@pytest.fixture
def desk(settings, records, made):
    def make(chosen):
        made.append(Scripted(chosen))
        return made[-1]

    desk = Desk(settings, records, make)
    yield desk
    desk.close()


def finished(job):
    return list(job.follow())[-1]


def test_an_answer_is_followed_and_saved(desk, records, made):
    job = desk.ask(Ask("c1", "What is RAG?", generation=Generation(top_k=3), collections=("notes",)))
    last = finished(job)
    assert last.done
    assert last.text == "One two."
    (turn,) = records.turns("c1")
    assert turn.answer.text == "One two."
    assert made[0].calls == [("What is RAG?", [], ("notes",), Generation(top_k=3))]
    assert desk.running() == {}
    assert desk.find(job.id) is job


def test_nobody_needs_to_watch(desk, records):
    desk.ask(Ask("c1", "What is RAG?"))
    while desk.running():
        time.sleep(0.01)
    assert [turn.answer.text for turn in records.turns("c1")] == ["One two."]


def test_stopping_keeps_what_was_written(desk, records):
    job = desk.ask(Ask("c1", "slow"))
    for progress in job.follow():
        if progress.text:
            desk.stop("c1")
    (turn,) = records.turns("c1")
    assert turn.answer.stopped
    assert turn.answer.text == "One"


def test_an_error_that_comes_of_stopping_is_no_error(desk, records):
    job = desk.ask(Ask("c1", "breaks when stopped"))
    desk.stop("c1")
    assert finished(job).error == ""
    (turn,) = records.turns("c1")
    assert (turn.answer.text, turn.answer.stopped) == ("Half", True)


def test_an_answer_of_a_deleted_conversation_is_not_saved(desk, records):
    job = desk.ask(Ask("c1", "slow"))
    desk.drop("c1")
    assert finished(job).error == ""
    assert records.turns("c1") == []
    assert records.conversation("c1") is None


def test_closing_stops_and_saves(desk, records):
    desk.ask(Ask("c1", "slow"))
    desk.close()
    assert records.turns("c1")[0].answer.stopped


def test_earlier_turns_are_the_history(desk, made):
    finished(desk.ask(Ask("c1", "one")))
    finished(desk.ask(Ask("c1", "two")))
    _, history, *_ = made[0].calls[1]
    assert [(turn.question, turn.answer) for turn in history] == [("one", "One two.")]


def test_a_replaced_turn_is_not_its_own_history(desk, records, made):
    finished(desk.ask(Ask("c1", "one")))
    finished(desk.ask(Ask("c1", "two")))
    first = records.turns("c1")[0].id
    finished(desk.ask(Ask("c1", "one again", replaces=first)))
    assert made[0].calls[2][1] == []
    assert [turn.answer.question for turn in records.turns("c1")] == ["one again"]


def test_an_error_is_its_message_and_nothing_is_saved_or_lost(desk, records):
    finished(desk.ask(Ask("c1", "one")))
    kept = records.turns("c1")
    last = finished(desk.ask(Ask("c1", "fail", replaces=kept[0].id)))
    assert last.error == "The model broke off. Ask again."
    assert records.turns("c1") == kept


def test_an_unexpected_error_is_one_sentence(desk, caplog):
    last = finished(desk.ask(Ask("c1", "bug")))
    assert last.error == "Etude could not answer (ZeroDivisionError: by nothing); its terminal shows more."
    assert "Traceback" in caplog.text


def test_an_answer_that_cannot_be_saved_is_still_shown(desk, records):
    last = finished(desk.ask(Ask("c1", "one", replaces=99)))
    assert last.text == "One two."
    assert "no longer saved" in last.error


def test_one_answer_a_conversation_and_a_limit_to_the_queue(desk):
    desk.ask(Ask("c0", "slow"))
    with pytest.raises(InputError, match="being answered already"):
        desk.ask(Ask("c0", "another"))
    for number in range(1, MAX_WAITING):
        desk.ask(Ask(f"c{number}", "slow"))
    with pytest.raises(InputError, match="waiting already"):
        desk.ask(Ask("one too many", "slow"))
    assert desk.running()["c1"] == "slow"


def test_choosing_a_model_makes_its_assistant_once(desk, settings, made):
    finished(desk.ask(Ask("c1", "one")))
    finished(desk.ask(Ask("c1", "two", model="smollm2-135m-instruct")))
    finished(desk.ask(Ask("c1", "three", model="smollm2-135m-instruct")))
    assert [assistant.settings.model for assistant in made] == [settings.model, "smollm2-135m-instruct"]


def test_what_nobody_follows_is_stopped_and_kept(settings, records):
    desk = Desk(settings, records, Scripted, grace=1.5)
    job, other = desk.ask(Ask("c1", "slow")), desk.ask(Ask("c2", "slow"))
    for _ in job.follow():
        # Whoever follows keeps it going, past the grace; it is the second in line that nobody follows.
        if job.seconds > 3:
            break
    assert not job.progress.done
    assert other.stop.is_set()
    assert not job.stop.is_set()
    while desk.running():
        time.sleep(0.02)
    (turn,) = records.turns("c1")
    assert (turn.answer.text, turn.answer.stopped) == ("One", True)
    assert records.turns("c2")[0].answer.stopped


def test_answers_are_made_in_turn_and_the_page_says_how_many_are_before(settings, records, made, monkeypatch):
    monkeypatch.setattr("assistant.people.collections.collections_in", lambda settings: [("etude", 1)])
    made.append(Scripted(settings))
    desk = Desk(settings, records, lambda chosen: made[0])
    jobs = [desk.ask(Ask("1", "slow", owner="anna"))]
    while not jobs[0].progress.text:
        time.sleep(0.01)
    jobs += [desk.ask(Ask(str(number), "short", owner=owner)) for number, owner in ((2, "anna"), (3, "ben"))]
    while [job.progress.stage for job in jobs[1:]] != ["Waiting, 2 before you", "Waiting, 1 before you"]:
        time.sleep(0.01)
    assert desk.running("ben") == {"3": "short"}
    assert desk.find(jobs[2].id, "anna") is desk.job("3", "anna") is None
    made[0].go.set()
    for job in jobs:
        assert finished(job).text == "One two."
    assert records.of("ben").turns("3")[0].id < records.of("anna").turns("2")[0].id
    desk.close()


def test_somebody_who_signed_in_asks_so_often_a_minute(settings, records, monkeypatch):
    monkeypatch.setattr("assistant.people.collections.collections_in", lambda settings: [("etude", 1)])
    limited = settings.model_copy(update={"people": People(questions_a_minute=2)})
    desk = Desk(limited, records, Scripted)
    for number in range(3):
        finished(desk.ask(Ask(f"local {number}", "one")))
    for number in range(2):
        finished(desk.ask(Ask(f"hers {number}", "one", owner="anna")))
    with pytest.raises(InputError, match=r"2 questions within a minute\. Ask again in \d+ s\."):
        desk.ask(Ask("hers 3", "one", owner="anna"))
    with pytest.raises(InputError), desk.turn("anna", threading.Event()):
        pytest.fail("a pasted question counts too")
    finished(desk.ask(Ask("his", "one", owner="ben")))


def test_warming_happens_in_the_background(desk, made):
    desk.warm()
    for _ in range(500):
        if made and made[0].warmed.wait(0.01):
            break
    assert made[0].warmed.is_set()
