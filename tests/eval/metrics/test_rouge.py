import pytest
from rouge_score.rouge_scorer import RougeScorer

from eval.metrics.registry import find_metric
from eval.sample import Case, Output, Sample

NAMES = ["rouge1", "rouge2", "rougeL", "rougeLsum"]


def _rouge(prediction, *references):
    case = Case(Sample(id="1", prompt="", references=references), Output(prediction=prediction))
    return find_metric("rouge").score([case], tools=None)[0]


def test_ascii_texts_score_as_rouge_score_has_them(plain_cases, tools):
    assert len(plain_cases) >= 50
    reference = RougeScorer(NAMES, use_stemmer=True)
    for case, found in zip(plain_cases, find_metric("rouge").score(plain_cases, tools), strict=True):
        known = [reference.score(text, case.output.prediction) for text in case.sample.references]
        best = {name: max(scores[name].fmeasure for scores in known) for name in NAMES}
        assert found == pytest.approx(best, abs=1e-12), case.sample.id


def test_the_example_of_rouge_score():
    found = _rouge("The quick brown dog jumps on the log.", "The quick brown fox jumps over the lazy dog")
    # Six of 8 and of 9 words; "the quick", "quick brown"; "the quick brown jumps the".
    assert found["rouge1"] == pytest.approx(2 * 6 / 17)
    assert found["rouge2"] == pytest.approx(2 * 2 / 15)
    assert found["rougeL"] == pytest.approx(2 * 5 / 17)


def test_every_script_equals_itself(text_cases):
    for case in text_cases:
        for text in (case.output.prediction, *case.sample.references):
            if len(text) < 1_000 and any(letter.isalnum() or ord(letter) > 0x1F000 for letter in text):
                found = _rouge(text, text)
                assert found["rouge1"] == found["rougeL"] == found["rougeLsum"] == 1, text


def test_chinese_is_counted_by_character():
    found = _rouge("深度学习是机器学习的一种方法。", "机器学习是人工智能的一个分支。")
    # 14 characters each, without the full stop; 机器学习 是 的 一 are in both; in a row 机器学习的一.
    assert found["rouge1"] == pytest.approx(7 / 14)
    assert found["rougeL"] == pytest.approx(6 / 14)


def test_marks_belong_to_their_letters():
    assert _rouge("e\u0301tude", "\u00e9tude")["rouge1"] == 1
    assert _rouge("मॉडल", "मडल")["rouge1"] == 0
    assert _rouge("❤️", "❤")["rouge1"] == 1


def test_the_floor_is_low(good_and_shuffled, tools):
    good, shuffled = (find_metric("rouge").score(cases, tools) for cases in good_and_shuffled)
    assert all(row[name] == 1 for row in good for name in NAMES)
    assert sum(row["rougeL"] for row in shuffled) / len(shuffled) < 0.15


def test_the_signature_tells_stems_and_tokens(tools):
    signature = find_metric("rouge").signature(tools)
    assert "Porter" in signature
    assert "ASCII" in signature
