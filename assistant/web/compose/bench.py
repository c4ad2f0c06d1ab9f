"""The jobs of the tab: pieces and trainings, put in line, looked at and ended."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from assistant.composer import work  # its kinds of jobs are declared by importing it
from assistant.errors import InputError
from assistant.jobs.queue import Queue
from assistant.jobs.status import Status
from assistant.records.database import Database
from assistant.records.owners import LOCAL
from assistant.settings import Settings

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MOST_SHOWN = 60


class Bench:
    """Pieces and trainings of one owner: at first the local person's.

    Pieces are composed on the CPU, which takes a second; a GPU is left to training.
    """

    def __init__(self, settings: Settings, database: Database, owner: str = LOCAL) -> None:
        self.settings, self._database = settings, database
        self._queue, self._everybodys = Queue(settings, database, owner), Queue(settings, database)

    def of(self, owner: str) -> Bench:
        """Return the pieces and trainings of another owner."""
        return Bench(self.settings, self._database, owner)

    def compose(self, arguments: Mapping[str, Any]) -> Status:
        """Put a piece in line.

        Raises:
            InputError: the arguments are not right, or too many jobs wait.

        """
        return self._queue.submit("compose", arguments)

    def train(self, arguments: Mapping[str, Any], files: Sequence[tuple[str, bytes]] = ()) -> Status:
        """Put a training in line; the files that it learns from are kept as long as it is known.

        Raises:
            InputError: the arguments are not right, or too many jobs wait.

        """
        # Two files may have the same name.
        named = {f"{number:03d}-{name}": data for number, (name, data) in enumerate(files, start=1)}
        return self._queue.submit("train", arguments, device=best_device(), files={"midi": named})

    def pieces(self) -> list[Status]:
        """Return the latest pieces, those that wait and those that failed among them."""
        return self._queue.jobs("compose")[:_MOST_SHOWN]

    def trainings(self) -> list[Status]:
        """Return the latest trainings."""
        return self._queue.jobs("train")[:_MOST_SHOWN]

    def ahead(self, status: Status) -> Status | None:
        """Return what runs on its device that a job waits for; of somebody else's job not what it is about."""
        mine = {one.id for one in self._queue.jobs(state="running")}
        for one in self._everybodys.jobs(state="running"):
            if (one.device, one.short) == (status.device, status.short):
                return one if one.id in mine else replace(one, arguments={}, result={})
        return None

    def find(self, job_id: str, kind: str) -> Status:
        """Return a job of a kind by its whole id.

        Raises:
            InputError: there is none.

        """
        if not _ID.fullmatch(job_id) or (status := self._queue.find(job_id)).kind != kind:
            raise InputError("There is no such piece." if kind == "compose" else "There is no such training.")
        return status

    def file(self, job_id: str, ending: str) -> Path:
        """Return a file of a piece that is done.

        Raises:
            InputError: there is no such piece or file.

        """
        status = self.find(job_id, "compose")
        name = status.result.get("files", {}).get(ending) if status.state == "done" else None
        if name != f"piece.{ending}" or status.outputs is None:
            raise InputError("There is no such file.")
        path = status.outputs / f"piece.{ending}"
        if path.is_symlink() or not path.is_file():
            raise InputError("The file is gone; compose the piece again.")
        return path

    def version_folder(self, training: Status) -> Path | None:
        """Return the folder of the version that a training writes; None before it has begun."""
        version = work.version_of(training.outputs) if training.outputs else ""
        return work.models_folder(self.settings.home) / version if version else None

    def cancel(self, job_id: str, kind: str) -> Status:
        """Ask for the end of a job; one that is over stays as it is."""
        status = self.find(job_id, kind)
        return status if status.over or status.stopping else self._queue.cancel(status.id)

    def resume(self, job_id: str) -> Status:
        """Put a training that was stopped in line again.

        Raises:
            InputError: it is done, or not over.

        """
        return self._queue.resume(self.find(job_id, "train").id)


@cache
def best_device() -> str:
    """Return the device that a training is put in line for."""
    from assistant.composer.launch import find_device

    return str(find_device("auto"))
