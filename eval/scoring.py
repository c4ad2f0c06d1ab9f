"""Scores the outputs of a run, and the two control rows beside them.

A sample that was lost to an error has no score: it is counted as failed, and is in no figure's n. Samples are taken in
the order of their ids, so that figures do not depend on which finished first and two runs can be compared in pairs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from assistant.errors import InputError
from assistant.settings import Settings
from eval.controls import oracle, shuffled
from eval.folder import ORACLE, SHUFFLED, SYSTEM, Figure, RunFolder, Spec, Summary
from eval.metrics.registry import Metric, Score, Scores, Value, find_metric
from eval.runs import locked
from eval.sample import Case, Sample
from eval.suites.own import own_suite
from eval.suites.registry import Suite, find_suite
from eval.tools import Tools

OWN = "own"
"""The suite over a file of the user's."""

_Kept = dict[str, dict[str, dict[str, Value]]]
"""Scores by sample, row and name."""
ScoreProgress = Callable[[int, int], None]
"""Called with how many metrics are computed, of how many."""


def score_run(
    run: RunFolder,
    suite: Suite,
    metrics: Sequence[Metric],
    tools: Tools,
    tell: ScoreProgress = lambda done, total: None,
) -> Summary:
    """Score what a run has, write its scores and figures, and return these.

    Figures of other metrics stay as they are if they are of the same samples.

    Raises:
        InputError: the run has no samples yet.
        EtudeError: a metric cannot be computed.

    """
    cases = [case for _, case in sorted(run.cases().items())]
    if not cases:
        raise InputError(f"{run.path.name} has no finished samples yet. The command that began it goes on.")
    seed = tools.seed
    rows = {SYSTEM: cases, ORACLE: oracle(cases, suite), SHUFFLED: shuffled(cases, seed)}
    rows = {name: found for name, found in rows.items() if found}
    scores, summary = _kept(run, [case.sample.id for case in cases])
    for place, metric in enumerate(metrics):
        tell(place, len(metrics))
        for row, row_cases in rows.items():
            found = score_cases(metric, row_cases, tools)
            _forget(metric, scores, summary, row)
            asked = [case.sample.question for case in row_cases]
            summary.rows.setdefault(row, {}).update(figures(metric, found, seed, asked))
            for case, values in zip(row_cases, found, strict=True):
                scores[case.sample.id].setdefault(row, {}).update(values)
            if row == SYSTEM:
                for category, (part, asked) in _by_category(row_cases, found).items():
                    summary.categories.setdefault(category, {}).update(figures(metric, part, seed, asked))
        if signature := metric.signature(tools):
            summary.signatures[metric.name] = signature
    tell(len(metrics), len(metrics))
    summary.errors = sum(bool(case.output.error) for case in cases)
    run.write_scores(scores)
    run.write_summary(summary)
    return summary


def rescore(
    run: RunFolder,
    settings: Settings,
    names: Sequence[str],
    judge: str = "",
    encoder: Path | None = None,
    tell: ScoreProgress = lambda done, total: None,
) -> Summary:
    """Compute metrics of a run that was made before; its other figures stay.

    Raises:
        InputError: there is no metric of that name, or the samples lack what it needs.
        RunBusy: another process is at work on the run.
        EtudeError: a metric cannot be computed.

    """
    spec = run.manifest().spec
    metrics = [find_metric(name) for name in dict.fromkeys(names)]
    samples = [case.sample for case in run.cases().values()]
    for metric in metrics:
        check_needs(metric, samples, f"the run {run.path.name}")
    with locked(run):
        return score_run(run, suite_of(spec), metrics, Tools(settings, judge, encoder, spec.seed), tell)


def suite_of(spec: Spec) -> Suite:
    """Return the suite of a spec; ``own`` is one over the file that ``data`` names.

    Raises:
        InputError: there is none of that name, or the file is missing, wrong, or not for this suite.

    """
    if spec.suite == OWN and not spec.data:
        raise InputError("The suite `own` asks your own questions. Name a file of them with `--data`.")
    if spec.data and spec.suite != OWN:
        raise InputError(f"`--data` brings questions of its own, so it goes with the suite `own`, not {spec.suite}.")
    return own_suite(Path(spec.data)) if spec.data else find_suite(spec.suite)


