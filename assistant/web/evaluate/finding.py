"""Runs by the names that the page sends: those in Etude's home, and no path of anywhere else."""

from __future__ import annotations

from assistant.errors import InputError
from assistant.settings import Settings
from eval.folder import Manifest, RunFolder
from eval.runs import list_runs, runs_folder


def run_named(settings: Settings, name: str) -> RunFolder:
    """Return the run of that id.

    Raises:
        InputError: there is none, or another version of Etude wrote it.

    """
    folder = runs_folder(settings) / name
    if not name or folder.parent != runs_folder(settings) or name in (".", "..") or not folder.is_dir():
        raise InputError(f"There is no run {name!r} any more. Choose another from the list.")
    run = RunFolder(folder)
    run.manifest()
    return run


def finished_runs(settings: Settings) -> list[Manifest]:
    """Return the runs that came to their end, the latest first."""
    return [run.manifest for run in list_runs(settings) if run.manifest and run.manifest.finished]
