"""``etude records export`` and ``purge``."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import typer

from assistant.errors import InputError
from assistant.jobs.folder import remove_folders
from assistant.records.database import Database
from assistant.records.export import export
from assistant.records.kinds import kinds_of
from assistant.records.purge import Purged, count, purge
from assistant.settings import load_settings
from assistant.terminal.moments import moment


def run_export(file: Path, since: str, kinds: Sequence[str]) -> None:
    """Write records to a file."""
    chosen, first = kinds_of(kinds), moment(since, "--since")
    with _opened() as database:
        typer.echo(f"{export(database, file, chosen, first):,} records are in {file}.")


def run_purge(before: str, older_than: str, kinds: Sequence[str], *, yes: bool) -> None:
    """Count, ask, and delete.

    Raises:
        InputError: both options of age are given, or nobody can be asked.

    """
    if before and older_than:
        raise InputError("Give --before or --older-than, not both.")
    chosen = kinds_of(kinds)
    limit = moment(before, "--before") or moment(older_than, "--older-than")
    with _opened() as database:
        counts = count(database, chosen, limit)
        if not any(counts.values()):
            typer.echo("There is nothing to delete.")
            return
        when = f" from before {limit.astimezone():%Y-%m-%d %H:%M}" if limit else ""
        typer.echo(f"To be deleted{when}: {_listed(counts)}.")
        if not yes:
            if not _somebody_is_there():
                raise InputError("Nothing was deleted: nobody is there to ask. Add --yes to delete without a question.")
            if not typer.confirm("Delete them for good?"):
                typer.echo("Nothing was deleted.")
                return
        done = purge(database, chosen, limit)
        remove_folders(load_settings(), done.jobs)
        _tell(done)


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{table.replace('_', ' ')} {number:,}" for table, number in counts.items() if number)


def _somebody_is_there() -> bool:
    return sys.stdin.isatty()


def _tell(done: Purged) -> None:
    typer.echo(f"Deleted: {_listed(done.rows)}.")
    if done.copies:
        typer.echo(f"Deleted copies from before upgrades: {', '.join(copy.name for copy in done.copies)}.")
    for copy in done.kept_copies:
        typer.echo(f"A copy from before an upgrade may still hold them: {copy}. Delete it when you no longer need it.")
    if done.held:
        typer.echo("Another Etude has the file open: their bytes go from it when that one ends.")


@contextlib.contextmanager
def _opened() -> Iterator[Database]:
    database = Database(load_settings().database_url)
    try:
        yield database
    finally:
        database.close()
