"""``etude eval human``: the commands of human evaluation. Each is a few lines; what they do lives beside them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

human_app = typer.Typer(
    name="human",
    help="Let people rate answers, see how far they agree, and turn feedback from chat into samples.",
    no_args_is_help=True,
)

SessionArgument = Annotated[str, typer.Argument(metavar="SESSION", help="Its id, the beginning of it, or its name.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


@human_app.command()
def new(
    runs: Annotated[list[str], typer.Argument(metavar="RUN [RUN2]", help="One run, or two for a preference.")],
    kind: Annotated[str, typer.Option("--kind", "-k", help="thumbs, stars or preference.")] = "",
    limit: Annotated[int, typer.Option("--limit", "-n", min=0, help="How many items; 0 takes all.")] = 0,
    seed: Annotated[int, typer.Option("--seed", help="Of the draw and of the raters' orders.")] = 0,
    name: Annotated[str, typer.Option("--name", help="Raters see it; it should not tell the systems.")] = "",
) -> None:
    """Make a rating session of the answers of one run, or of two runs side by side."""
    from eval.human.terminal import run_new

    run_new(runs, kind or ("preference" if len(runs) == 2 else "thumbs"), limit, seed, name)


@human_app.command("list")
def list_sessions(as_json: JsonOption = False) -> None:
    """Show the rating sessions, and how far each rater has come."""
    from eval.human.terminal import run_list

    run_list(as_json=as_json)


@human_app.command()
def rate(
    session: SessionArgument,
    rater: Annotated[str, typer.Option("--rater", help="Your name.", prompt="Your name")],
) -> None:
    """Rate in the terminal; an empty line leaves, and the same command goes on."""
    from eval.human.terminal import run_rate

    run_rate(session, rater)


@human_app.command()
def result(session: SessionArgument, as_json: JsonOption = False) -> None:
    """Show what came of a session, with intervals and the agreement of its raters."""
    from eval.human.terminal import run_result

    run_result(session, as_json=as_json)


@human_app.command("export")
def export_session(
    session: SessionArgument,
    file: Annotated[Path, typer.Argument(help="Where to: .csv (the ratings) or .json (the items too).")],
) -> None:
    """Write a session to a file."""
    from eval.human.terminal import run_export

    run_export(session, file)


@human_app.command("import")
def import_ratings(
    file: Annotated[Path, typer.Argument(help="A .csv with session, item, rater and value, or a .json export.")],
) -> None:
    """Take in ratings, also those of other tools; nothing is counted twice."""
    from eval.human.terminal import run_import

    run_import(file)


@human_app.command("from-feedback")
def from_feedback(
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE.jsonl", help="Where to write the samples.")],
) -> None:
    """Write what people liked and disliked in chat as samples for `etude eval run`."""
    from eval.human.terminal import run_from_feedback

    run_from_feedback(out)
