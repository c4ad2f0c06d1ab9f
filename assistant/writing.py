"""Writes a file whole or not at all, so that a crash or a full disk never leaves half of what a person saved."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write_whole(file: Path, text: str) -> None:
    """Write a UTF-8 text with the line ends that it has, in the place of what the file held; its folder is made.

    Raises:
        OSError: it cannot be written.
        UnicodeEncodeError: the text has half a character; the file is then as it was.

    """
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=".", suffix=".part")
    part = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        part.replace(file)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
