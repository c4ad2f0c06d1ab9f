"""Opening the records database, one writer at a time, and saying in one sentence why it cannot be used."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from assistant.errors import RecordsError

BUSY_TIMEOUT_MS = 5000
_WRITER = 0x457475646557
"""The number of PostgreSQL's advisory lock that a writer holds: the letters of EtudeW."""


def open_engine(url: str) -> Engine:
    """Return the engine behind a URL; SQLite keeps a write-ahead log and waits five seconds for other writers.

    PostgreSQL is spoken to through psycopg unless the URL names another driver. Errors never quote what was written.

    Raises:
        RecordsError: the URL, its driver or the folder of its file cannot be used.

    """
    try:
        place = make_url(url)
        if place.drivername in ("postgresql", "postgres"):
            place = place.set(drivername="postgresql+psycopg")
        engine = create_engine(place, hide_parameters=True, pool_pre_ping=place.drivername.startswith("postgresql"))
    except ModuleNotFoundError as error:
        if error.name != "psycopg":
            raise _unusable(error) from error
        raise RecordsError("PostgreSQL needs one more package: pip install 'etude-assistant[postgres]'") from error
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise _unusable(error) from error
    if engine.dialect.name == "sqlite":
        file = engine.url.database
        try:
            if file and not file.startswith((":memory:", "file:")):
                Path(file).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RecordsError(
                f"The folder of {file} cannot be made ({error.strerror}). Set `home` elsewhere."
            ) from error
        event.listen(engine, "connect", _tune_sqlite)
    return engine


def lock_for_writing(connection: Connection) -> None:
    """Take the one writer's place until the transaction ends, so that nobody writes between a read and its write."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    elif connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITER})")


def place_of(engine: Engine) -> str:
    """Name the database for a person, without its password."""
    if engine.dialect.name == "sqlite" and engine.url.database:
        return f"The database {engine.url.database}"
    return f"The database {engine.url.render_as_string(hide_password=True)}"


def explain(place: str, error: SQLAlchemyError) -> str:
    """Say what went wrong and what to do next."""
    said = _first_line(error.orig if isinstance(error, DBAPIError) and error.orig else error)
    known = {
        "disk is full": "has no room left on its disk. Free some space and try again.",
        "disk i/o error": "cannot be read or written (disk error). Check the disk and its free space.",
        "readonly": "cannot be written. Make the file and its folder writable, or set `database` to another place.",
        "unable to open": "cannot be opened. Make its folder writable, or set `database` to another place.",
        "not a database": "is not a database. Move the file away and Etude begins a new one.",
        "malformed": "is damaged. Move the file away and Etude begins a new one.",
        "connection refused": "does not answer. Start its server, or check the setting database.",
        "no such file or directory": "does not answer. Start its server, or check the setting database.",
        "password authentication": "does not accept this user or password. Check the setting database.",
        "permission denied": "does not let this user do that. Check the user in the setting database, and its rights.",
        "locked": "is kept busy by another program. Close that program and try again.",
    }
    for symptom, advice in known.items():
        if symptom in said.lower():
            return f"{place} {advice}"
    return f"{place} cannot be used ({said}). Check the setting database, or set it to another place."


def _unusable(error: Exception) -> RecordsError:
    return RecordsError(
        f"The setting database is not a URL of a database that can be used here ({_first_line(error)}). "
        "Leave it empty for SQLite in Etude's home."
    )


def _tune_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    try:
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.execute("PRAGMA foreign_keys=ON")
    finally:
        cursor.close()


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
