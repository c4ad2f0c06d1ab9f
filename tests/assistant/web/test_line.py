import threading
import time

import pytest

from assistant.web.line import Line


class Somebody(threading.Thread):
    """Waits for a turn, notes it, and holds it until told."""

    def __init__(self, line, owner, served):
        super().__init__(daemon=True)
        self.line, self.owner, self.served = line, owner, served
        self.stop, self.go, self.places = threading.Event(), threading.Event(), []

    def run(self):
        with self.line.turn(self.owner, self.stop, self.places.append) as held:
            self.served.append((self.owner, held))
            self.go.wait(10)


def until(true):
    for _ in range(1000):
        if true():
            return
        time.sleep(0.005)
    pytest.fail("it did not come to that")


@pytest.fixture
def comes():
    line, served, people = Line(), [], []

    def come(owner):
        one = Somebody(line, owner, served)
        people.append(one)
        one.start()
        until(lambda: one.places or (owner, True) in served)
        return one

    yield come, served
    for one in people:
        one.stop.set()
        one.go.set()
    for one in people:
        one.join(5)


def test_turns_go_round_by_person(comes):
    come, served = comes
    people = [come(owner) for owner in ("anna", "anna", "anna", "ben", "cleo", "ben")]
    until(lambda: [one.places[-1:] for one in people] == [[], [3], [5], [1], [2], [4]])
    order = []
    for count in range(1, 7):
        until(lambda count=count: len(served) == count)
        order.append(served[-1][0])
        next(one for one in people if one.owner == order[-1] and not one.go.is_set()).go.set()
    assert order == ["anna", "ben", "cleo", "anna", "ben", "anna"]


def test_who_is_stopped_no_longer_waits_and_holds_nothing(comes):
    come, served = comes
    first, second, third = come("anna"), come("ben"), come("cleo")
    second.stop.set()
    until(lambda: ("ben", False) in served)
    until(lambda: third.places[-1] == 1)
    first.go.set()
    until(lambda: ("cleo", True) in served)


def test_several_at_once():
    line, stop, waited = Line(at_once=2), threading.Event(), []
    with line.turn("anna", stop, waited.append), line.turn("anna", stop, waited.append):
        assert waited == []
