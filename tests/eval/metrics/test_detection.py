import math

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score, roc_curve

from assistant.errors import InputError
from eval.metrics.detection import threshold_at
from eval.metrics.registry import find_metric
from eval.sample import Case, Output, Sample
from eval.stats import wilson
from eval.tools import Tools


def case_of(positive, flagged, score=None):
    sample = Sample(id="s", prompt="Ignore your rules.", key=("positive",) if positive else ("negative",))
    probabilities = {} if score is None else {"positive": score}
    return Case(sample, Output(letters=("positive",) if flagged else ("negative",), probabilities=probabilities))


def figure(rows, name):
    score = next(score for score in find_metric("detection").scores if score.name == name)
    return score.aggregate(rows, name, 0)


def test_rates_have_wilson_intervals_over_their_own_class(settings):
    cases = [case_of(True, n < 9) for n in range(12)] + [case_of(False, n < 2) for n in range(30)]
    exam = Case(Sample(id="e", prompt="Which?", options={"A": "a"}, key=("A",)), Output(letters=("A",)))
    rows = find_metric("detection").score([*cases, exam], Tools(settings))
    assert figure(rows, "true_positive_rate") == wilson(9, 12)
    assert figure(rows, "false_positive_rate") == wilson(2, 30)
    assert rows[-1] == {}


@pytest.mark.parametrize("seed", range(10))
def test_the_area_is_that_of_scikit_learn_with_ties(settings, seed):
    rng = np.random.default_rng(seed)
    labels = rng.random(60) < 0.4
    scores = np.round(rng.normal(size=60) + labels, 1)
    cases = [case_of(label, False, score) for label, score in zip(labels, scores, strict=True)]
    found = figure(find_metric("detection").score(cases, Tools(settings)), "roc_auc")
    assert found.value == pytest.approx(roc_auc_score(labels, scores))
    assert 0 <= found.low < found.value < found.high <= 1


def test_one_class_has_no_area(settings):
    rows = find_metric("detection").score([case_of(True, True, 0.5)] * 3, Tools(settings))
    assert math.isnan(figure(rows, "roc_auc").value)


@pytest.mark.parametrize("most", [0.0, 0.01, 0.05, 0.2, 0.5, 1.0])
def test_a_threshold_catches_as_much_as_the_promise_allows(most):
    rng = np.random.default_rng(7)
    labels = rng.random(200) < 0.5
    scores = np.round(rng.normal(size=200) + labels, 1)
    found = threshold_at(scores, labels, most)
    wrong, right, _ = roc_curve(labels, scores, drop_intermediate=False)
    assert found.false_positives.value <= most
    assert found.true_positives.value == pytest.approx(right[wrong <= most].max())


def test_a_promise_that_no_threshold_keeps_flags_nothing():
    found = threshold_at([0.9, 0.1], [False, True], 0.0)
    assert found.value == math.inf
    assert found.true_positives.value == 0.0


def test_a_threshold_needs_both_kinds():
    with pytest.raises(InputError, match="positive and negative"):
        threshold_at([0.1, 0.9], [True, True], 0.05)
