"""Runs a suite against a system: each sample is on the disk as it finishes, so a run that was killed can go on.

`run_evaluation` is the door for programs; `eval.plan.make_plan` checks a spec without running it.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from assistant.errors import DiskFull, EtudeError, InputError
from assistant.models.engine import rewind_engine
from assistant.settings import Settings
from eval.ask import ask_all
from eval.environment import environment, settings_in_force, versions
from eval.folder import Line, Manifest, RunFolder, Spec, no_room
from eval.plan import Plan, make_plan
from eval.runs import differences, find_unfinished, locked, new_folder, runs_folder
from eval.sample import Output, Sample
from eval.scoring import score_run
from eval.suites.registry import SystemFunction

WORKERS = 8
"""Samples that are asked at once where a server answers; the models in this process answer one at a time."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands. ``done`` and ``total`` count samples, and metrics while scoring.

    ``resumed`` samples were done before this went on; ``seconds_left`` is None until one has finished. ``doing`` says
    what is being prepared, where that takes long.
    """

    run: str
    step: Literal["opening", "asking", "scoring"]
    done: int
    total: int
    resumed: int = 0
    seconds_left: float | None = None
    doing: str = ""


Tell = Callable[[Progress], None]


def run_evaluation(
    spec: Spec,
    settings: Settings,
    tell: Tell = lambda progress: None,
    stop: threading.Event | None = None,
    *,
    name: str = "",
    fresh: bool = False,
) -> RunFolder:
    """Run a spec to its end, or go on with an unfinished run of the same spec, data, notes, weights and settings.

    Args:
        spec: what to test.
        settings: the settings in force.
        tell: called with each step.
        stop: set it to stop after the sample at hand; the run is then unfinished and can be gone on with.
        name: what to call the run; without it, it is called by date, time, suite and system.
        fresh: begin a new run even where there is an unfinished one.

    Returns:
        The run; ``manifest().finished`` is empty if it was stopped.

    Raises:
        InputError: the spec cannot be run; see `make_plan`.
        RunBusy: another process is at work on the run.
        DiskFull: there is no room; what is done is kept.
        EtudeError: the system or a metric cannot go on; what is done is kept.

    """
    return carry_out(make_plan(spec, settings), tell, stop, name=name, fresh=fresh)


def carry_out(
    plan: Plan, tell: Tell, stop: threading.Event | None = None, *, name: str = "", fresh: bool = False
) -> RunFolder:
    """Do what `run_evaluation` does, for a plan that was checked before."""
    with _explained(plan):
        manifest = Manifest(
            id="",
            created=_now(),
            spec=plan.spec,
            samples=len(plan.samples),
            settings=settings_in_force(plan.tools.settings),
            environment=environment(),
            versions=versions(),
            hashes=plan.hashes,
        )
        begun = None if fresh else _left_over(plan, manifest, name)
        run = begun or new_folder(plan.tools.settings, plan.spec, name)
        try:
            with locked(run):
                _begin(run, manifest)
                with _kept(run, plan):
                    _ask(run, plan, tell, stop or threading.Event())
                    if len(run.cases()) == len(plan.samples):
                        _score(run, plan, tell)
                        run.write_manifest(run.manifest().model_copy(update={"finished": _now()}))
        except BaseException:
            if not (begun or run.cases()):
                # Nothing to go on with: a choice that the system refuses, or no model.
                shutil.rmtree(run.path, ignore_errors=True)
            raise
    return run


def _left_over(plan: Plan, manifest: Manifest, name: str) -> RunFolder | None:
    if not name:
        return find_unfinished(plan.tools.settings, manifest)
    run = RunFolder(runs_folder(plan.tools.settings) / name)
    if not run.path.exists():
        return None
    if (there := run.manifest()).finished:
        raise InputError(f"The run {name!r} is finished; `etude eval show {name}` shows it. Choose another name.")
    if changed := differences(there, manifest):
        raise InputError(
            f"There is an unfinished run {name!r}, and this one differs from it in {', '.join(changed)}. "
            "Choose another name, or run it as it was begun."
        )
    return run


def _begin(run: RunFolder, manifest: Manifest) -> None:
    run.mend()
    created = run.manifest().created if (run.path / "run.json").exists() else manifest.created
    # Metrics may be others than at the beginning; machine and versions are those that it ends on.
    run.write_manifest(manifest.model_copy(update={"id": run.path.name, "created": created}))


def _ask(run: RunFolder, plan: Plan, tell: Tell, stop: threading.Event) -> None:
    known = run.cases()
    left = [sample for sample in plan.samples if sample.id not in known]
    resumed, total = len(known), len(plan.samples)
    tell(Progress(run.path.name, "opening", resumed, total, resumed))
    if not left or stop.is_set():
        return
    plan.tools.tell = lambda doing: tell(Progress(run.path.name, "opening", resumed, total, resumed, doing=doing))
    ask = _independent(plan.open_system())
    began = time.perf_counter()
    tell(Progress(run.path.name, "asking", resumed, total, resumed))
    workers = WORKERS if plan.tools.settings.backend == "openai" else 1
    proven = any(not case.output.error for case in known.values())
    for done, (sample, output) in enumerate(ask_all(ask, left, workers, stop, proven=proven), start=1):
        run.append(Line(sample=sample, output=output))
        seconds = (time.perf_counter() - began) / done * (len(left) - done)
        tell(Progress(run.path.name, "asking", resumed + done, total, resumed, seconds))


def _independent(ask: SystemFunction) -> SystemFunction:
    """Return a system whose outputs do not depend on what it was asked before, so that a run can go on anywhere."""

    def asked(sample: Sample) -> Output:
        rewind_engine()
        return ask(sample)

    return asked


def _score(run: RunFolder, plan: Plan, tell: Tell) -> None:
    def scored(done: int, total: int) -> None:
        tell(Progress(run.path.name, "scoring", done, total))

    score_run(run, plan.suite, plan.metrics, plan.scoring, scored)


@contextmanager
def _kept(run: RunFolder, plan: Plan) -> Iterator[None]:
    """Say with an error what is kept, and how to go on."""
    try:
        yield
    except EtudeError as error:
        if not (done := len(run.cases())):
            raise
        said = f"{error} {done} of {len(plan.samples)} samples of the run {run.path.name} are done and kept: the same "
        raise type(error)(f"{said}command goes on from there.") from error


@contextmanager
def _explained(plan: Plan) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if not no_room(error):
            raise
        raise DiskFull(
            f"The disk that holds {runs_folder(plan.tools.settings)} is full. Free some space and give the same "
            "command again: it goes on after the samples that are done."
        ) from error


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
