"""``etude jobs``: the commands. Each is a few lines; what they do lives in ``assistant.jobs``."""

from __future__ import annotations

from typing import Annotated

import typer

jobs_app = typer.Typer(
    name="jobs", help="Work in the background: composing and training. See, end and resume it.", no_args_is_help=True
)

JobArgument = Annotated[str, typer.Argument(metavar="ID", help="The job's id, or the beginning of it.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


@jobs_app.command("list")
def list_jobs(
    kind: Annotated[str, typer.Option("--kind", help="Only of this kind.")] = "",
    state: Annotated[
        str, typer.Option("--state", help="Only those that are queued, running, done, failed or cancelled.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """List the jobs, the latest first."""
    from assistant.terminal.working import show_list

    show_list(kind, state, as_json=as_json)


@jobs_app.command("show")
def show_job(job: JobArgument, as_json: JsonOption = False) -> None:
    """Show one job: how far it is, what it gave, why it failed."""
    from assistant.terminal.working import show_one

    show_one(job, as_json=as_json)


@jobs_app.command("watch")
def watch_job(job: JobArgument, as_json: JsonOption = False) -> None:
    """Follow a job until it is over; Ctrl+C stops following, and the job goes on."""
    from assistant.terminal.working import follow

    follow(job, as_json=as_json)


@jobs_app.command("log")
def log_of_job(
    job: JobArgument,
    lines: Annotated[int, typer.Option("--lines", "-n", min=1, help="How many of the last lines.")] = 20,
    as_json: JsonOption = False,
) -> None:
    """Print the last lines that a job wrote."""
    from assistant.terminal.working import show_log

    show_log(job, lines, as_json=as_json)


@jobs_app.command("cancel")
def cancel_job(job: JobArgument, as_json: JsonOption = False) -> None:
    """End a job, and wait until it has ended: politely first, then by force."""
    from assistant.terminal.working import cancel

    cancel(job, as_json=as_json)


@jobs_app.command("resume")
def resume_job(job: JobArgument, as_json: JsonOption = False) -> None:
    """Put a job that failed or was cancelled in line again; it goes on where it ended."""
    from assistant.terminal.working import resume

    resume(job, as_json=as_json)
