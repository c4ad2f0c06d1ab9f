import io
import json
import math

import numpy as np
import pytest
import sacrebleu
from rich.console import Console

from assistant.errors import InputError
from eval.compare import compare, render, to_dict, to_markdown
from eval.folder import Line, Manifest, RunFolder, Spec, Summary
from eval.metrics.registry import find_metric, metrics
from eval.sample import Case, Output, Sample
from eval.scoring import score_cases
from eval.significance import PRIMARY
from eval.stats import wilson
from eval.suites.registry import suites
from eval.tools import Tools


@pytest.fixture
def new_run(tmp_path, settings):
    """Write a run of these cases, scored by these metrics, as the runner would."""

    def write(name, cases, metrics=("exam",), suite="exam", signature="", recorded=None, **spec):
        folder = RunFolder(tmp_path / name)
        folder.path.mkdir()
        folder.write_manifest(
            Manifest(
                id=name,
                created="2026-01-01",
                spec=Spec(suite=suite, **spec),
                samples=len(cases),
                **(recorded or {}),
            )
        )
        for case in cases:
            folder.append(Line(sample=case.sample, output=case.output))
        found = [score_cases(find_metric(metric), cases, Tools(settings)) for metric in metrics]
        rows = [{name: value for row in rows for name, value in row.items()} for rows in zip(*found, strict=True)]
        folder.write_scores({case.sample.id: {"system": row} for case, row in zip(cases, rows, strict=True)})
        folder.write_summary(Summary(rows={}, signatures=dict.fromkeys(metrics, signature)))
        return folder

    return write


def question(number, letter, **more):
    sample = Sample(id=f"q{number}", prompt=f"Which of {number}?", options={"A": "a", "B": "b"}, key=("A",))
    return Case(sample, Output(letters=(letter,), **more))


def answers(right, seconds=None):
    """A case for each truth value."""
    times = [None] * len(right) if seconds is None else [float(s) for s in seconds]
    return [question(n, "A" if hit else "B", seconds=s) for n, (hit, s) in enumerate(zip(right, times, strict=True))]


def row_of(comparison, name):
    return next(row for row in comparison.rows if row.name == name)


def printed(comparison):
    out = io.StringIO()
    Console(file=out, width=160).print(render(comparison))
    return out.getvalue()


def test_a_better_run_is_found_better_whichever_side_it_stands_on(new_run):
    weak = new_run("weak", answers([n % 2 == 0 for n in range(60)]))
    strong = new_run("strong", answers([n % 10 != 1 for n in range(60)]))
    found = compare(weak, strong)
    accuracy = row_of(found, "accuracy")
    assert (found.winner, accuracy.winner, accuracy.method) == ("B", "B", "McNemar, exact")
    assert accuracy.difference.value == pytest.approx(0.4)
    assert accuracy.difference.low > 0
    assert accuracy.adjusted >= accuracy.difference.p
    assert found.verdict.startswith("B is better: in accuracy")
    turned = compare(strong, weak)
    assert (turned.winner, row_of(turned, "accuracy").difference.value) == ("A", pytest.approx(-0.4))


def test_no_difference_is_said_with_the_size_that_it_would_take(new_run):
    rng = np.random.default_rng(0)
    one, two = (answers(rng.random(40) < 0.7) for _ in range(2))
    found = compare(new_run("one", one), new_run("two", two))
    accuracy = row_of(found, "accuracy")
    assert found.winner == accuracy.winner == ""
    assert found.verdict.startswith("No difference shown over 40 samples")
    assert abs(accuracy.difference.value) < accuracy.needed < 0.7
    assert "no difference shown (it would take 0." in accuracy.verdict
    assert "No difference shown" in printed(found)


def test_a_run_equals_itself(new_run):
    run = new_run("one", answers([True, False] * 10, seconds=range(1, 21)), metrics=("exam", "cost"))
    found = compare(run, run)
    assert found.winner == ""
    assert row_of(found, "seconds").verdict == "equal"
    assert "no difference shown" in row_of(found, "accuracy").verdict
    assert {row.winner for row in found.rows} == {""}


def test_what_is_not_shown_is_smaller_than_what_it_would_take(new_run):
    rng = np.random.default_rng(7)
    for trial in range(6):
        runs = [
            new_run(f"{name} {trial}", answers(rng.random(25) < 0.5 + extra, rng.uniform(1, 3, 25)), ("exam", "cost"))
            for name, extra in (("one", 0.0), ("two", 0.05 * trial))
        ]
        for row in compare(*runs).rows:
            distance = np.log(row.difference.value) if row.ratio else row.difference.value
            if "no difference shown" in row.verdict:
                assert abs(distance) <= (np.log(row.needed) if row.ratio else row.needed)


