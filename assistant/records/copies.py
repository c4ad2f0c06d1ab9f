"""Copies of a SQLite file, made beside it before its tables are changed."""

from __future__ import annotations

import contextlib
import glob
import shutil
import sqlite3
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from assistant.errors import RecordsError
from assistant.records.columns import now

_ENDING = ".backup"


def copy_aside(engine: Engine, place: str) -> Path | None:
    """Copy a SQLite file with what its write-ahead log holds; return None where there is no file (server, memory).

    Raises:
        RecordsError: the copy cannot be written.

    """
    file = file_of(engine)
    if file is None:
        return None
    copy = file.with_name(f"{file.name}.{now():%Y%m%dT%H%M%S%fZ}{_ENDING}")
    try:
        with (
            contextlib.closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as source,
            contextlib.closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
            # One file holds all of it: the mode of the log comes along with the copied pages.
            target.execute("PRAGMA journal_mode=DELETE")
        shutil.copymode(file, copy)
    except (sqlite3.Error, OSError) as error:
        with contextlib.suppress(OSError):
            copy.unlink(missing_ok=True)
        raise RecordsError(
            f"{place} is of an older layout, and no copy of it could be made before the upgrade ({error}). "
            "Make room and its folder writable, and try again."
        ) from error
    return copy


def copies_of(engine: Engine) -> list[Path]:
    """Return the copies beside a SQLite file, the oldest first."""
    file = file_of(engine)
    return sorted(file.parent.glob(f"{glob.escape(file.name)}.*{_ENDING}")) if file else []


def made(copy: Path) -> datetime:
    """Return when a copy was made, in UTC."""
    stamp = copy.name.removesuffix(_ENDING).rpartition(".")[2]
    return datetime.strptime(stamp, "%Y%m%dT%H%M%S%f%z")


def file_of(engine: Engine) -> Path | None:
    """Return the file of a SQLite database, or None where there is none."""
    if engine.dialect.name != "sqlite":
        return None
    with engine.connect() as connection:
        name = connection.exec_driver_sql("PRAGMA database_list").first()
    return Path(name[2]) if name and name[2] else None
