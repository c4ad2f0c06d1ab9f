"""Doom's WAD files: a directory of named lumps of bytes (Doom Wiki, "WAD"). They are read as data only."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from assistant.errors import InputError

_HEADER = struct.Struct("<4sii")
_ENTRY = struct.Struct("<ii8s")


def lumps(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the bytes of every lump in the order of the directory.

    Raises:
        InputError: the file is no WAD, or it is cut.

    """
    data = path.read_bytes()
    try:
        kind, count, directory = _HEADER.unpack_from(data)
        if kind not in (b"IWAD", b"PWAD") or count < 0 or directory < 0:
            raise InputError(f"{path} is not a WAD file. Name one such as freedoom1.wad.")
        for place in range(count):
            start, size, name = _ENTRY.unpack_from(data, directory + place * _ENTRY.size)
            if start < 0 or size < 0 or start + size > len(data):
                raise InputError(f"The WAD file {path} is cut off. Get it again.")
            yield name.rstrip(b"\0").decode("ascii", "replace"), data[start : start + size]
    except struct.error as error:
        raise InputError(f"The WAD file {path} is cut off. Get it again.") from error
