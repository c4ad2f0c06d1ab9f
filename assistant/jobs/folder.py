"""The folder of one job: its order, how far it is, how it ended, its log, its lock, and what it makes.

::

    HOME/jobs/cpu.lock            held by the job that runs on a device
    HOME/jobs/cpu-short.lock      held by the short job that runs there beside it
    HOME/jobs/ID/.lock            held by the job's worker as long as it lives
                 job.json         what was ordered
                 progress.json    how far it is
                 outcome.json     what the work came to
                 stop             there when it is to be cancelled
                 log.txt          what it said, masked; log.txt.1 has what came before
                 worker.log       why the worker broke off, where it did
                 inputs/          files that came with the order
                 outputs/         what it makes

Only the owner of the home may read it: the order holds arguments as they were given, the records masked ones.
"""

from __future__ import annotations

import contextlib
import json
import shutil
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.errors import InputError
from assistant.jobs.context import Progress
from assistant.settings import Settings

_GOING = 10.0
"""Seconds that a worker may take to go after it has said how its job ended."""


class Order(BaseModel):
    """What was ordered: all that is needed to do it, or to do it again."""

    model_config = ConfigDict(frozen=True)

    kind: str
    module: str
    arguments: dict[str, Any]
    device: str
    minutes: float
    memory_mb: int
    resumable: bool
    grace: float
    short: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the work came to: a result, or an error for people; neither when it was stopped."""

    result: dict[str, Any] | None = None
    error: str = ""


class JobFolder:
    """The files of one job."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.id = path.name
        self.inputs = path / "inputs"
        self.outputs = path / "outputs"
        self.log = path / "log.txt"
        self.worker_log = path / "worker.log"
        self._stop = path / "stop"

    def make(self, order: Order, inputs: Mapping[str, bytes] | None = None) -> None:
        """Make the folder.

        Args:
            order: what is to be done.
            inputs: files that came with it, by name.

        Raises:
            InputError: it cannot be written; nothing of it is left then.

        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.mkdir(mode=0o700)
            self.inputs.mkdir()
            self.outputs.mkdir()
            for name, data in (inputs or {}).items():
                (self.inputs / name).write_bytes(data)
            self._write("job.json", order.model_dump())
        except OSError as error:
            shutil.rmtree(self.path, ignore_errors=True)
            raise InputError(
                f"{self.path} cannot be made ({error.strerror or error}). Free some space, or set `home` elsewhere."
            ) from error

    def order(self) -> Order | None:
        """Return what was ordered; None where this home has no such job."""
        try:
            return Order.model_validate(self._read("job.json"))
        except ValidationError:
            return None

    def progress(self) -> Progress | None:
        """Return how far it is; None before it has said so."""
        read = self._read("progress.json")
        return Progress(**read) if read else None

    def tell(self, progress: Progress) -> None:
        """Write down how far it is."""
        self._write("progress.json", asdict(progress))

    def outcome(self) -> Outcome | None:
        """Return what the work came to; None as long as it has not ended, or where it died."""
        read = self._read("outcome.json")
        return Outcome(**read) if read else None

    def end(self, outcome: Outcome) -> None:
        """Write down what the work came to.

        Raises:
            TypeError, ValueError: the result cannot be written as JSON.

        """
        self._write("outcome.json", asdict(outcome))

    def stop(self) -> None:
        """Ask for its end."""
        self._stop.touch()

    @property
    def stopping(self) -> bool:
        """Whether its end was asked for."""
        return self._stop.exists()

    def begin_anew(self) -> bool:
        """Forget how an earlier run went, and say whether there was one; what it made stays."""
        again = self.log.exists()
        for file in (self.path / "progress.json", self.path / "outcome.json", self._stop):
            file.unlink(missing_ok=True)
        return again

    def last_lines(self, count: int) -> list[str]:
        """Return the last lines of the log, at most those of the file and the one before it."""
        lines: deque[str] = deque(maxlen=count)
        for file in (self.log.with_name(f"{self.log.name}.1"), self.log):
            with contextlib.suppress(FileNotFoundError), file.open(encoding="utf-8", errors="replace") as text:
                lines.extend(line.rstrip("\n") for line in text)
        return list(lines)

    @contextlib.contextmanager
    def locked(self, seconds: float = 0.0) -> Iterator[bool]:
        """Hold the job's lock for a block, waiting so long for it; gives whether it is held.

        A worker that lives keeps it from others. There is no waiting for a folder that is gone.
        """
        lock = FileLock(self.path / ".lock")
        try:
            lock.acquire(timeout=seconds, poll_interval=0.02)
        except (Timeout, OSError):
            yield False
            return
        try:
            yield True
        finally:
            lock.release()

    def _read(self, name: str) -> dict[str, Any]:
        try:
            read = json.loads((self.path / name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return read if isinstance(read, dict) else {}

    def _write(self, name: str, value: dict[str, Any]) -> None:
        """Replace a file as a whole, so that nobody reads half of it."""
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
        new = self.path / f".{name}.new"
        new.write_text(text, encoding="utf-8")
        new.replace(self.path / name)


def jobs_folder(settings: Settings) -> Path:
    """Return the folder of all jobs."""
    return settings.home / "jobs"


def device_lock(settings: Settings, order: Order) -> FileLock:
    """Return the lock that the job holds which runs on a device, the short one or the other."""
    name = order.device.replace(":", "-") + ("-short" if order.short else "")
    return FileLock(jobs_folder(settings) / f"{name}.lock")


def remove_folders(settings: Settings, job_ids: Iterable[str]) -> None:
    """Delete the folders of jobs whose records are gone, but not of one that was begun again meanwhile."""
    for job_id in job_ids:
        folder = JobFolder(jobs_folder(settings) / job_id)
        if folder.order() is not None:
            with folder.locked(_GOING) as free:
                if free:
                    shutil.rmtree(folder.path, ignore_errors=True)
