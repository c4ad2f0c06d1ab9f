"""Where runs live, how they are named and found, and whether two gave the same outputs."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from assistant.errors import InputError, RunBusy
from assistant.settings import Settings
from eval.folder import Manifest, RunFolder, Spec, no_room

LAST = "last"
"""Names the run that was begun last."""
MEASURED = frozenset({"seconds", "first_token", "memory"})
"""What differs between two runs that gave the same outputs."""
_SCORING = {"metrics": (), "judge": "", "encoder": ""}
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True)
class Listed:
    """A run in a list. ``manifest`` is None where it cannot be read; ``problem`` then says why."""

    folder: RunFolder
    manifest: Manifest | None
    done: int = 0
    problem: str = ""


def runs_folder(settings: Settings) -> Path:
    """Return the folder of all runs, and of what they make once and use again."""
    return settings.home / "evaluations"


def list_runs(settings: Settings) -> list[Listed]:
    """Return all runs, the latest first; those of another version of Etude stand last."""
    found = [_listed(RunFolder(file.parent)) for file in runs_folder(settings).glob("*/run.json")]
    return sorted(found, key=lambda run: (run.manifest.created if run.manifest else "", run.folder.path), reverse=True)


def find_run(settings: Settings, name: str) -> RunFolder:
    """Return a run by its id, the beginning of its id, ``last``, or the path of its folder.

    Raises:
        InputError: there is none, there are several, or it was written by another version of Etude.

    """
    path = Path(name).expanduser()
    if (path / "run.json").is_file():
        return _readable(RunFolder(path))
    names = {run.folder.path.name: run.folder for run in list_runs(settings)}
    if name == LAST and names:
        return _readable(next(iter(names.values())))
    begun = [known for known in names if known.startswith(name)] if name else []
    if name in names or len(begun) == 1:
        return _readable(names[name if name in names else begun[0]])
    if begun:
        raise InputError(f"{len(begun)} runs begin with {name!r}: {', '.join(begun[:5])}. Write more of the name.")
    hint = "`etude eval list` shows them." if names else "There is none yet; `etude eval run SUITE` makes one."
    raise InputError(f"There is no run {name!r}. {hint}")


def find_unfinished(settings: Settings, manifest: Manifest) -> RunFolder | None:
    """Return the latest unfinished run that a manifest would go on with: same samples asked of the same system."""
    for run in list_runs(settings):
        if run.manifest and not run.manifest.finished and not differences(run.manifest, manifest):
            return run.folder
    return None


def differences(one: Manifest, other: Manifest) -> list[str]:
    """Return what makes the outputs of two runs differ: choices, settings, files and packages by name."""
    first, second = one.spec.model_copy(update=_SCORING), other.spec.model_copy(update=_SCORING)
    found = [name for name in Spec.model_fields if getattr(first, name) != getattr(second, name)]
    for mine, yours in ((one.settings, other.settings), (one.hashes, other.hashes), (one.versions, other.versions)):
        found += sorted(name for name in {*mine, *yours} if mine.get(name) != yours.get(name))
    return found


def new_folder(settings: Settings, spec: Spec, name: str = "") -> RunFolder:
    """Make the folder of a new run; without a name it is called by date, time, suite and system.

    Raises:
        InputError: the name cannot be one, or is taken.

    """
    base = name or f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{spec.suite}-{spec.system}"
    if not _NAME.fullmatch(base) or base == LAST:
        raise InputError(f"{base!r} cannot name a run. Use letters, digits, dots, dashes and underscores.")
    home = runs_folder(settings)
    try:
        home.mkdir(parents=True, exist_ok=True)
        for end in ("",) if name else ("", *(f"-{number}" for number in range(2, 1000))):
            with contextlib.suppress(FileExistsError):
                (home / f"{base}{end}").mkdir()
                return RunFolder(home / f"{base}{end}")
    except OSError as error:
        if no_room(error):
            raise
        raise InputError(
            f"{home} cannot be written ({error.strerror or error}). Give yourself access to it."
        ) from error
    raise InputError(f"There is a run {base!r} already. Choose another name.")


@contextmanager
def locked(run: RunFolder) -> Iterator[None]:
    """Keep every other writer out of a run.

    Raises:
        RunBusy: another process or thread is at work on it.

    """
    lock = FileLock(run.path / ".lock", timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise RunBusy(
            f"Another process is at work on the run {run.path.name}. Wait until it is done, or begin a new run with "
            "`--fresh`."
        ) from error
    try:
        yield
    finally:
        lock.release()


def digest(run: RunFolder) -> str:
    """Return the SHA-256 of what a run asked and got, whatever the order and the time it took."""
    rows = [
        {"sample": case.sample.model_dump(), "output": case.output.model_dump(exclude=set(MEASURED))}
        for _, case in sorted(run.cases().items())
    ]
    return hashlib.sha256(json.dumps(rows, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def same_outputs(one: RunFolder, other: RunFolder) -> bool:
    """Say whether two runs asked the same and got the same, times and memory apart."""
    return digest(one) == digest(other)


def command_of(spec: Spec) -> str:
    """Return the command that runs a spec."""
    words = ["etude", "eval", "run", spec.suite]
    for name, default in ((name, field.default) for name, field in Spec.model_fields.items() if name != "suite"):
        if (value := getattr(spec, name)) != default:
            words += [f"--{name}", ",".join(value) if isinstance(value, tuple) else str(value)]
    return shlex.join(words)


def _listed(folder: RunFolder) -> Listed:
    try:
        manifest = folder.manifest()
        return Listed(folder, manifest, manifest.samples if manifest.finished else len(folder.cases()))
    except InputError as error:
        return Listed(folder, None, problem=str(error))


def _readable(folder: RunFolder) -> RunFolder:
    folder.manifest()
    return folder
