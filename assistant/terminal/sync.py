"""``etude sync``: progress while it runs, a table and the problems at the end."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from assistant.rooms import (
    DEFAULT_COLLECTION,
    SHIPPED_COLLECTION,
    open_embedder,
    open_index,
    open_sources,
    shipped_notes,
)
from assistant.settings import load_settings
from knowledge.sync import Progress, Step, SyncReport
from knowledge.sync import sync as sync_folder

_STEPS: dict[Step, str] = {"reading": "Reading files", "embedding": "Embedding", "publishing": "Publishing"}


def run_sync(folder: Path | None, collection: str | None, *, rebuild: bool, as_json: bool) -> None:
    """Sync a folder, or the shipped notes when none is given, and report; exit code 2 if a file could not be read."""
    settings = load_settings()
    name = collection or (DEFAULT_COLLECTION if folder else SHIPPED_COLLECTION)
    with progress_bars(quiet=as_json or not sys.stderr.isatty()) as progress:
        report = sync_folder(
            open_index(settings),
            folder or shipped_notes(),
            name,
            open_embedder(settings),
            rebuild=rebuild,
            progress=progress,
        )
    sources = open_sources(settings)
    for other in sources.all(name) if rebuild else ():
        if other.folder != report.folder:
            sources.drop(name, other.folder)
    sources.note(name, report.folder, synced=True)
    if as_json:
        typer.echo(json.dumps(asdict(report), ensure_ascii=False, indent=2))
    else:
        _print(report)
    if report.failed:
        raise typer.Exit(2)


@contextmanager
def progress_bars(*, quiet: bool) -> Iterator[Progress | None]:
    """Give a progress callback that draws one bar a step on standard error, or None when nobody looks."""
    if quiet:
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("[dim]{task.fields[name]}"),
    )
    with Bars(*columns, console=Console(stderr=True)) as bars:
        tasks = {step: bars.add_task(label, total=None, name="", visible=False) for step, label in _STEPS.items()}

        def tell(step: Step, done: int, total: int, name: str) -> None:
            bars.update(tasks[step], completed=done, total=total, name=name, visible=True)

        yield tell


def _print(report: SyncReport) -> None:
    console = Console(highlight=False)
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_row("Collection", report.collection)
    table.add_row("Folder", report.folder)
    changes = [
        f"{count} {word}"
        for count, word in (
            (report.added, "added"),
            (report.changed, "changed"),
            (report.deleted, "deleted"),
            (report.unchanged, "unchanged"),
        )
        if count
    ]
    table.add_row("Files", ", ".join(changes) or "none")
    if report.skipped:
        table.add_row("Left out", f"{report.skipped} of other kinds or hidden")
    table.add_row("In the index", f"{report.files} files, {report.chunks} passages")
    console.print(table)
    for sentence in report.problems:
        console.print(f"Note: {sentence}", markup=False)
    for sentence in report.failed:
        Console(stderr=True, highlight=False).print(f"Not read: {sentence}", markup=False)
