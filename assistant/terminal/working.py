"""What the commands of ``etude jobs`` print."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import get_args

import typer
from rich.console import Console
from rich.table import Table

from assistant.errors import InputError
from assistant.jobs.queue import open_queue
from assistant.jobs.status import Status
from assistant.records.jobs import State
from assistant.settings import load_settings

_SHORT = 8
"""Letters of an id that are shown in a list."""


def show_list(kind: str, state: str, *, as_json: bool) -> None:
    """Print the jobs.

    Raises:
        InputError: there is no such state.

    """
    known: dict[str, State] = {name: name for name in get_args(State)}
    if state and state not in known:
        raise InputError(f"There is no state {state!r}. Choose of {', '.join(known)}.")
    with open_queue(load_settings()) as queue:
        found = queue.jobs(kind, known.get(state))
    if as_json:
        typer.echo(json.dumps([one.for_programs() for one in found], indent=2))
        return
    console = Console(highlight=False)
    if not found:
        console.print("There are no jobs" + (" of that kind and state." if kind or state else " yet."))
        return
    table = Table("Id", "Kind", "Device", "When", "State", box=None, pad_edge=False)
    for one in found:
        table.add_row(one.id[:_SHORT], one.kind, one.device, _when(one.created), line_of(one))
    console.print(table)


def show_one(job_id: str, *, as_json: bool) -> None:
    """Print one job."""
    with open_queue(load_settings()) as queue:
        status = queue.find(job_id)
    if as_json:
        typer.echo(json.dumps(status.for_programs(), indent=2))
        return
    typer.echo("\n".join(_described(status)))


def follow(job_id: str, *, as_json: bool) -> None:
    """Print what changes, a line each (with ``as_json`` a line of JSON), until the job is over.

    Raises:
        typer.Exit: it failed or was cancelled; code 1.

    """
    with open_queue(load_settings()) as queue:
        for status in queue.watch(job_id):
            typer.echo(json.dumps(status.for_programs()) if as_json else line_of(status))
    if status.unfinished:
        raise typer.Exit(1)


def show_log(job_id: str, lines: int, *, as_json: bool) -> None:
    """Print the end of a log."""
    with open_queue(load_settings()) as queue:
        found = queue.log(job_id, lines)
    if as_json:
        typer.echo(json.dumps(found, indent=2))
    elif found:
        typer.echo("\n".join(found))
    else:
        typer.echo("It has written nothing.")


def cancel(job_id: str, *, as_json: bool) -> None:
    """End a job, and print what became of it."""
    with open_queue(load_settings()) as queue:
        status = queue.wait(queue.cancel(job_id).id)
    _tell(status, as_json=as_json)


def resume(job_id: str, *, as_json: bool) -> None:
    """Resume a job, and print where it stands."""
    with open_queue(load_settings()) as queue:
        status = queue.resume(job_id)
    _tell(status, as_json=as_json)


def line_of(status: Status) -> str:
    """Say in a line how a job stands."""
    if status.state == "queued":
        return f"queued, number {status.position} in line for {status.device}" if status.position else "queued"
    if status.state == "failed":
        return f"failed: {status.error}"
    if status.state != "running":
        return status.state
    parts = ["stopping" if status.stopping else "running"]
    if progress := status.progress:
        parts[0] += f" {progress.share:.0%}"
        if progress.seconds_left is not None:
            parts.append(f"about {_duration(progress.seconds_left)} left")
        if progress.text:
            parts.append(progress.text)
    return ", ".join(parts)


def _described(status: Status) -> Iterable[str]:
    yield f"{status.kind} {status.id} on {status.device}"
    yield line_of(status)
    for name, moment in (("In line", status.created), ("Begun", status.started), ("Ended", status.finished)):
        if moment:
            yield f"{name}: {_when(moment)}"
    if status.minutes is not None and status.memory_mb is not None:
        yield f"Limits: {status.minutes:g} minutes, {status.memory_mb:,} MB"
    for title, values in (("Arguments", status.arguments), ("Result", status.result)):
        if values:
            yield f"{title}: {json.dumps(dict(values), ensure_ascii=False)}"
    if status.outputs:
        yield f"Files: {status.outputs}"
    if status.last_lines:
        yield "The last lines of its log:"
        yield from (f"  {line}" for line in status.last_lines)
    if status.resumable:
        yield f"It goes on with: etude jobs resume {status.id[:_SHORT]}"


def _tell(status: Status, *, as_json: bool) -> None:
    typer.echo(json.dumps(status.for_programs(), indent=2) if as_json else f"{status.id}: {line_of(status)}")


def _when(moment: datetime) -> str:
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(seconds, 1):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
