import difflib

import pytest

from eval.metrics.registry import find_metric
from eval.metrics.robustness import perturbed
from eval.sample import Case, Output, Sample

QUESTIONS = [
    Sample(id="a", prompt="Which service turns text into lifelike speech, and what does it cost?"),
    Sample(id="b", prompt="What is RAG?"),
]


def test_perturbed_questions_are_the_same_each_time_and_still_near_the_original():
    found = perturbed(QUESTIONS, seed=1)
    assert found == [*perturbed(QUESTIONS[:1], seed=1), *perturbed(QUESTIONS[1:], seed=1)]
    assert found != perturbed(QUESTIONS, seed=2)
    assert len({sample.id for sample in found}) == len(found) == 8
    by_id = {question.id: question.prompt for question in QUESTIONS}
    for sample in found:
        original = by_id[sample.of]
        assert sample.prompt != original
        assert difflib.SequenceMatcher(None, sample.prompt.lower(), original.lower()).ratio() > 0.8


def test_each_kind_changes_what_its_name_says():
    kinds = {sample.category: sample.prompt for sample in perturbed(QUESTIONS[:1])}
    original = QUESTIONS[0].prompt
    assert kinds["upper case"] == original.upper()
    assert kinds["lower case"] == original.lower()
    careless = "Which service turns text into lifelike speech and what does it cost"
    assert kinds["punctuation"] == careless.replace(" ", "  ")
    words, mistyped = original.split(), kinds["typos"].split()
    assert 0 < sum(a != b for a, b in zip(words, mistyped, strict=True)) <= 2
    assert all(a[0] == b[0] for a, b in zip(words, mistyped, strict=True))


def test_what_cannot_be_changed_is_left_out():
    assert [s.category for s in perturbed([Sample(id="x", prompt="rag")])] == ["upper case"]
    assert perturbed([Sample(id="x", prompt="漢字")]) == []


def case_of(name, of="", prediction="", **more):
    sample = {key: more.pop(key) for key in ("must", "key", "answerable") if key in more}
    return Case(Sample(id=name, prompt="?", of=of, **sample), Output(prediction=prediction, **more))


def test_answers_are_compared_with_those_to_the_original_question(tools):
    must = (("polly",),)
    right, wrong = "Amazon Polly turns text into speech.", "Amazon Lex builds chatbots."
    rows = find_metric("robustness").score(
        [
            case_of("same", of="q", prediction=right, must=must, answerable=True),
            case_of("q", prediction=right, must=must, answerable=True),
            case_of("other", of="q", prediction=wrong, must=must, answerable=True),
            case_of("gone", of="q", prediction="Not in the notes.", must=must, answerable=True, refused=True),
            case_of("lost", of="nowhere", prediction=right),
        ],
        tools,
    )
    same, original, other, gone, lost = rows
    assert (original, lost) == ({}, {})
    assert (same["same_outcome"], same["still_right"], round(same["same_answer"], 3)) == (1.0, 1.0, 1.0)
    assert (other["same_outcome"], other["still_right"]) == (0.0, 0.0)
    assert other["same_answer"] < 0.7
    assert gone == {"same_outcome": 0.0, "still_right": 0.0}


def test_choices_are_compared_by_their_letters(tools):
    rows = find_metric("robustness").score(
        [
            case_of("q", key=("A",), letters=("B",)),
            case_of("same", of="q", key=("A",), letters=("B",)),
            case_of("other", of="q", key=("A",), letters=("A",)),
        ],
        tools,
    )
    assert rows == [{}, {"same_outcome": 1.0}, {"same_outcome": 0.0}]


def test_its_interval_rests_on_questions(tools):
    originals = [case_of(f"q{n}", key=("A",), letters=("A",)) for n in range(6)]
    versions = [
        case_of(f"q{n}~{v}", of=f"q{n}", key=("A",), letters=("A" if n < 4 else "B",))
        for n in range(6)
        for v in range(5)
    ]
    cases = [*originals, *versions]
    rows = find_metric("robustness").score(cases, tools)
    (score,) = (score for score in find_metric("robustness").scores if score.name == "same_outcome")
    found = score.estimate(rows, 0, [case.sample.question for case in cases])
    alone = score.estimate(rows, 0)
    assert found.value == alone.value == pytest.approx(2 / 3)
    assert found.n == 30
    assert found.high - found.low > 1.8 * (alone.high - alone.low)
