import pytest

from eval.metrics.registry import find_metric
from eval.sample import Case, Cited, Output, Sample
from eval.scoring import figures

MUST = (("20", "twenty"), ("percent", "%"))


def case_of(prediction="", refused=False, answerable=None, must=(), cited=(), gold=()):
    citations = tuple(Cited(marker=n, section=section) for n, section in enumerate(cited, start=1))
    sample = Sample(id="s", prompt="How much?", answerable=answerable, must=must, gold=gold)
    return Case(sample, Output(prediction=prediction, refused=refused, citations=citations))


def test_what_should_be_answered_is_and_what_should_not_is_refused(tools):
    metric = find_metric("refusal")
    rows = metric.score(
        [case_of(refused=refused, answerable=answerable) for answerable, refused in
         [(True, False), (True, False), (True, True), (False, True), (False, False)]] + [case_of()], tools,
    )  # fmt: skip
    assert rows[-1] == {}
    found = figures(metric, rows, 0)
    assert found["refusal_correct"].value == pytest.approx(3 / 5)
    assert found["answered_share"].value == pytest.approx(2 / 3)
    assert found["refused_share"].value == pytest.approx(1 / 2)
    assert (found["refusal_correct"].n, found["answered_share"].n, found["refused_share"].n) == (5, 3, 2)


@pytest.mark.parametrize(
    ("said", "refused", "hit"),
    [
        ("Twenty Percent.", False, 1.0),
        ("20 % [1]", False, 1.0),
        ("About 10 % [20]", False, 0.0),
        ("20 of them", False, 0.0),
        ("I cannot say whether it is 20 percent.", True, 0.0),
        ("", False, 0.0),
    ],
)
def test_a_right_answer_has_one_alternative_of_every_group(tools, said, refused, hit):
    (row,) = find_metric("right").score([case_of(said, refused, True, MUST)], tools)
    assert row == {"must_hit": hit}


def test_right_and_cited_asks_for_a_section_that_holds_the_answer(tools):
    cases = [
        case_of("20 % [1]", must=MUST, cited=["other", "costs"], gold=["costs"]),
        case_of("20 % [1]", must=MUST, cited=["other"], gold=["costs"]),
        case_of("10 % [1]", must=MUST, cited=["costs"], gold=["costs"]),
        case_of("20 %", must=MUST, gold=["costs"]),
    ]
    assert [row["right_and_cited"] for row in find_metric("right").score(cases, tools)] == [1.0, 0.0, 0.0, 0.0]
