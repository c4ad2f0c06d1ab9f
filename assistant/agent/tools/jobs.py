"""Action group jobs: how far work in the background is, ending it, and opening what it made."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlencode

from pydantic import Field

from assistant.agent.context import Context
from assistant.agent.tool import Link, Observation, tool
from assistant.agent.tools.evaluation import ALL_RUNS
from assistant.agent.tools.music import piece_link, training_link
from assistant.errors import InputError

if TYPE_CHECKING:
    from assistant.jobs.status import Status

_Job = Annotated[
    str,
    Field(min_length=4, max_length=36, pattern=r"^[0-9a-f-]+$", description="Id of a job; the last one by default."),
]
_Result = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]


@tool(group="jobs")
def job_status(context: Context, job: _Job | None = None) -> Observation:
    """Say how far a job is: a piece, a training or an evaluation."""
    status = _find(context, job, lambda one: True)
    return Observation(f"The {_kind(status)} is {said_of(status)}.", _links(status), _data(status))


@tool(group="jobs")
def cancel_job(context: Context, job: _Job | None = None) -> Observation:
    """Cancel a job that waits or runs."""
    status = _find(context, job, lambda one: not one.over)
    with context.queue() as queue:
        status = queue.wait(queue.cancel(status.id).id)
    said = "was cancelled" if status.state == "cancelled" else f"could not be cancelled any more; it is {status.state}"
    return Observation(f"The {_kind(status)} {said}.", data=_data(status))


@tool(group="jobs")
def open_result(
    context: Context,
    job: Annotated[_Result | None, Field(description="Id of a job or exam; the last job by default.")] = None,
    run: Annotated[_Result | None, Field(description="Id of an evaluation run.")] = None,
) -> Observation:
    """Open what was made: a piece, a training, an evaluation run or an exam."""
    if run is not None:
        from assistant.agent import evaluating

        found = evaluating.find_run(context.settings, run)
        address = "?" + urlencode({"tab": "evaluate", "run": found})
        return Observation(f"Here is the run {found}.", (Link(found, "run", address),), {"run": found})
    if job is not None and (exam := _exam(context, job)):
        return exam
    status = _find(context, job, lambda one: one.state == "done")
    if status.state != "done":
        return Observation(f"The {_kind(status)} is {said_of(status)}.", _links(status), _data(status))
    return Observation(f"Here is the {_kind(status)}.", _links(status), _data(status))


def said_of(status: Status) -> str:
    """Say in a few words how a job stands."""
    if status.state == "queued":
        return f"waiting, number {status.position} in line for {status.device}"
    if status.state == "failed":
        return f"not done: {status.error.rstrip('.')}"
    if status.state == "running" and status.progress:
        left = status.progress.seconds_left
        rest = f", about {max(left / 60, 1):.0f} minutes left" if left is not None else ""
        return f"{status.progress.share:.0%} done{rest}"
    return {"running": "running", "done": "done", "cancelled": "cancelled"}[status.state]


def _find(context: Context, job: str | None, wanted: Callable[[Status], bool]) -> Status:
    """Return the job of an id, else the last one that is wanted."""
    with context.queue() as queue:
        if job is not None:
            return queue.find(job)
        found = next(filter(wanted, queue.jobs()), None)
    if found is None:
        raise InputError("There is no such job. Say “compose something” to make a piece.")
    return found


def _exam(context: Context, exam_id: str) -> Observation | None:
    exam = context.exam_records().exam(exam_id)
    if exam is None:
        return None
    address = "?" + urlencode({"tab": "exam", "exam": exam.id})
    return Observation("Here is the exam.", (Link("The exam", "exam", address),), {"exam": exam.id})


def _kind(status: Status) -> str:
    return {"compose": "piece", "train": "training", "evaluate": "evaluation"}.get(status.kind, status.kind)


def _links(status: Status) -> tuple[Link, ...]:
    if status.kind == "compose":
        return (piece_link(status.id, str(status.result.get("title") or "The piece")),)
    if status.kind == "train":
        return (training_link(status.id),)
    if status.kind == "evaluate":
        # A run that is not finished has no page of its own; the list says how far each is.
        run = status.arguments.get("name") if status.state == "done" else None
        return (Link(str(run), "run", "?" + urlencode({"tab": "evaluate", "run": run})) if run else ALL_RUNS,)
    return ()


def _data(status: Status) -> dict[str, object]:
    share = status.progress.share if status.progress else None
    return {"job": status.id, "kind": status.kind, "state": status.state, "share": share}
