import pytest

from assistant.errors import InputError
from eval.sample import Sample
from eval.suites.registry import Variant
from eval.systems.answers import ANSWERING
from eval.systems.asking import refuses

POLLY = Sample(
    id="p", prompt="What does Amazon Polly turn text into?", gold=("services.md#Amazon Polly",), notes="given"
)
WORLD_CUP = Sample(id="w", prompt="Who won the 1998 World Cup?", answerable=False, notes="given")


@pytest.fixture(scope="module")
def etude(tools, given):
    return ANSWERING["etude"](tools, given())


def test_etude_says_what_it_found_read_cited_and_took(etude):
    output = etude(POLLY)
    assert "speech" in output.prediction
    assert not output.refused
    assert {cited.section for cited in output.citations} == {"services.md#Amazon Polly"}
    assert f"[{output.citations[0].marker}]" in output.prediction
    assert output.passages[0].section == "services.md#Amazon Polly"
    assert "lifelike speech" in output.passages[0].text
    assert 1 <= output.read <= len(output.passages)
    scores = [passage.score for passage in output.passages[: output.read]]
    assert scores == sorted(scores, reverse=True)
    assert 0 < output.first_token < output.seconds
    assert output.tokens_in > 300
    assert output.tokens_out > 0


def test_what_is_refused_after_the_search_was_not_read(etude):
    output = etude(WORLD_CUP)
    assert output.refused
    assert output.read == 0
    assert output.tokens_in == output.tokens_out == 0
    assert output.passages
    assert not output.citations


def test_sections_with_an_id_are_named_by_it(etude):
    output = etude(Sample(id="t", prompt="What does Amazon Textract read?", notes="given"))
    assert output.passages[0].section == "textract"


def test_the_model_alone_reads_nothing(tools):
    output = ANSWERING["closed"](tools, Variant())(POLLY)
    assert output.prediction
    assert not output.passages
    assert output.tokens_in < 100
    assert 0 < output.first_token <= output.seconds


def test_the_naive_pipeline_reads_its_passages_and_cites_none(tools, given):
    output = ANSWERING["naive"](tools, given())(POLLY)
    assert output.prediction
    assert output.read == len(output.passages) == 2
    # One passage is the whole file: it is named after the gold section that it holds.
    assert output.passages[0].section == "services.md#Amazon Polly"
    assert not output.citations


def test_the_prompt_that_was_chosen_is_the_one_that_is_read(tools, given, etude):
    output = ANSWERING["etude"](tools, given(prompt="answer-zero-shot"))(POLLY)
    assert output.tokens_in < etude(POLLY).tokens_in - 200


def test_notes_cut_by_characters_are_found_and_cited_by_their_sections(tools, given):
    output = ANSWERING["etude"](tools, given(chunking="characters-120"))(POLLY)
    assert all(len(passage.text) <= 120 + len("services.md\n") for passage in output.passages)
    assert output.passages[0].section == "services.md#Amazon Polly"


def test_a_retriever_changes_what_comes_first(tools, given):
    found = {}
    for retriever in ("etude", "dense", "bm25", "rrf"):
        # "sun" is the only word in common, and it is Garden's.
        sample = Sample(id="x", prompt="Does a talking chatbot need the sun?", notes="given")
        found[retriever] = ANSWERING["etude"](tools, given(retriever=retriever))(sample).passages[0].section
    assert found["bm25"] == "garden.md#Roses"
    assert found["dense"] == "services.md#Amazon Lex"


@pytest.mark.parametrize(
    ("system", "choice", "said"),
    [
        ("etude", {"prompt": "choice"}, "There is no answer prompt 'choice'; there are answer, answer-"),
        ("etude", {"chunking": "words"}, "there are headings and characters-N"),
        ("etude", {"chunking": "characters-5"}, "from 100 to 10,000"),
        ("etude", {"retriever": "google"}, "there are etude, dense, bm25, sentence, rrf"),
        ("closed", {"prompt": "answer"}, "closed has no prompt to choose"),
        ("naive", {"chunking": "characters-500"}, "naive has no chunking to choose"),
        ("naive", {"guardrail": "strict"}, "naive has no guardrail to choose"),
        ("etude", {"guardrail": "none-of-that-name"}, "none-of-that-name"),
    ],
)
def test_a_choice_that_there_is_not_is_refused(tools, given, system, choice, said):
    with pytest.raises(InputError) as caught:
        ANSWERING[system](tools, given(**choice))
    assert said in str(caught.value)


def test_notes_that_are_not_there_are_refused(tools, tmp_path, given):
    with pytest.raises(InputError, match="There is no folder of notes"):
        ANSWERING["etude"](tools, Variant(notes=tmp_path / "none"))
    with pytest.raises(InputError, match="notes that are lost"):
        ANSWERING["etude"](tools, given())(POLLY.model_copy(update={"notes": "lost"}))
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="nothing to read"):
        ANSWERING["etude"](tools, Variant(notes=tmp_path / "empty"))(POLLY)


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("I do not know.", True),
        ("The context does not mention who won.", True),
        ("Amazon Polly turns text into speech.", False),
    ],
)
def test_refusals_in_free_words_are_seen(text, refused):
    assert refuses(text) is refused
