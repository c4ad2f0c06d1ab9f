"""What every source of weights shares: how it reports progress, what it delivers and how it fails."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

Progress = Callable[[int, int, str], None]
"""Called with the bytes that are here, the bytes of the whole model, and a word on what is going on."""

Report = Callable[[int, str], None]
"""Called by a source with the bytes that are here and a word on what is going on."""


class SourceFailed(Exception):
    """A source cannot deliver; the message is a short reason, and the next source is tried."""


@dataclass(frozen=True)
class Delivered:
    """One file as it came: its hash, and the hash that the source says it must have, if it says so."""

    sha256: str
    published: str = ""


@contextlib.contextmanager
def watching(folder: Path, tell: Callable[[int], None]) -> Iterator[None]:
    """Call ``tell`` five times a second with the bytes in a folder, for clients that cannot report progress."""
    stop = threading.Event()

    def look() -> None:
        while not stop.wait(0.2):
            tell(bytes_in(folder))

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def bytes_in(folder: Path) -> int:
    """Return the size of all files below a folder; files that vanish meanwhile count nothing."""
    total = 0
    with contextlib.suppress(OSError):
        for path in folder.rglob("*"):
            with contextlib.suppress(OSError):
                total += path.stat().st_size if path.is_file() else 0
    return total
