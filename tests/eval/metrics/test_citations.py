from eval.metrics.registry import find_metric
from eval.sample import Case, Cited, Output, Sample

POLLY = Cited(marker=1, section="amazon-polly", text="- Turns text into lifelike speech\n- Offers 60 voices")
LEX = Cited(marker=2, section="amazon-lex", text="- Builds chatbots with voice and text")
BOTH = "Amazon Polly turns text into lifelike speech. [{}] Amazon Lex builds chatbots with voice and text. [{}]"


def case_of(prediction, *citations, refused=False, answerable=True, gold=("amazon-polly",)):
    sample = Sample(id="s", prompt="Compare Polly and Lex.", answerable=answerable, gold=gold)
    return Case(sample, Output(prediction=prediction, citations=citations, refused=refused))


def score(tools, *cases):
    return find_metric("citations").score(cases, tools)


def test_markers_at_the_right_sentence_hold_and_exchanged_ones_do_not(tools):
    right, wrong = score(tools, case_of(BOTH.format(1, 2), POLLY, LEX), case_of(BOTH.format(2, 1), POLLY, LEX))
    assert right == {"citation_precision": 1.0, "citation_coverage": 1.0, "cites_gold": 1.0}
    assert wrong == {"citation_precision": 0.0, "citation_coverage": 0.0, "cites_gold": 1.0}


def test_a_marker_without_a_passage_is_wrong_and_a_sentence_without_a_marker_is_not_covered(tools):
    said = "Amazon Polly turns text into lifelike speech. [1][7] It does so in Seattle."
    (row,) = score(tools, case_of(said, POLLY, gold=("amazon-lex",)))
    assert row == {"citation_precision": 0.5, "citation_coverage": 0.5, "cites_gold": 0.0}


def test_an_answer_without_citations_has_no_precision_and_no_coverage(tools):
    cited = case_of(BOTH.format(1, 2), POLLY, LEX)
    bare, refused, unanswerable = score(
        tools,
        case_of("Amazon Polly turns text into speech."),
        case_of("The notes do not cover this.", refused=True),
        case_of("The notes do not cover this.", refused=True, answerable=False),
        cited,
    )[:3]
    assert bare == {"citation_coverage": 0.0, "cites_gold": 0.0}
    assert refused == {"cites_gold": 0.0}
    assert unanswerable == {}


def test_an_empty_answer_does_not_cite_what_it_should(tools):
    empty, _ = score(tools, case_of(""), case_of(BOTH.format(1, 2), POLLY, LEX))
    assert empty == {"cites_gold": 0.0}


def test_a_system_that_never_cites_is_not_scored(tools):
    assert score(tools, case_of("Amazon Polly turns text into speech.")) == [{}]
