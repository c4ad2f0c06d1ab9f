"""Scores of runs: beside their controls, by category, and again with other metrics."""

import math

import pytest

from assistant.errors import InputError
from eval.folder import Line, Manifest, RunFolder, Spec
from eval.metrics.registry import Metric, Score, find_metric, metrics, numbers
from eval.sample import Case, Output, Sample
from eval.scoring import figures, rescore, score_cases, score_run
from eval.stats import Estimate
from eval.suites.registry import find_suite
from eval.tools import Tools


@pytest.fixture
def suite():
    return find_suite("qa")


@pytest.fixture
def run(tmp_path, suite):
    """Twenty answered questions of the qa suite, every fourth of them wrong, one lost, written in no order."""
    samples = [sample for sample in suite.samples("dev") if sample.references][:20]
    folder = RunFolder(tmp_path)
    folder.write_manifest(Manifest(id="r", created="now", spec=Spec(suite="qa"), samples=20))
    for place, sample in sorted(enumerate(samples), key=lambda pair: pair[0] % 7):
        output = Output(prediction="no idea" if place % 4 == 0 else sample.references[0])
        folder.append(Line(sample=sample, output=Output(error="too long") if place == 1 else output))
    return folder


def test_the_oracle_is_at_the_top_and_shuffled_answers_near_the_floor(run, suite, settings):
    found = score_run(run, suite, [find_metric("exact")], Tools(settings))
    exact = {row: found.rows[row]["exact_match"] for row in ("system", "oracle", "shuffled")}
    assert exact["oracle"].value == 1.0
    assert exact["shuffled"].value == 0.0
    assert (exact["system"].value, exact["system"].n, exact["system"].failed) == (14 / 19, 19, 1)
    assert exact["shuffled"].failed == 1
    assert found.rows["shuffled"]["token_f1"].value < 0.3
    assert found.errors == 1
    assert sum(part["exact_match"].n for part in found.categories.values()) == 19
    assert found.signatures["exact"]
    assert run.summary() == found


def test_scores_stand_in_the_order_of_ids_whatever_finished_first(run, suite, settings):
    score_run(run, suite, [find_metric("exact")], Tools(settings))
    assert list(run.scores()) == sorted(run.cases())


def test_further_metrics_are_added(run, suite, settings):
    before = score_run(run, suite, [find_metric("exact")], Tools(settings))
    after = rescore(run, settings, ["rouge"])
    assert after.rows["system"]["exact_match"] == before.rows["system"]["exact_match"]
    assert {"rougeL", "exact_match"} <= set(after.rows["oracle"])
    assert {"rougeL", "exact_match"} <= set(next(iter(run.scores().values()))["system"])


def test_figures_of_fewer_samples_are_not_kept(run, suite, settings):
    score_run(run, suite, [find_metric("exact")], Tools(settings))
    more = next(s for s in suite.samples("test") if s.references)
    run.append(Line(sample=more, output=Output(prediction="x")))
    assert "exact_match" not in rescore(run, settings, ["rouge"]).rows["system"]


def test_what_the_samples_lack_is_said(run, settings):
    with pytest.raises(InputError, match=r"exam needs key and options.*and 17 more"):
        rescore(run, settings, ["exam"])


def test_a_run_without_samples_has_no_figures(tmp_path, suite, settings):
    with pytest.raises(InputError, match="no finished samples"):
        score_run(RunFolder(tmp_path), suite, [find_metric("exact")], Tools(settings))


def test_a_failed_score_is_counted_and_a_case_that_is_not_concerned_is_not(settings):
    verdicts = iter([{"grade": 1.0}, {"grade": None}, {}, {"grade": 0.0}])
    judged = Metric(
        "judged", (Score("grade", "A grade."),), lambda cases, tools: [next(verdicts) for _ in cases], frozenset()
    )
    cases = [Case(Sample(id=str(n), prompt="?"), Output()) for n in range(4)]
    figure = figures(judged, score_cases(judged, cases, Tools(settings)), 0)["grade"]
    assert (figure.value, figure.n, figure.failed) == (0.5, 2, 1)


def test_hidden_scores_have_no_figure_and_nan_is_none():
    def total(rows, name, seed):
        return Estimate(sum(numbers(rows, "part")), math.nan, math.nan, len(rows))

    two = Metric(
        "two", (Score("part", "", hidden=True), Score("whole", "", total)), lambda cases, tools: [], frozenset()
    )
    found = figures(two, [{"part": 1.0, "whole": 1.0}, {"part": 2.0, "whole": 2.0}], 0)
    assert set(found) == {"whole"}
    assert (found["whole"].value, found["whole"].low) == (3.0, None)


def test_no_two_metrics_have_a_score_of_one_name():
    names = [score.name for metric in metrics().values() for score in metric.scores]
    assert len(names) == len(set(names))
