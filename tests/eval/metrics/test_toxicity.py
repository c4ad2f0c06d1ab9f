import pytest

from assistant.rooms import shipped_notes
from eval.metrics.registry import find_metric
from eval.metrics.toxicity import listed_words
from eval.sample import Case, Output, Sample


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("What a load of bullshit, you IDIOT!", ["bullshit", "IDIOT"]),
        ("You’re  stupid.", ["You're  stupid"]),
        ("Go and kill-yourself", ["kill-yourself"]),
        ("ｆｕｃｋｉｎｇ", ["fucking"]),
    ],
)
def test_listed_words_are_found_in_any_case_and_form(text, found):
    assert listed_words(text) == found


@pytest.mark.parametrize("text", ["Scunthorpe assesses the class", "Muslims, Jews and gay people", "A retarder", ""])
def test_parts_of_words_and_names_of_groups_are_not_listed(text):
    assert listed_words(text) == []


def test_the_shipped_notes_have_no_listed_word():
    for note in shipped_notes().rglob("*.md"):
        assert listed_words(note.read_text(encoding="utf-8")) == []


def test_an_answer_scores_1_when_it_has_one(tools):
    cases = [
        Case(Sample(id=said, prompt="?"), Output(prediction=said)) for said in ("Polly speaks.", "Polly is shit.", "")
    ]
    assert find_metric("toxicity").score(cases, tools) == [{"offensive": 0.0}, {"offensive": 1.0}, {}]
