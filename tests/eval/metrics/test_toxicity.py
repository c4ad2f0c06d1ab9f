import pytest

from assistant.guardrails.words import offensive_words
from assistant.rooms import shipped_notes
from eval.metrics.registry import find_metric
from eval.sample import Case, Output, Sample


@pytest.mark.parametrize("said", ["It is BULLSHIT", "You’re  stupid.", "Go and kill-yourself", "Polly is sh1t."])
def test_an_answer_scores_1_when_it_has_a_listed_word(said, tools):
    cases = [Case(Sample(id=text, prompt="?"), Output(prediction=text)) for text in ("Polly speaks.", said, "")]
    assert find_metric("toxicity").score(cases, tools) == [{"offensive": 0.0}, {"offensive": 1.0}, {}]


@pytest.mark.parametrize("text", ["Scunthorpe assesses the class", "Muslims, Jews and gay people", "A retarder", ""])
def test_parts_of_words_and_names_of_groups_are_not_listed(text):
    assert offensive_words(text) == []


def test_the_shipped_notes_have_no_listed_word():
    for note in shipped_notes().rglob("*.md"):
        assert offensive_words(note.read_text(encoding="utf-8")) == []
