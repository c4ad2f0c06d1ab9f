import contextlib
import threading
from types import SimpleNamespace

import gradio as gr
import pytest

from assistant.errors import GenerationFailed, InputError
from assistant.exam.solution import Solution
from assistant.people import LOCAL
from assistant.people.person import SCOPE_KEY
from assistant.web.exam.rooms import Rooms
from assistant.web.exam.tab import ExamTab

TWO = "1. Which one speaks?\nA. Lex\nB. Polly\n\n2. Which one listens?\nA. Lex\nB. Polly"


REQUEST = SimpleNamespace(scope={SCOPE_KEY: LOCAL}, query_params={})


@contextlib.contextmanager
def turn(owner, stop):
    yield None


def event(**data):
    return gr.EventData(None, data)


def no_room():
    raise InputError("The question bank has 1 wrong lines.")


def tab_with(solve):
    desk = SimpleNamespace(stop=lambda conversation, owner: None, turn=turn)
    return ExamTab(Rooms(SimpleNamespace(), no_room), desk, solve)


def test_questions_are_answered_one_after_the_other():
    tab = tab_with(lambda asked, collections, cancelled: Solution(asked, ("B",), {"A": 0.2, "B": 0.8}))
    shown = list(tab._answer(event(pasted=TWO, run="r"), REQUEST))
    assert [html.count("solved-one") for html in shown] == [0, 1, 2]
    assert "Answering question 1 of 2" in shown[0]
    assert 'data-busy="yes"' not in shown[-1]
    assert tab._solving == {}


def test_stop_reaches_the_solver():
    seen = []

    def solve(asked, collections, cancelled):
        seen.append(asked.id)
        tab._halt(event(run="r"), REQUEST)
        assert cancelled.is_set()
        return Solution(asked, ("A",), {})

    tab = tab_with(solve)
    shown = list(tab._answer(event(pasted=TWO, run="r"), REQUEST))
    assert seen == ["1"]
    assert "Stopped." in shown[-1]


@pytest.mark.parametrize("error", [GenerationFailed("The model broke off."), ValueError("nonsense")])
def test_a_question_that_fails_does_not_end_the_others(error, caplog):
    def solve(asked, collections, cancelled):
        if asked.id == "1":
            raise error
        return Solution(asked, ("A",), covered=True)

    shown = list(tab_with(solve)._answer(event(pasted=TWO, run="r"), REQUEST))
    assert 'role="alert"' in shown[-1]
    assert "Answer: A" in shown[-1]
    assert "Traceback" not in shown[-1]


def test_text_without_a_question_is_one_sentence():
    (shown,) = tab_with(lambda asked, collections, cancelled: Solution(asked, (), {}))._answer(
        event(pasted="", run="r"), REQUEST
    )
    assert "There is no question." in shown
    (shown,) = tab_with(None)._answer(event(pasted=TWO, run="r"), REQUEST)
    assert "cannot answer" in shown


@pytest.mark.parametrize("data", [{}, None, [1], "text", {"exam": 5, "section": [], "question": {}}])
def test_strange_events_and_a_broken_bank_become_sentences(data):
    tab, strange = tab_with(None), gr.EventData(None, data)
    assert "wrong lines" in tab._step(strange, REQUEST).view
    assert "wrong lines" in tab._section(strange)
    assert "wrong lines" in tab._explain(strange, REQUEST).below
    assert "role" in tab._take(strange, REQUEST).view
    assert tab._look(strange, REQUEST) == ""
    tab._halt(strange, REQUEST)


def test_what_nobody_foresaw_is_a_sentence_and_stays_in_the_log(caplog):
    def broken():
        raise RuntimeError("secret")

    tab = ExamTab(Rooms(SimpleNamespace(), broken), SimpleNamespace(stop=print), None)
    view = tab._step(event(do="home"), REQUEST).view
    assert "Etude could not do that (RuntimeError)" in view
    assert "secret" not in view
    assert "secret" in caplog.text


def test_each_run_has_its_own_stop():
    tab = tab_with(lambda asked, collections, cancelled: Solution(asked, (), {}))
    mine, theirs = (LOCAL.name, "mine"), ("anna", "r")
    tab._solving[mine], tab._solving[theirs] = threading.Event(), threading.Event()
    for run in ("yours", "r"):
        tab._halt(event(run=run), REQUEST)
    assert not tab._solving[mine].is_set()
    assert not tab._solving[theirs].is_set()
