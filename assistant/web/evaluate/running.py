"""The one evaluation that the page runs: in a thread of its own, so that chat goes on beside it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from assistant.errors import EtudeError, InputError
from assistant.settings import Settings
from eval.folder import RunFolder, Spec
from eval.run import Progress, run_evaluation
from eval.runs import runs_folder

Evaluate = Callable[..., RunFolder]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class State:
    """What is known of an evaluation. ``run`` is empty until its folder is made, ``error`` unless it broke off.

    ``refused`` says that it broke off before there was anything to keep, so that it has no folder.
    """

    spec: Spec
    busy: bool = True
    stopping: bool = False
    progress: Progress | None = None
    run: str = ""
    error: str = ""
    refused: bool = False


class Runner:
    """Runs one evaluation at a time. The models in this process answer one question at a time, whoever asks."""

    def __init__(self, settings: Settings, evaluate: Evaluate = run_evaluation) -> None:
        self._settings, self._evaluate = settings, evaluate
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._state: State | None = None

    @property
    def state(self) -> State | None:
        """The evaluation that runs, or the last that ran; None before the first."""
        return self._state

    @property
    def busy(self) -> str:
        """The run that is at work; empty when none is."""
        state = self._state
        return state.run if state and state.busy else ""

    def start(self, spec: Spec, name: str = "") -> None:
        """Begin a run, or go on with the unfinished one of that name or of the same spec.

        Raises:
            InputError: another is at work.

        """
        with self._lock:
            if self._state and self._state.busy:
                raise InputError("An evaluation is running. Stop it, or wait until it is done.")
            self._stop = threading.Event()
            self._state = State(spec, run=name)
            self._thread = threading.Thread(target=self._work, args=(spec, name, self._stop), daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Stop after the sample at hand; what is done is kept."""
        self._stop.set()
        with self._lock:
            if self._state and self._state.busy:
                self._state = replace(self._state, stopping=True)

    def wait(self, seconds: float | None = None) -> None:
        """Wait until the run has ended, at most so long."""
        if self._thread:
            self._thread.join(seconds)

    def _work(self, spec: Spec, name: str, stop: threading.Event) -> None:
        error, refused = "", False
        try:
            run = self._evaluate(spec, self._settings, self._tell, stop, name=name)
            self._change(run=run.path.name)
        except EtudeError as problem:
            error, begun = str(problem), self._state.run if self._state else ""
            refused = bool(begun) and not (runs_folder(self._settings) / begun).exists()
        except Exception as problem:
            log.exception("An evaluation broke off")
            error = f"The evaluation broke off ({type(problem).__name__}); Etude's terminal shows more."
        self._change(busy=False, error=error, refused=refused)

    def _tell(self, progress: Progress) -> None:
        self._change(progress=progress, run=progress.run)

    def _change(self, **values: object) -> None:
        with self._lock:
            assert self._state is not None
            self._state = replace(self._state, **values)  # type: ignore[arg-type]
