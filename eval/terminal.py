"""What ``etude eval`` does and prints: tables and sentences for a person, JSON for a program."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer
from rich.console import Console, RenderableType
from rich.text import Text

from assistant.errors import InputError
from assistant.settings import load_settings
from eval import tables
from eval.folder import RunFolder, Spec
from eval.metrics.registry import metrics
from eval.names import near
from eval.plan import Plan, make_plan
from eval.run import Progress, carry_out
from eval.runs import find_run, list_runs, runs_folder
from eval.scoring import OWN, rescore, suite_of
from eval.suites.registry import Suite, suites
from eval.tools import Tools

_REPORTS = {".html": "html", ".md": "md", ".json": "json"}


def run_suites(
    spec: Spec, names: Sequence[str], systems: Sequence[str], name: str, *, fresh: bool, as_json: bool
) -> None:
    """Run each suite against each system that it has; everything is checked before the first begins."""
    settings = load_settings()
    if not names and not spec.data:
        raise InputError("Name a suite, as in `etude eval run qa`, or a file of your own questions with `--data`.")
    asked = [suite_of(spec.model_copy(update={"suite": name})) for name in dict.fromkeys(names or [OWN])]
    plans = [make_plan(spec.model_copy(update=chosen), settings) for chosen in _chosen(asked, systems)]
    made: list[RunFolder] = []
    for plan in plans:
        own = f"{name}-{plan.spec.suite}-{plan.spec.system}" if name and len(plans) > 1 else name
        made.append(watch(plan, own, fresh=fresh))
        if not as_json:
            _print(tables.run_table(made[-1]))
    if as_json:
        _print_json([tables.run_dict(run) for run in made])


def show_runs(*, as_json: bool) -> None:
    """Print the list of runs."""
    found = list_runs(load_settings())
    if as_json:
        _print_json([tables.listed_dict(run) for run in found])
    else:
        _print(tables.runs_table(found) if found else Text("There is no run yet. `etude eval run SUITE` makes one."))


def show_run(name: str, *, as_json: bool) -> None:
    """Print the figures of a run."""
    run = find_run(load_settings(), name)
    if as_json:
        _print_json(tables.run_dict(run))
    else:
        _print(tables.run_table(run))


def show_comparison(a: str, b: str, *, as_json: bool, markdown: bool) -> None:
    """Print a comparison of two runs."""
    from eval.compare import compare, render, to_dict, to_markdown

    settings = load_settings()
    found = compare(find_run(settings, a), find_run(settings, b))
    if as_json:
        _print_json(to_dict(found))
    elif markdown:
        typer.echo(to_markdown(found), nl=False)
    else:
        _print(render(found))


def write_report(name: str, out: Path | None, form: str) -> None:
    """Write the report of a run; Markdown and JSON go to standard output where no file is named."""
    form = form or _REPORTS.get(out.suffix.lower() if out else "", "html")
    if form not in _REPORTS.values():
        raise InputError(f"There is no report format {form!r}.{near(form, _REPORTS.values())}")
    run = find_run(load_settings(), name)
    if form == "html":
        from eval.report.html import write_html

        out = out or run.path / "report.html"
        with _writing(out):
            write_html(run, out)
    else:
        text = _report_text(run, form)
        if out is None:
            typer.echo(text)
            return
        with _writing(out):
            out.write_text(text, encoding="utf-8")
    typer.echo(f"The report is in {out}.")


def run_rescore(name: str, names: Sequence[str], judge: str, encoder: Path | None, *, as_json: bool) -> None:
    """Compute metrics of a run and print all its figures."""
    settings = load_settings()
    run = find_run(settings, name)
    with _bar() as show:
        rescore(run, settings, names, judge, encoder, lambda done, total: show("scoring", done, total, None))
    show_run(str(run.path), as_json=as_json)


def run_score(file: Path, names: Sequence[str], judge: str, encoder: Path | None, seed: int, *, as_json: bool) -> None:
    """Score a file: JSON lines with the aggregates last, or a table."""
    from eval.rows import score_file

    found = score_file(file, names, Tools(load_settings(), judge, encoder, seed))
    if not as_json:
        _print(tables.figures_table(found.figures, found.signatures))
        return
    for name, scores in found.scores.items():
        typer.echo(json.dumps({"id": name, "scores": scores}, ensure_ascii=False))
    aggregates = {name: figure.model_dump() for name, figure in found.figures.items()}
    typer.echo(json.dumps({"aggregates": aggregates, "signatures": found.signatures}, ensure_ascii=False))


def show_metrics(*, as_json: bool) -> None:
    """Print what can be measured."""
    if as_json:
        _print_json([tables.metric_dict(metric) for metric in metrics().values()])
    else:
        _print(tables.metrics_table(metrics().values()))


def show_suites(*, as_json: bool) -> None:
    """Print what can be tested."""
    if as_json:
        _print_json([tables.suite_dict(suite) for suite in suites().values()])
    else:
        _print(tables.suites_table(suites().values()))


def _chosen(asked: Sequence[Suite], systems: Sequence[str]) -> Iterator[dict[str, str]]:
    """Yield suites with systems; a system that only some of the suites have is left out of the others, aloud."""
    known = list(dict.fromkeys(system for suite in asked for system in suite.systems))
    for system in systems:
        if system not in known:
            names = ", ".join(suite.name for suite in asked)
            raise InputError(f"There is no system {system!r} for {names}.{near(system, known)}")
    for suite in asked:
        for system in dict.fromkeys(systems or list(suite.systems)[:1]):
            if system in suite.systems:
                yield {"suite": suite.name, "system": system}
            else:
                typer.echo(f"{suite.name} has no system {system}; it is left out there.", err=True)


def watch(plan: Plan, name: str = "", *, fresh: bool = False) -> RunFolder:
    """Run a plan before a person's eyes: a bar with the time left, and one sentence when it is interrupted."""
    last: Progress | None = None
    with _bar() as show:

        def tell(progress: Progress) -> None:
            nonlocal last
            if last is None:
                began = f"Going on with the run {progress.run}: {progress.done} of {progress.total} samples are done."
                typer.echo(began if progress.done else f"The run {progress.run} has begun.", err=True)
            last = progress
            said = f"{plan.spec.suite} x {plan.spec.system}, {progress.doing or progress.step}"
            show(said, progress.done, progress.total, progress.seconds_left)

        try:
            return carry_out(plan, tell, name=name, fresh=fresh)
        except KeyboardInterrupt:
            done = len(RunFolder(runs_folder(plan.tools.settings) / last.run).cases()) if last else 0
            kept = f" {done} samples of the run {last.run} are kept: the same command goes on." if last and done else ""
            typer.echo(f"Stopped.{kept}", err=True)
            raise typer.Exit(130) from None


_Show = Callable[[str, int, int, float | None], None]


@contextmanager
def _bar() -> Iterator[_Show]:
    """Give a function of ``(what, done, total, seconds left)`` that draws a bar, where a person is watching."""
    if not sys.stderr.isatty():
        yield lambda said, done, total, seconds: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.fields[left]}"))
    with Bar(TextColumn("{task.description}"), *columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, left="")

        def show(said: str, done: int, total: int, seconds: float | None) -> None:
            left = "" if seconds is None else f"about {_duration(seconds)} left"
            bar.update(task, description=said, completed=done, total=total, left=left)

        yield show


def _report_text(run: RunFolder, form: str) -> str:
    if form == "md":
        from eval.report.markdown import markdown

        return markdown(run)
    from eval.report.machine import report_dict

    return json.dumps(report_dict(run), ensure_ascii=False, indent=2)


@contextmanager
def _writing(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InputError(f"{file} cannot be written ({error.strerror or error}). Choose another place.") from error


def _print(what: RenderableType) -> None:
    Console(highlight=False, markup=False).print(what)


def _print_json(what: Any) -> None:
    typer.echo(json.dumps(what, ensure_ascii=False, indent=2))


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"
