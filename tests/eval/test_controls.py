"""Shuffled answers never land on their own question; the oracle gives what the gold allows."""

import pytest

from eval.controls import oracle, shuffled
from eval.sample import Case, Output, Passage, Sample
from eval.suites.registry import find_suite


def cases(*ids):
    """``a/b`` says b in other words."""
    return [
        Case(Sample(id=name, prompt="?", of=name.partition("/")[2]), Output(prediction=name.partition("/")[2] or name))
        for name in ids
    ]


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize(
    "ids",
    [
        ["a", "b"],
        ["a", "b", "c"],
        [f"q{n}" for n in range(50)],
        ["a", "x/a", "y/a", "b", "x/b", "c"],
        [*(f"q{n}" for n in range(9)), *(f"typo/q{n}" for n in range(9))],
    ],
)
def test_every_answer_goes_to_another_question_once(ids, seed):
    given = cases(*ids)
    moved = shuffled(given, seed)
    assert [case.sample for case in moved] == [case.sample for case in given]
    assert sorted(c.output.prediction for c in moved) == sorted(c.output.prediction for c in given)
    for case in moved:
        assert case.output.prediction != (case.sample.of or case.sample.id)


@pytest.mark.parametrize("seed", range(20))
def test_passages_speak_neither_of_the_question_nor_of_the_answer(seed):
    given = [
        Case(Sample(id=name, prompt="?"), Output(prediction=name, passages=(Passage(section=name),)))
        for name in ("a", "b", "c", "d")
    ]
    for case in shuffled(given, seed):
        assert len({case.sample.id, case.output.prediction, case.output.passages[0].section}) == 3


def test_the_seed_decides_and_the_order_of_the_samples_does_not():
    given = cases(*(f"q{n}" for n in range(50)))
    moved = {case.sample.id: case.output for case in shuffled(given, 3)}
    assert moved == {case.sample.id: case.output for case in shuffled(given[::-1], 3)}
    assert moved != {case.sample.id: case.output for case in shuffled(given, 4)}


@pytest.mark.parametrize("ids", [[], ["a"], ["a", "x/a", "y/a", "b"]])
def test_where_no_answer_can_go_elsewhere_there_is_no_row(ids):
    assert shuffled(cases(*ids)) == []


def test_the_oracle_is_the_suites_own():
    suite = find_suite("retrieval")
    samples = suite.samples("dev")[:3]
    assert [case.output for case in oracle([Case(s, Output()) for s in samples], suite)] == [
        suite.oracle(sample) for sample in samples
    ]
