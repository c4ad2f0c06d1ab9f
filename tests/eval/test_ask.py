"""A sample can be lost; an engine can be gone; and the two are told apart."""

import threading

import pytest

from assistant.errors import GenerationFailed, InputError
from eval.ask import GIVE_UP_AFTER, ask_all
from eval.sample import Output, Sample


def samples(count):
    return [Sample(id=f"s{number:02}", prompt=str(number)) for number in range(count)]


def system(fails, error):
    def ask(sample):
        if int(sample.prompt) in fails:
            raise error(f"{sample.prompt} failed")
        return Output(prediction=sample.prompt)

    return ask


@pytest.mark.parametrize("workers", [1, 4])
def test_prompts_that_are_wrong_in_themselves_do_not_end_a_run_however_many_follow_each_other(workers):
    wrong = set(range(2, 2 + 2 * GIVE_UP_AFTER))
    asked = list(ask_all(system(wrong, InputError), samples(20), workers, threading.Event()))
    assert len(asked) == 20
    assert {int(sample.prompt) for sample, output in asked if output.error} == wrong


def test_an_engine_that_is_gone_ends_the_run_and_its_failures_do_not_count_as_done():
    asked = ask_all(system(set(range(3, 20)), GenerationFailed), samples(20), 1, threading.Event())
    assert [next(asked)[0].id for _ in range(3)] == ["s00", "s01", "s02"]
    with pytest.raises(GenerationFailed, match="7 failed"):
        next(asked)


def test_a_failure_that_is_followed_by_a_success_is_the_sample_s_own():
    asked = list(ask_all(system({1, 2}, GenerationFailed), samples(4), 1, threading.Event()))
    assert [(sample.id, bool(output.error)) for sample, output in asked] == [
        ("s00", False),
        ("s01", True),
        ("s02", True),
        ("s03", False),
    ]


def test_a_system_that_never_answers_says_why():
    with pytest.raises(InputError, match="1 failed"):
        list(ask_all(system({0, 1}, InputError), samples(2), 1, threading.Event()))