def test_a_handful_of_samples_shows_nothing(new_run):
    times = [1.0, 2.0, 3.0, 2.0]
    one = new_run("one", answers([False] * 4, times), ("exam", "cost"))
    found = compare(one, new_run("two", answers([True] * 4, [s / 9 for s in times]), ("exam", "cost")))
    assert {row.winner for row in found.rows} == {""}
    for name in ("accuracy", "seconds"):
        assert row_of(found, name).verdict == "no difference shown (too few samples for any)"
    assert to_dict(found)["scores"]["accuracy"]["needed"] is None


def test_times_are_ratios_lower_is_better_and_cost_is_not_quality(new_run):
    seconds = np.random.default_rng(1).uniform(2, 4, 50)
    right = [n % 3 > 0 for n in range(50)]
    slow = new_run("slow", answers(right, seconds), metrics=("exam", "cost"))
    fast = new_run("fast", answers(right, seconds / 2), metrics=("exam", "cost"))
    found = compare(slow, fast)
    time = row_of(found, "seconds")
    assert (time.ratio, time.winner) == (True, "B")
    assert (time.difference.value, time.difference.low) == pytest.approx((0.5, 0.5))
    assert found.winner == ""
    assert "B costs less: seconds" in found.verdict
    assert "×0.50" in printed(found)


def test_a_corpus_score_is_computed_anew_on_the_same_resamples(new_run):
    said = [f"The {n} quick brown foxes jump over the lazy dog number {n}" for n in range(30)]

    def corpus_bleu(predictions, draw):
        return sacrebleu.corpus_bleu([predictions[n] for n in draw], [[said[n] for n in draw]]).score

    def cases(predictions):
        return [
            Case(Sample(id=f"q{n}", prompt="?", references=(said[n],)), Output(prediction=text))
            for n, text in enumerate(predictions)
        ]

    worse = [text.replace("quick brown", "slow red") if n % 2 else text for n, text in enumerate(said)]
    one, two = (new_run(name, cases(texts), ("bleu",), "qa") for name, texts in (("worse", worse), ("said", said)))
    found = row_of(compare(one, two), "bleu")
    draws = np.random.default_rng(5).integers(0, 30, (400, 30))
    apart = [corpus_bleu(said, draw) - corpus_bleu(worse, draw) for draw in draws]
    low, high = np.percentile(apart, [2.5, 97.5])
    assert found.difference.value == pytest.approx(100 - corpus_bleu(worse, range(30)))
    assert (found.difference.low, found.difference.high) == pytest.approx((low, high), abs=2)
    assert (found.winner, found.method) == ("B", "paired bootstrap")


def test_scores_beside_the_primary_ones_are_explored_and_decide_nothing(new_run):
    rng = np.random.default_rng(3)
    right = rng.random(60) < 0.5
    bold = [
        Case(c.sample, c.output.model_copy(update={"probabilities": {"A": 0.98, "B": 0.02}})) for c in answers(right)
    ]
    modest = [
        Case(c.sample, c.output.model_copy(update={"probabilities": {"A": 0.6, "B": 0.4}})) for c in answers(right)
    ]
    found = compare(new_run("bold", bold), new_run("modest", modest))
    brier = row_of(found, "brier")
    assert (brier.exploratory, brier.winner, brier.verdict) == (True, "", "A looks better (exploratory)")
    assert brier.difference.p < 0.05
    assert math.isnan(brier.adjusted)
    assert row_of(found, "accuracy").adjusted == row_of(found, "accuracy").difference.p
    assert (found.winner, row_of(found, "accuracy").exploratory) == ("", False)
    assert row_of(found, "scaled_score").verdict == "not tested"
    assert "Exploratory, with p as it is and no say in the verdict: " in printed(found)


def test_where_a_run_has_no_primary_score_all_of_them_decide(new_run):
    def run(name, said):
        sample = [Sample(id=f"q{n}", prompt="?", references=("polly speaks",)) for n in range(30)]
        return new_run(name, [Case(s, Output(prediction=said)) for s in sample], ("exact",), "qa")

    found = compare(run("wrong", "lex"), run("right", "polly speaks"))
    assert found.winner == "B"
    assert not any(row.exploratory for row in found.rows)


def test_every_primary_score_is_one_of_a_metric():
    known = {score.name for metric in metrics().values() for score in metric.scores}
    assert {name for names in PRIMARY.values() for name in names} <= known
    assert set(PRIMARY) <= {*suites(), "own"}


def test_wordings_of_few_questions_show_nothing(new_run):
    def cases(letter):
        asked = [question(n, letter).sample for n in range(3)]
        versions = [s.model_copy(update={"id": f"{s.id}~{n}", "of": s.id}) for s in asked for n in range(10)]
        return [Case(sample, Output(letters=(letter,))) for sample in [*asked, *versions]]

    found = compare(new_run("wrong", cases("B")), new_run("right", cases("A")))
    accuracy = row_of(found, "accuracy")
    assert (accuracy.difference.n, accuracy.method) == (33, "paired bootstrap over questions")
    assert accuracy.difference.p == pytest.approx(0.25)
    assert accuracy.verdict == "no difference shown (too few samples for any)"
    assert accuracy.a.high == pytest.approx(wilson(0, 3).high)


