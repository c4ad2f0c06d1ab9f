import re
import string
from collections import Counter

import pytest

from eval.metrics.registry import find_metric
from eval.sample import Case, Output, Sample


def _normalized(text):
    """The four steps of SQuAD's evaluation script, in its order."""
    text = "".join(letter for letter in text.lower() if letter not in set(string.punctuation))
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", text).split())


def _f1(prediction, reference):
    """SQuAD 2.0's rule: where a text is empty, 1 if both are, else 0."""
    given, known = _normalized(prediction).split(), _normalized(reference).split()
    same = sum(min(count, Counter(known)[word]) for word, count in Counter(given).items())
    if not given or not known:
        return float(given == known)
    if same == 0:
        return 0.0
    precision, recall = same / len(given), same / len(known)
    return 2 * precision * recall / (precision + recall)


def _exact(prediction, *references):
    case = Case(Sample(id="1", prompt="", references=references), Output(prediction=prediction))
    return find_metric("exact").score([case], tools=None)[0]


def test_scores_are_those_of_squads_script(text_cases, tools):
    rows = find_metric("exact").score(text_cases, tools)
    assert len(rows) >= 50
    for case, row in zip(text_cases, rows, strict=True):
        given, known = case.output.prediction, case.sample.references
        assert row["exact_match"] == max(float(_normalized(given) == _normalized(text)) for text in known)
        assert row["token_f1"] == pytest.approx(max(_f1(given, text) for text in known), abs=1e-12), case.sample.id


def test_values_computed_by_hand():
    assert _exact("The Eiffel Tower!", "eiffel tower") == {"exact_match": 1, "token_f1": 1}
    # "in Paris France" against "Paris": 1 of 3 and 1 of 1.
    assert _exact("in Paris, France", "Paris") == {"exact_match": 0, "token_f1": pytest.approx(0.5)}
    assert _exact("Sydney", "Canberra", "Sydney") == {"exact_match": 1, "token_f1": 1}
    assert _exact("", "") == {"exact_match": 1, "token_f1": 1}
    assert _exact("", "Paris") == {"exact_match": 0, "token_f1": 0}
    assert _exact("机器学习", "机器学习") == {"exact_match": 1, "token_f1": 1}


def test_the_floor_is_low(good_and_shuffled, tools):
    good, shuffled = (find_metric("exact").score(cases, tools) for cases in good_and_shuffled)
    assert all(row["exact_match"] == row["token_f1"] == 1 for row in good)
    assert all(row["exact_match"] == 0 for row in shuffled)
    assert sum(row["token_f1"] for row in shuffled) / len(shuffled) < 0.15
