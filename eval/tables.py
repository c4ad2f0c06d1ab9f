"""Runs, figures, metrics and suites as tables for a terminal, and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from eval.folder import ORACLE, SHUFFLED, SYSTEM, Figure, RunFolder
from eval.metrics.registry import Metric
from eval.report.content import interval, number, score_of
from eval.runs import Listed, command_of, digest
from eval.suites.registry import Suite


def run_table(run: RunFolder) -> RenderableType:
    """Return the figures of a run beside its control rows."""
    manifest, done = run.manifest(), len(run.cases())
    spec = manifest.spec
    head = [
        f"{manifest.id}: {spec.suite} x {spec.system}, {Path(spec.model).name}",
        f"{done} of {manifest.samples} samples, {manifest.finished or 'not finished'}, outputs {digest(run)[:16]}",
        command_of(spec),
    ]
    if not _scored(run):
        return Group(Text("\n".join(head)), Text("No figures yet: the same command goes on with this run."))
    summary = run.summary()
    if summary.errors:
        head.append(f"{summary.errors} samples were lost to errors; no figure counts them.")
    table = _grid("score", ">value", "95 %", ">oracle", ">shuffled", ">n", ">failed")
    for name, figure in summary.rows[SYSTEM].items():
        controls = (summary.rows.get(row, {}).get(name) for row in (ORACLE, SHUFFLED))
        beside = [number(control.value if control else None, score_of(name).unit) for control in controls]
        table.add_row(name, *_figure(name, figure), *beside, str(figure.n), str(figure.failed))
    return Group(Text("\n".join(head)), table, *_signatures(summary.signatures))


def run_dict(run: RunFolder) -> dict[str, Any]:
    """Return what `run_table` shows, for programs; ``summary`` is None where there are no figures yet."""
    return {
        "id": run.path.name,
        "path": str(run.path),
        "done": len(run.cases()),
        "digest": digest(run),
        "manifest": run.manifest().model_dump(mode="json"),
        "summary": run.summary().model_dump(mode="json") if _scored(run) else None,
    }


def runs_table(runs: Iterable[Listed]) -> Table:
    """Return one row a run."""
    table = _grid("run", "suite", "system", "model", ">samples", "state")
    for run in runs:
        if there := run.manifest:
            samples, state = f"{run.done} of {there.samples}", "finished" if there.finished else "unfinished"
            table.add_row(there.id, there.spec.suite, there.spec.system, Path(there.spec.model).name, samples, state)
        else:
            table.add_row(run.folder.path.name, "", "", "", "", run.problem)
    return table


def listed_dict(run: Listed) -> dict[str, Any]:
    """Return a row of `runs_table`; ``manifest`` is None where it cannot be read."""
    return {
        "id": run.folder.path.name,
        "path": str(run.folder.path),
        "done": run.done,
        "manifest": run.manifest.model_dump(mode="json") if run.manifest else None,
        "problem": run.problem,
    }


def figures_table(figures: Mapping[str, Figure], signatures: Mapping[str, str]) -> RenderableType:
    """Return one row a figure."""
    table = _grid("score", ">value", "95 %", ">n", ">failed")
    for name, figure in figures.items():
        table.add_row(name, *_figure(name, figure), str(figure.n), str(figure.failed))
    return Group(table, *_signatures(signatures))


def metrics_table(metrics: Iterable[Metric]) -> Table:
    """Return one row a score."""
    table = _grid("metric", "score", "what it says", "better")
    for metric in metrics:
        for place, score in enumerate(score for score in metric.scores if not score.hidden):
            first = f"{metric.name} (when named)" if metric.slow else metric.name
            table.add_row("" if place else first, score.name, score.describe, score.better)
    return table


def metric_dict(metric: Metric) -> dict[str, Any]:
    """Return a metric, for programs."""
    return {
        "name": metric.name,
        "slow": metric.slow,
        "needs": sorted(metric.needs),
        "scores": [
            {"name": score.name, "describe": score.describe, "better": score.better, "unit": score.unit}
            for score in metric.scores
            if not score.hidden
        ],
    }


def suites_table(suites: Iterable[Suite]) -> Table:
    """Return one row a suite."""
    table = _grid("suite", "what it asks", "systems", "metrics")
    for suite in suites:
        table.add_row(suite.name, suite.describe, ", ".join(suite.systems), ", ".join(suite.metrics))
    return table


def suite_dict(suite: Suite) -> dict[str, Any]:
    """Return a suite, for programs."""
    return {
        "name": suite.name,
        "describe": suite.describe,
        "systems": list(suite.systems),
        "metrics": list(suite.metrics),
    }


def _scored(run: RunFolder) -> bool:
    return (run.path / "summary.json").is_file()


def _figure(name: str, figure: Figure) -> tuple[str, str]:
    return number(figure.value, score_of(name).unit), interval(figure)


def _signatures(found: Mapping[str, str]) -> list[Text]:
    return [Text(f"{name}: {said}", style="dim") for name, said in sorted(found.items())]


def _grid(*columns: str) -> Table:
    """Return a table; a ``>`` before a column's name sets its numbers flush right."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name in columns:
        table.add_column(name.lstrip(">"), justify="right" if name.startswith(">") else "left", overflow="fold")
    return table
