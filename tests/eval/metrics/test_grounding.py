import pytest

from eval.metrics.grounding import answer_sentences
from eval.metrics.registry import find_metric
from eval.sample import Case, Output, Passage, Sample

POLLY = Passage(section="amazon-polly", text="- Turns text into lifelike speech\n- Offers 60 voices in 29 languages")
LEX = Passage(section="notes.md#Amazon Lex", text="- Builds chatbots with voice and text\n- Does not read images")


def case_of(prediction, *passages, refused=False, read=None):
    output = Output(prediction=prediction, passages=passages, refused=refused, read=read)
    return Case(Sample(id="s", prompt="What do Amazon Polly and Amazon Lex do?"), output)


def test_an_answer_scores_the_share_of_its_sentences_that_the_passages_support(tools):
    half = "Amazon Polly turns text into lifelike speech. [1] Amazon Polly offers 90 voices in 29 languages."
    true, mixed, swapped = find_metric("grounding").score(
        [
            case_of("Amazon Polly turns text into lifelike speech. Amazon Lex builds chatbots.", POLLY, LEX),
            case_of(half, POLLY, LEX),
            case_of("Amazon Transcribe turns text into lifelike speech.", POLLY, LEX),
        ],
        tools,
    )
    assert [row["grounded"] for row in (true, mixed, swapped)] == [1.0, 0.5, 0.0]
    assert true["grounding_probability"] > mixed["grounding_probability"] > swapped["grounding_probability"]


def test_only_the_passages_that_were_read_count(tools):
    said = "Amazon Lex builds chatbots with voice and text."
    all_found, first_read, nothing_read = find_metric("grounding").score(
        [case_of(said, POLLY, LEX), case_of(said, POLLY, LEX, read=1), case_of(said, POLLY, LEX, read=0)], tools
    )
    assert (all_found["grounded"], first_read["grounded"], nothing_read) == (1.0, 0.0, {})


def test_a_refusal_or_nothing_to_check_has_no_score(tools):
    cases = [case_of("The notes do not cover this.", POLLY, refused=True), case_of("...", POLLY), case_of("Yes.")]
    assert find_metric("grounding").score(cases, tools) == [{}, {}, {}]


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ("Polly speaks. [1][2] Lex listens [3].", [("Polly speaks.", (1, 2)), ("Lex listens.", (3,))]),
        ("See [1](https://a.b) for more", [("See [1](https://a.b) for more", ())]),
        ("- One [1]\n- Two", [("- One", (1,)), ("- Two", ())]),
        ("  ", []),
    ],
)
def test_sentences_come_without_their_markers(answer, found):
    assert answer_sentences(answer) == found
