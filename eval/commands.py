"""``etude eval``: the commands. Each is a few lines and imports lazily, so that `etude --help` is instant."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistant.errors import InputError
from eval.human.commands import human_app

eval_app = typer.Typer(
    name="eval",
    help="Measure answers: run suites, score files, report, and compare two runs with error bars.",
    no_args_is_help=True,
)

eval_app.add_typer(human_app, name="human")

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
RunArgument = Annotated[
    str, typer.Argument(metavar="RUN", help="A run: its id, the beginning of it, `last`, or a folder.")
]
MetricsOption = Annotated[
    str, typer.Option("--metrics", metavar="A,B", help="Only these; `etude eval metrics` lists them.")
]
JudgeOption = Annotated[str, typer.Option("--judge", metavar="MODEL", help="The model that judges answers.")]
EncoderOption = Annotated[
    str, typer.Option("--encoder", metavar="FOLDER", help="A Hugging Face encoder, for BERTScore.")
]


@eval_app.command()
def run(
    suites: Annotated[
        list[str] | None, typer.Argument(metavar="[SUITE]...", help="Suites; `etude eval suites` lists them.")
    ] = None,
    system: Annotated[
        str, typer.Option("--system", metavar="A,B", help="Systems under test; each suite's first by default.")
    ] = "",
    model: Annotated[str, typer.Option("--model", help="Catalog id, .gguf file, or the endpoint's model.")] = "",
    prompt: Annotated[str, typer.Option("--prompt", help="The prompt template under test.")] = "",
    chunking: Annotated[str, typer.Option("--chunking", help="How notes are cut into passages.")] = "",
    retriever: Annotated[str, typer.Option("--retriever", help="How passages are found.")] = "",
    guardrail: Annotated[str, typer.Option("--guardrail", help="What must be passed; nothing by default.")] = "",
    notes: Annotated[str, typer.Option("--notes", metavar="FOLDER", help="Notes of your own.")] = "",
    data: Annotated[
        str, typer.Option("--data", metavar="FILE", help="Your own questions, JSONL or CSV; no SUITE then.")
    ] = "",
    metrics: MetricsOption = "",
    judge: JudgeOption = "",
    encoder: EncoderOption = "",
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Only so many samples.")] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of sample order, shuffling and intervals.")] = 0,
    split: Annotated[str, typer.Option("--split", help="dev, test or all.")] = "test",
    name: Annotated[str, typer.Option("--name", help="What to call the run.")] = "",
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin anew even where a run is unfinished.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Run suites against systems, and score what they give.

    Each sample is kept as it finishes: the same command goes on with a run that was stopped, killed or ran out of disk.
    The model writes without sampling, whatever the settings say.
    """
    from eval.folder import Spec
    from eval.terminal import run_suites

    spec = Spec(
        suite="",
        model=model,
        prompt=prompt,
        chunking=chunking,
        retriever=retriever,
        guardrail=guardrail,
        notes=notes,
        data=data,
        metrics=_words(metrics),
        judge=judge,
        encoder=encoder,
        limit=limit or 0,
        seed=seed,
        split=split,
    )
    run_suites(spec, suites or [], _words(system), name, fresh=fresh, as_json=as_json)


@eval_app.command("list")
def list_all(as_json: JsonOption = False) -> None:
    """List the runs, the latest first."""
    from eval.terminal import show_runs

    show_runs(as_json=as_json)


@eval_app.command()
def show(run: RunArgument = "last", as_json: JsonOption = False) -> None:
    """Show the figures of a run beside its two control rows: an oracle, and its own answers shuffled."""
    from eval.terminal import show_run

    show_run(run, as_json=as_json)


@eval_app.command()
def compare(
    a: Annotated[str, typer.Argument(metavar="A", help="A run, as in `etude eval show`.")],
    b: Annotated[str, typer.Argument(metavar="B", help="The run to compare with it.")],
    as_json: JsonOption = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown for a pull request.")] = False,
) -> None:
    """Say whether B is better than A on the same samples, and how sure that is."""
    from eval.terminal import show_comparison

    show_comparison(a, b, as_json=as_json, markdown=markdown)


@eval_app.command()
def report(
    run: RunArgument = "last",
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Where to; its ending is a format.")] = None,
    form: Annotated[str, typer.Option("--format", metavar="html|md|json", help="html by default.")] = "",
) -> None:
    """Write a report: one HTML file that needs no network, Markdown, or JSON."""
    from eval.terminal import write_report

    write_report(run, out, form)


@eval_app.command()
def rescore(
    run: RunArgument,
    metrics: MetricsOption,
    judge: JudgeOption = "",
    encoder: EncoderOption = "",
    as_json: JsonOption = False,
) -> None:
    """Compute further metrics of a run without asking anything again."""
    from eval.terminal import run_rescore

    if not _words(metrics):
        raise InputError("Name metrics, as in `--metrics rouge,bleu`. `etude eval metrics` lists them.")
    run_rescore(run, _words(metrics), judge, Path(encoder) if encoder else None, as_json=as_json)


@eval_app.command()
def export(
    run: RunArgument,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="A .csv or .jsonl file.")] = None,
    mlflow: Annotated[str, typer.Option("--mlflow", metavar="URI", help="MLflow's tracking URI.")] = "",
) -> None:
    """Write one row a sample, with its scores; or log the figures and reports to MLflow."""
    from assistant.settings import load_settings
    from eval.export import export_run
    from eval.report import log_mlflow
    from eval.runs import find_run

    if not (out or mlflow):
        raise InputError("Say where to, as in `etude eval export RUN --out FILE.csv`, or with `--mlflow URI`.")
    found = find_run(load_settings(), run)
    if out:
        typer.echo(f"{export_run(found, out)} samples are in {out}.")
    if mlflow:
        typer.echo(f"MLflow has it as the run {log_mlflow(found, mlflow)}.")


@eval_app.command()
def score(
    file: Annotated[Path, typer.Argument(help="JSONL rows of id, prediction and references.")],
    metrics: MetricsOption = "",
    judge: JudgeOption = "",
    encoder: EncoderOption = "",
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of the intervals.")] = 0,
    as_json: JsonOption = False,
) -> None:
    """Score predictions that something else made: a row each, and aggregates with intervals."""
    from eval.terminal import run_score

    run_score(file, _words(metrics), judge, Path(encoder) if encoder else None, seed, as_json=as_json)


@eval_app.command("metrics")
def list_metrics(as_json: JsonOption = False) -> None:
    """List the metrics and their scores."""
    from eval.terminal import show_metrics

    show_metrics(as_json=as_json)


@eval_app.command("suites")
def list_suites(as_json: JsonOption = False) -> None:
    """List the suites and the systems that each can test."""
    from eval.terminal import show_suites

    show_suites(as_json=as_json)


def _words(given: str) -> tuple[str, ...]:
    return tuple(word for part in given.split(",") if (word := part.strip()))