def score_cases(metric: Metric, cases: Sequence[Case], tools: Tools) -> list[Scores]:
    """Score every case, in order.

    A lost sample that the metric concerns gets None for each score that another one has. A metric that compares with
    references sees answers without their citation markers, which no reference has.
    """
    if "references" in metric.needs:
        cases = [_without_markers(case) for case in cases]
    there = [place for place, case in enumerate(cases) if not case.output.error]
    scored = metric.score([cases[place] for place in there], tools)
    given = {name for row in scored for name in row}
    rows: list[Scores] = [
        dict.fromkeys(given, None) if case.output.error and not lacking(metric, case.sample) else {} for case in cases
    ]
    for place, found in zip(there, scored, strict=True):
        rows[place] = found
    return rows


def figures(metric: Metric, rows: Sequence[Scores], seed: int, questions: Sequence[str] = ()) -> dict[str, Figure]:
    """Return the figures of a metric over cases; those that no case has anything for are left out.

    ``questions`` are what the cases ask (`Sample.question`), on which the intervals rest; see `Score.estimate`.
    """
    return {
        score.name: figure
        for score in metric.scores
        if not score.hidden and (figure := _figure(score, rows, seed, questions))
    }


def lacking(metric: Metric, sample: Sample) -> list[str]:
    """Return the fields that a metric needs and a sample has nothing in."""
    needed = metric.needs & set(Sample.model_fields)
    return sorted(name for name in needed if getattr(sample, name) in (None, (), {}, ""))


def check_needs(metric: Metric, samples: Sequence[Sample], source: str) -> None:
    """Refuse a metric for which every sample lacks something.

    Raises:
        InputError: naming what is missing, and the first samples.

    """
    missing = [lacking(metric, sample) for sample in samples]
    if all(missing):
        first = ", ".join(sample.id for sample in samples[:3])
        more = f" and {len(samples) - 3} more" if len(samples) > 3 else ""
        raise InputError(
            f"{metric.name} needs {' and '.join(missing[0])}, and no sample of {source} has that ({first}{more}). "
            f"Add it, or leave {metric.name} out of `--metrics`."
        )


def _without_markers(case: Case) -> Case:
    markers = "|".join(str(cited.marker) for cited in case.output.citations)
    if not markers:
        return case
    text = re.sub(rf"\s*\[(?:{markers})\]", "", case.output.prediction)
    return Case(case.sample, case.output.model_copy(update={"prediction": text}))


def _forget(metric: Metric, scores: _Kept, summary: Summary, row: str) -> None:
    """Drop what the metric gave before: under another signature, an old figure would be a false one."""
    names = {score.name for score in metric.scores}
    tables: list[dict[str, Any]] = [summary.rows.get(row, {}), *(found.get(row, {}) for found in scores.values())]
    for table in [*tables, *(summary.categories.values() if row == SYSTEM else ())]:
        for name in names & set(table):
            del table[name]


def _figure(score: Score, rows: Sequence[Scores], seed: int, questions: Sequence[str]) -> Figure | None:
    if not any(score.name in row for row in rows):
        return None
    failed = sum(score.name in row and row[score.name] is None for row in rows)
    return Figure.of(score.estimate(rows, seed, questions), failed)


def _by_category(cases: Sequence[Case], rows: Sequence[Scores]) -> dict[str, tuple[list[Scores], list[str]]]:
    """Return the rows of each category, and what their cases ask."""
    found: dict[str, tuple[list[Scores], list[str]]] = {}
    for case, row in zip(cases, rows, strict=True):
        if case.sample.category:
            part, asked = found.setdefault(case.sample.category, ([], []))
            part.append(row)
            asked.append(case.sample.question)
    return dict(sorted(found.items()))


def _kept(run: RunFolder, ids: Sequence[str]) -> tuple[_Kept, Summary]:
    """Return the scores and figures to add to: those that are there if they are of these samples, else none."""
    before: Mapping[str, dict[str, dict[str, Value]]] = run.scores()
    try:
        summary = run.summary()
    except InputError:
        summary = None
    if summary is None or list(before) != list(ids):
        return {name: {} for name in ids}, Summary(rows={})
    return dict(before), summary