def test_a_verdict_says_where_one_run_lost_more_samples(new_run):
    def run(name, lost):
        cases = answers([n % 3 > 0 for n in range(30)])
        return new_run(name, [*cases[lost:], *(Case(c.sample, Output(error="It died.")) for c in cases[:lost])])

    assert "Of these samples A lost 1 and B lost 8 to errors" in compare(run("a", 1), run("b", 8)).verdict
    assert "lost" not in compare(run("c", 2), run("d", 2)).verdict


def test_what_changed_is_all_that_is_recorded(new_run):
    def recorded(part, value):
        return {"hashes": {"notes": "0" * 64}, "environment": {"commit": "abc"}, "versions": {"torch": "2"}} | {
            part: value
        }

    cases = answers([True, False] * 5)
    one = new_run("one", cases, recorded=recorded("settings", {}))
    same = new_run("same", cases, recorded=recorded("settings", {}))
    assert compare(one, same).changed == {}
    assert "Changed: nothing" in printed(compare(one, same))
    for part, value, name in [
        ("hashes", {"notes": "1" * 64}, "SHA-256 of notes"),
        ("environment", {"commit": "def"}, "commit"),
        ("versions", {"torch": "3"}, "torch"),
    ]:
        assert list(compare(one, new_run(name, cases, recorded=recorded(part, value))).changed) == [name]
    dirty = [new_run(n, cases, recorded=recorded("environment", {"commit": "abc-dirty"})) for n in ("x", "y")]
    assert compare(*dirty).changed == {"commit": ("abc-dirty", "abc-dirty")}


def test_samples_without_a_partner_are_counted_and_errors_told(new_run):
    ten, rest = answers([True] * 10), answers([False] * 12)
    rest[3] = Case(rest[3].sample, Output(error="The model died."))
    found = compare(new_run("ten", ten, model="small"), new_run("twelve", rest, model="big"))
    assert (found.pairs, found.only, found.errors) == (10, (0, 2), (0, 1))
    assert row_of(found, "accuracy").difference.n == 9
    assert "in no score: 0 samples in A, 1 in B" in printed(found)
    assert found.changed == {"model": ("small", "big")}
    assert "2 only in B" in to_markdown(found)
    assert "model small -> big" in to_markdown(found)


@pytest.mark.parametrize(
    ("numbers", "more", "reason"),
    [
        (range(50, 60), {}, "share no sample"),
        (range(10), {"suite": "qa"}, "ran exam and two ran qa"),
    ],
)
def test_runs_that_have_nothing_in_common_are_refused(new_run, numbers, more, reason):
    one = new_run("one", [question(n, "A") for n in range(10)])
    two = new_run("two", [question(n, "A") for n in numbers], **more)
    with pytest.raises(InputError, match=reason):
        compare(one, two)


def test_data_that_changed_between_the_runs_are_refused(new_run):
    one = answers([True] * 5)
    two = [Case(case.sample.model_copy(update={"key": ("B",)}), case.output) for case in one]
    with pytest.raises(InputError, match=r"data changed between one and two: 5 samples, the first 'q0'"):
        compare(new_run("one", one), new_run("two", two))


def test_a_run_without_scores_is_refused(new_run):
    one, two = new_run("one", answers([True] * 5)), new_run("two", answers([True] * 5))
    (two.path / "summary.json").unlink()
    with pytest.raises(InputError, match="no figures"):
        compare(one, two)


def test_scores_that_were_computed_in_different_ways_are_not_compared(new_run):
    one, two = (new_run(name, answers([True, False] * 5), signature=name) for name in ("one", "two"))
    found = compare(one, two)
    assert found.rows == []
    assert found.verdict == "No score of quality can be compared."
    assert "'one' and 'two'" in found.skipped["exam"]


def test_the_dictionary_is_json_and_the_markdown_a_table(new_run):
    cases = answers([True, False] * 5, seconds=[1.0] * 10)
    cases = [Case(c.sample, c.output.model_copy(update={"memory": 100.0})) for c in cases]
    found = compare(new_run("a|b", cases, ("exam", "cost")), new_run("c", cases, ("exam", "cost")))
    data = json.loads(json.dumps(to_dict(found), allow_nan=False))
    assert data["scores"]["memory"]["p"] is None
    assert data["scores"]["accuracy"]["a"] == {"value": 0.5, **_interval(found), "n": 10}
    table = [line for line in to_markdown(found).splitlines() if line.startswith("|")]
    assert len({line.count("|") for line in table}) == 1
    assert len(table) == len(found.rows) + 2


def _interval(comparison):
    estimate = row_of(comparison, "accuracy").a
    assert not math.isnan(estimate.low)
    return {"low": estimate.low, "high": estimate.high}
