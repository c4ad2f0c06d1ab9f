"""Evaluations in processes of their own, through the command that measures: what measures is not imported here."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from assistant.errors import InputError
from assistant.jobs.context import Context, JobStopped
from assistant.jobs.kinds import job
from assistant.settings import Settings, environment_of

_NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"
_LOOK = 1.0
"""Seconds between two looks at how far a run is."""
_PATIENCE = 120
"""Seconds for a list or a comparison."""


class Evaluate(BaseModel):
    """What a run tests; `name` is that of the run."""

    model_config = ConfigDict(extra="forbid")

    suite: str = Field(pattern=r"^[a-z]{1,40}$")
    model: str = Field("", max_length=200, pattern=r"^([^-].*)?$")
    limit: int = Field(40, ge=1)
    name: str = Field(pattern=_NAME)


@job("evaluate", Evaluate, minutes=24 * 60, memory_mb=16_000, resumable=True, grace=60)
def evaluate(arguments: Evaluate, context: Context) -> dict[str, Any]:
    """Run a suite; resumed, it goes on after the samples that are done."""
    context.progress(0.0, "opening the models")
    words = ["run", arguments.suite, "--limit", str(arguments.limit), "--name", arguments.name, "--json"]
    command = _command(*words, *(["--model", arguments.model] if arguments.model else []))
    done = context.settings.home / "evaluations" / arguments.name / "samples.jsonl"
    errors = context.folder / "errors.txt"
    with errors.open("w+", encoding="utf-8") as said:
        work = subprocess.Popen(
            command, env=environment_of(context.settings), stdout=subprocess.DEVNULL, stderr=said, cwd=context.folder
        )
        try:
            while work.poll() is None:
                share = min(_lines(done) / arguments.limit, 1.0)
                context.progress(share, f"{_lines(done)} of {arguments.limit} samples")
                context.stop.wait(_LOOK)
        except JobStopped:
            # As Ctrl+C: it ends after the sample at hand, and what is done is kept.
            os.kill(work.pid, signal.SIGINT)
            work.wait()
            raise
        if work.returncode:
            said.seek(0)
            raise InputError(_last_line(said.read()) or f"The evaluation ended with exit code {work.returncode}.")
    return {"run": arguments.name, "suite": arguments.suite, "samples": _lines(done)}


def run_name(suite: str) -> str:
    """Return a name for a new run: date, time and suite."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{suite}-agent"


def finished_runs(settings: Settings) -> list[str]:
    """Return the names of the finished runs, the latest first.

    Raises:
        InputError: they cannot be listed.

    """
    rows: list[Mapping[str, Any]] = json.loads(_said(settings, "list", "--json"))
    return [str(row["id"]) for row in rows if row["manifest"] and row["manifest"]["finished"]]


def compared(settings: Settings, first: str, second: str) -> str:
    """Return the comparison of two runs, in Markdown.

    Raises:
        InputError: one of them is not there or not finished, or they are of different suites.

    """
    return _said(settings, "compare", first, second, "--markdown").strip()


def find_run(settings: Settings, name: str) -> str:
    """Return the whole name of a run by the beginning of it, or of the one that ``last`` is.

    Raises:
        InputError: there is none, or there are several.

    """
    known = [str(row["id"]) for row in json.loads(_said(settings, "list", "--json"))]
    found = known[:1] if name == "last" else [one for one in known if one == name or one.startswith(name)]
    exact = [one for one in found if one == name]
    if len(exact or found) != 1:
        raise InputError(f"There is no run “{name}”. Say “run the qa evaluation” to make one, or give the whole id.")
    return (exact or found)[0]


def _said(settings: Settings, *words: str) -> str:
    try:
        done = subprocess.run(
            _command(*words),
            env=environment_of(settings),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=_PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise InputError("The evaluations do not answer. Try again, or look at the Evaluate tab.") from error
    if done.returncode:
        raise InputError(_last_line(done.stderr) or "The evaluations cannot be read. Look at the Evaluate tab.")
    return done.stdout


def _command(*words: str) -> list[str]:
    return [sys.executable, "-X", "utf8", "-m", "assistant.cli", "eval", *words]


def _lines(file: Path) -> int:
    try:
        return file.read_bytes().count(b"\n")
    except OSError:
        return 0


def _last_line(text: str) -> str:
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")
