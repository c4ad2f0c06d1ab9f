import pytest

from eval.sample import Sample
from eval.systems.search import SEARCHING

LEX = Sample(id="l", prompt="Which service makes talking bots?", gold=("services.md#Amazon Lex",), notes="given")


@pytest.mark.parametrize("system", ["etude", "dense", "sentence", "rrf"])
def test_every_passage_is_ranked_and_named(tools, given, system):
    output = SEARCHING[system](tools, given())(LEX)
    sections = [passage.section for passage in output.passages]
    assert sections[0] == "services.md#Amazon Lex"
    assert set(sections) == {
        "services.md#Amazon Lex", "services.md#Amazon Polly", "textract", "garden.md#Roses"
    }  # fmt: skip
    assert output.seconds > 0


def test_keywords_rank_by_words(tools, given):
    sample = LEX.model_copy(update={"prompt": "How many hours of sun?"})
    assert SEARCHING["bm25"](tools, given())(sample).passages[0].section == "garden.md#Roses"


def test_the_naive_ranking_is_by_cosine(tools, given):
    output = SEARCHING["naive"](tools, given())(LEX)
    assert [passage.section for passage in output.passages] == ["services.md#Amazon Lex", "garden.md#Roses"]
    assert output.passages[0].score > output.passages[1].score


def test_a_ranking_can_be_had_over_other_chunks(tools, given):
    output = SEARCHING["dense"](tools, given(chunking="characters-120"))(LEX)
    assert output.passages[0].section == "services.md#Amazon Lex"
    assert all(len(passage.text) <= 120 for passage in output.passages)
