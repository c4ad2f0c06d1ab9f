import pytest

from eval.sample import Sample
from eval.suites.registry import Variant
from eval.systems.options import CHOOSING

QUESTION = Sample(
    id="q",
    prompt="Which service turns text into speech?",
    options={"A": "Amazon Lex", "B": "Amazon Polly", "C": "Amazon Textract"},
    key=("B",),
    gold=("services.md#Amazon Polly",),
    notes="given",
)


def test_etude_chooses_by_the_notes_and_cites_them(tools, given):
    output = CHOOSING["etude"](tools, given())(QUESTION)
    assert output.letters == ("B",)
    assert sum(output.probabilities.values()) == pytest.approx(1)
    assert output.citations[0].section == "services.md#Amazon Polly"
    assert output.seconds > 0


def test_the_model_alone_chooses_as_many_as_are_asked_for(tools):
    output = CHOOSING["closed"](tools, Variant())(QUESTION.model_copy(update={"choose": 2}))
    assert len(output.letters) == 2
    assert output.prediction == ", ".join(output.letters)
    assert sum(output.probabilities.values()) == pytest.approx(1)
    assert not output.passages


def test_the_naive_pipeline_has_passages_in_front(tools, given):
    output = CHOOSING["naive"](tools, given())(QUESTION)
    assert len(output.letters) == 1
    assert output.passages[0].section == "services.md#Amazon Polly"
