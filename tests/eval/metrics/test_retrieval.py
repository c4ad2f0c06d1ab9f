import numpy as np
import pytest
import pytrec_eval

from eval.metrics.registry import find_metric
from eval.sample import Case, Output, Passage, Sample
from eval.tools import Tools

TREC = {
    "hit@1": "success_1",
    "hit@5": "success_5",
    "recall@5": "recall_5",
    "recall@10": "recall_10",
    "precision@5": "P_5",
    "mrr": "recip_rank",
    "ndcg@10": "ndcg_cut_10",
    "map": "map",
}


def case_of(found, gold, **more):
    passages = tuple(Passage(section=section, text=f"About {section}.") for section in found)
    return Case(Sample(id="s", prompt="Which?", gold=tuple(gold)), Output(passages=passages, **more))


def by_definition(found, gold):
    """The definitions of the field, written out; ``found`` names no section twice."""
    right = np.array([section in gold for section in found], float)
    ranks = np.arange(1, len(found) + 1)
    precision = np.cumsum(right) / ranks
    discount = 1 / np.log2(np.arange(1, 11) + 1)
    best = discount[: len(gold)].sum()
    first = ranks[right > 0]
    return {
        "hit@1": float(right[:1].any()),
        "hit@5": float(right[:5].any()),
        "recall@5": right[:5].sum() / len(gold),
        "recall@10": right[:10].sum() / len(gold),
        "precision@5": right[:5].sum() / 5,
        "mrr": 1 / first[0] if len(first) else 0.0,
        "ndcg@10": (right[:10] * discount[: len(right[:10])]).sum() / best,
        "map": (precision * right).sum() / len(gold),
    }


@pytest.fixture
def rankings():
    """80 random ones: of 0 to 20 sections out of 30, with 1 to 12 right ones."""
    rng = np.random.default_rng(0)
    names = [f"notes.md#{n}" for n in range(30)]
    sizes = [(int(rng.integers(0, 21)), int(rng.integers(1, 13))) for _ in range(80)]
    return [(rng.permutation(names)[:found].tolist(), rng.permutation(names)[:gold].tolist()) for found, gold in sizes]


def test_rankings_score_as_the_definitions_say_and_as_trec_eval_does(rankings, settings):
    rows = find_metric("retrieval").score([case_of(*ranking) for ranking in rankings], Tools(settings))
    gold = {str(n): dict.fromkeys(right, 1) for n, (_, right) in enumerate(rankings)}
    run = {
        str(n): {section: 1 / (place + 1) for place, section in enumerate(found)}
        for n, (found, _) in enumerate(rankings)
        if found
    }
    measures = {"success", "recall", "P", "recip_rank", "ndcg_cut", "map"}
    reference = pytrec_eval.RelevanceEvaluator(gold, measures).evaluate(run)
    for n, (row, (found, right)) in enumerate(zip(rows, rankings, strict=True)):
        assert row == pytest.approx(by_definition(found, right))
        trec = {name: reference[str(n)][theirs] if found else 0.0 for name, theirs in TREC.items()}
        assert row == pytest.approx(trec)


def test_passages_of_one_section_count_once_at_the_best_place(settings):
    score = find_metric("retrieval").score
    repeated, plain = score([case_of("aabacb", "bc"), case_of("abc", "bc")], Tools(settings))
    assert repeated == plain
    assert repeated["mrr"] == 0.5


def test_nothing_found_scores_0_unless_the_system_never_searches(settings):
    score = find_metric("retrieval").score
    searched = score([case_of("a", "a"), case_of("", "a"), case_of("a", "")], Tools(settings))
    assert searched[0]["mrr"] == 1.0
    assert set(searched[1].values()) == {0.0}
    assert searched[2] == {}
    assert score([case_of("", "a"), case_of("", "b")], Tools(settings)) == [{}, {}]


def test_passages_without_a_section_are_not_one_section(settings):
    (row,) = find_metric("retrieval").score([case_of(["", "", "b"], "b")], Tools(settings))
    assert row["mrr"] == pytest.approx(1 / 3)


def read_case(texts, read, reference="Amazon Polly speaks.", answerable=True, prompt="Which service reads text aloud?"):
    passages = tuple(Passage(section=f"s{n}", text=text) for n, text in enumerate(texts))
    sample = Sample(id="s", prompt=prompt, references=(reference,) if reference else (), answerable=answerable)
    return Case(sample, Output(passages=passages, read=read))


def test_context_is_what_the_model_read_and_no_more(shared_settings):
    tools = Tools(shared_settings)
    near, far = "Amazon Polly is a service that reads text aloud: it speaks.", "Roses need six hours of sun a day."
    rows = find_metric("context").score(
        [read_case([near, far], 1), read_case([far, near], 1), read_case([near, far], 2), read_case([near], 0)], tools
    )
    question, vector, other = tools.embedder.encode(["Which service reads text aloud?", near, far])
    assert rows[0]["context_relevance"] == pytest.approx(float(question @ vector), abs=1e-5)
    assert rows[2]["context_relevance"] == pytest.approx(float((question @ vector + question @ other) / 2), abs=1e-5)
    assert rows[0]["context_relevance"] > 0.5 > rows[1]["context_relevance"]
    assert [row["context_coverage"] for row in rows] == [1.0, 0.0, 1.0, 0.0]
    assert rows[3]["context_relevance"] == 0.0
    assert find_metric("context").score([read_case([near, far], None)], tools) == [rows[2]]


def test_coverage_counts_what_the_question_does_not_have(shared_settings):
    score, tools = find_metric("context").score, Tools(shared_settings)
    half = read_case(["Polly reads text aloud"], 1, reference="Polly reads text in lifelike voices aloud")
    known = read_case(["It is about text"], 1, reference="Reads text aloud")
    rows = score([half, known], tools)
    assert rows[0]["context_coverage"] == pytest.approx(1 / 3)  # of polly, lifelike and voices
    assert rows[1]["context_coverage"] == pytest.approx(1 / 3)  # of read, text and aloud: there is nothing else


def test_context_says_nothing_of_what_cannot_be_answered_or_was_never_read(shared_settings):
    score, tools = find_metric("context").score, Tools(shared_settings)
    refused, plain = score([read_case(["a word"], 1, answerable=False), read_case(["a word"], 1, reference="")], tools)
    assert refused == {}
    assert set(plain) == {"context_relevance"}
    assert score([read_case(["a word"], 0)], tools) == [{}]
