"""``etude records``: the commands. Each is a few lines; what they do lives in ``assistant.records``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

records_app = typer.Typer(name="records", help="Write out or delete what Etude has recorded.", no_args_is_help=True)

KindOption = Annotated[
    list[str] | None,
    typer.Option(
        "--kind",
        metavar="KIND",
        help="conversations, invocations, exams, cards, ratings or jobs; may be given several times. All by default.",
    ),
]


@records_app.command("export")
def export_records(
    file: Annotated[Path, typer.Argument(metavar="FILE.jsonl|FILE.csv", help="Where to; CSV holds one kind.")],
    since: Annotated[str, typer.Option("--since", metavar="WHEN", help="Only since a date, or 7d, 24h.")] = "",
    kind: KindOption = None,
) -> None:
    """Write records to a file."""
    from assistant.terminal.keeping import run_export

    run_export(file, since, kind or [])


@records_app.command("purge")
def purge_records(
    before: Annotated[str, typer.Option("--before", metavar="DATE", help="Only what is older than a date.")] = "",
    older_than: Annotated[str, typer.Option("--older-than", metavar="90d", help="Only what is older.")] = "",
    kind: KindOption = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Delete records, after a count and a question, so that their bytes are gone from the file."""
    from assistant.terminal.keeping import run_purge

    run_purge(before, older_than, kind or [], yes=yes)
