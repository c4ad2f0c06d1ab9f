import numpy as np
import pytest

from assistant.exam.grade import scaled_score
from eval.metrics.registry import find_metric
from eval.sample import Case, Output, Sample
from eval.stats import wilson
from eval.tools import Tools

OPTIONS = {letter: f"Option {letter}" for letter in "ABCDE"}


def case_of(key, given, probabilities=None):
    sample = Sample(id="s", prompt="Which?", options=OPTIONS, key=tuple(key), choose=len(key))
    return Case(sample, Output(letters=tuple(given), probabilities=probabilities or {}))


def figure(rows, name):
    score = next(score for score in find_metric("exam").scores if score.name == name)
    return score.aggregate(rows, name, 0)


def test_an_answer_is_right_as_a_whole_or_not_at_all(settings):
    cases = [case_of("B", "B"), case_of("B", "A"), case_of("AC", "CA"), case_of("AC", "AB"), case_of("AC", "A")]
    rows = find_metric("exam").score([*cases, case_of("B", "")], Tools(settings))
    assert [row["accuracy"] for row in rows] == [1, 0, 1, 0, 0, 0]
    assert figure(rows, "accuracy") == wilson(2, 6)
    assert figure(rows, "accuracy_single") == wilson(1, 3)
    assert figure(rows, "accuracy_multiple") == wilson(1, 3)


def test_credit_for_a_part_is_not_won_by_choosing_everything(settings):
    cases = [case_of("ACE", given) for given in ("ACE", "AC", "ACB", "AB", "ABCDE", "")]
    rows = find_metric("exam").score(cases, Tools(settings))
    assert [row["partial_credit"] for row in rows] == pytest.approx([1, 2 / 3, 1 / 3, 0, 1 / 3, 0])
    assert "partial_credit" not in find_metric("exam").score([case_of("A", "A")], Tools(settings))[0]


def test_the_scaled_score_of_a_run_is_that_of_the_exam_room(settings):
    rows = find_metric("exam").score([case_of("A", "A")] * 27 + [case_of("A", "B")] * 13, Tools(settings))
    found = figure(rows, "scaled_score")
    assert round(found.value) == scaled_score(27, 40)
    accuracy = wilson(27, 40)
    assert (found.low, found.high) == pytest.approx((100 + 900 * accuracy.low, 100 + 900 * accuracy.high))


def test_brier_is_the_squared_error_over_all_options(settings):
    sure, even = {"A": 1.0}, dict.fromkeys("ABCDE", 0.2)
    cases = [case_of("A", "A", sure), case_of("B", "A", sure), case_of("C", "A", even), case_of("AB", "AB", even)]
    rows = find_metric("exam").score([*cases, case_of("A", "A")], Tools(settings))
    assert [row.get("brier") for row in rows] == [0.0, 2.0, pytest.approx(0.8**2 + 4 * 0.2**2), None, None]


def test_calibration_is_the_gap_in_each_bin(settings):
    rng = np.random.default_rng(0)
    confidence = rng.uniform(0.2, 1, 60)
    right = rng.random(60) < 0.7
    cases = [
        case_of("A" if hit else "B", "A", {"A": p, "B": (1 - p) / 9}) for p, hit in zip(confidence, right, strict=True)
    ]
    found = figure(find_metric("exam").score(cases, Tools(settings)), "calibration_error")
    bins = np.digitize(confidence, np.linspace(0, 1, 11)[1:-1])
    gaps = [abs(right[bins == b].mean() - confidence[bins == b].mean()) * (bins == b).mean() for b in np.unique(bins)]
    assert found.value == pytest.approx(sum(gaps))
    assert found.low <= found.high


def test_probabilities_that_come_true_are_calibrated(settings):
    cases = [case_of("A" if n < 8 else "B", "A", {"A": 0.8, "B": 0.2}) for n in range(10)]
    lying = [case_of("B", "A", {"A": 1.0})] * 4
    score = find_metric("exam").score
    assert figure(score(cases, Tools(settings)), "calibration_error").value == pytest.approx(0.0)
    assert figure(score(lying, Tools(settings)), "calibration_error").value == 1.0
    assert figure([{}], "calibration_error").n == 0
