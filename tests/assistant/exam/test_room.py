"""Exams as they are sat: saved at every step, whatever happens to the process, the clock or the page."""

import random
import threading
from collections import Counter

import pytest

from assistant.errors import InputError
from assistant.exam.draw import Wish
from assistant.exam.room import ExamRoom


def reopened(room, records, clock):
    """The room as another process sees it."""
    return ExamRoom(room.bank, room.outline, records, random.Random(2), clock)


def test_a_practice_round_is_graded_question_by_question(room, records):
    exam = room.begin_practice(Wish(domains=(2, 3), count=4))
    assert {room.bank[key].domain for key in exam.questions} <= {2, 3}
    first, second, *_ = exam.questions
    room.check(exam.id, first, ["B"])
    room.check(exam.id, second, ["C"])
    result = room.result(room.finish(exam.id))
    assert (result.right, result.of, result.score) == (1, 2, None)
    assert [(a.question_id, a.right) for a in records.attempts()] == [(first, True), (second, False)]
    assert [step.wrong for step in room.plan(room.look(exam.id))] == [(second,)]


def test_questions_seen_least_come_first(room):
    first = room.begin_practice(Wish(domains=(1,), count=20))
    for key in first.questions:
        room.check(first.id, key, ["A"])
    second = room.begin_practice(Wish(domains=(1,), count=10))
    assert not set(first.questions) & set(second.questions)


def test_a_mock_exam_has_the_official_shape_and_score(room):
    exam = room.begin_mock()
    assert len(exam.questions) == len(set(exam.questions)) == 65
    assert len(exam.unscored) == 15
    scored = Counter(room.bank[key].domain for key in exam.questions if key not in exam.unscored)
    assert scored == {1: 10, 2: 12, 3: 14, 4: 7, 5: 7}
    right = [key for key in exam.questions if key not in exam.unscored][:30]
    for key in exam.questions:
        room.respond(exam.id, key, ["B" if key in right else "A"])
    result = room.result(room.finish(exam.id))
    assert (result.right, result.of, result.score) == (30, 50, 640)
    assert sum(share.of for share in result.domains.values()) == 50
    assert len(result.wrong) == 35


def test_an_exam_goes_on_in_another_process_with_the_time_it_had(room, records, clock):
    exam = room.begin_mock()
    clock.now += 30
    room.respond(exam.id, exam.questions[0], ["B"])
    room.flag(exam.id, exam.questions[1], True)
    clock.now = 5.0  # another boot: this clock begins anew
    other = reopened(room, records, clock)
    again = other.look(exam.id)
    assert again.responses == {exam.questions[0]: ("B",)}
    assert again.flags == {exam.questions[1]}
    assert again.left == 90 * 60 - 30
    assert [found.id for found in other.open_exams()] == [exam.id]


def test_a_closed_lid_does_not_cost_time(room, clock):
    exam = room.begin_mock()
    clock.now += 4 * 3600
    assert room.look(exam.id).left == 90 * 60


def test_the_exam_ends_when_its_time_is_up_and_later_answers_do_not_count(room, clock):
    exam = room.begin_mock()
    room.respond(exam.id, exam.questions[0], ["B"])
    for _ in range(90):
        clock.now += 60
        ended = room.look(exam.id)
    assert ended.finished is not None
    with pytest.raises(InputError, match="over"):
        room.respond(exam.id, exam.questions[1], ["B"])
    assert set(room.look(exam.id).responses) == {exam.questions[0]}


def test_two_pages_on_one_exam_lose_nothing(room, records, clock):
    exam = room.begin_mock()
    other = reopened(room, records, clock)
    rooms = [room, other]

    def answer(part):
        for key in exam.questions[part::2]:
            rooms[part].respond(exam.id, key, ["B"])

    threads = [threading.Thread(target=answer, args=(part,)) for part in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(room.look(exam.id).responses) == 65
    room.finish(exam.id)
    assert other.finish(exam.id).finished == room.look(exam.id).finished
    assert len(records.attempts()) == 65


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (lambda room, exam: room.respond("nothing", exam.questions[0], ["A"]), "no such exam"),
        (lambda room, exam: room.respond(exam.id, "nothing", ["A"]), "no longer in the bank"),
        (lambda room, exam: room.respond(exam.id, exam.questions[0], ["Z"]), "not an option"),
        (lambda room, exam: room.respond(exam.id, exam.questions[0], ["A", "B"]), "asks for 1"),
        (lambda room, exam: room.check(exam.id, exam.questions[0]), "Choose an option"),
        (lambda room, exam: room.begin_practice(Wish(count=0)), "at least one"),
        (lambda room, exam: room.begin_practice(Wish(domains=(9,))), "no domain 9"),
        (lambda room, exam: room.begin_practice(Wish(difficulties=("hard",))), "No question fits"),
    ],
)
def test_what_cannot_be_done_is_told(room, step, said):
    exam = room.begin_practice(Wish(count=5))
    with pytest.raises(InputError, match=said):
        step(room, exam)


def test_a_solution_is_not_shown_in_a_mock_exam(room):
    exam = room.begin_mock()
    room.respond(exam.id, exam.questions[0], ["A"])
    with pytest.raises(InputError, match="at its end"):
        room.check(exam.id, exam.questions[0])
