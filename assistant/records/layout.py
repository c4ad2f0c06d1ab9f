"""Which layout the tables of a database have, and bringing an older one to the present.

A new database gets all tables at once; an older one is upgraded by Alembic, which is imported only then. Whoever opens
first does it while the others wait: SQLite's write lock, an advisory lock in PostgreSQL. A SQLite file is copied first;
backups of a server's database are the business of who runs the server.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Column, Connection, Engine, MetaData, String, Table, func, insert, inspect, select

from assistant.errors import RecordsError
from assistant.records.copies import copy_aside
from assistant.records.engine import BUSY_TIMEOUT_MS, lock_for_writing
from assistant.records.models import Base, SchemaRow

HEAD = "0006"
"""The newest revision in ``migrations/versions``."""
LAST_LAYOUT, MOVED = 3, 4
"""Layouts were numbered before Alembic. A database that Alembic looks after says 4, which Etudes of then refuse."""

_VERSION = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))
_PATIENCE_MS = 60_000
"""Milliseconds that a process waits while another one upgrades."""


def prepare(engine: Engine, place: str) -> None:
    """Make or upgrade the tables where need be.

    Raises:
        RecordsError: a newer Etude wrote the database, or the copy cannot be made.
        SQLAlchemyError: the database cannot be read or written.

    """
    with engine.connect() as connection:
        if _revision(connection) == HEAD:
            return
    with _alone(engine) as connection:
        revision, layout = _revision(connection), _layout(connection)
        if revision == HEAD:
            return
        if revision is None and layout is None:
            _make(connection)
            return
        if revision is None and layout is not None and layout > LAST_LAYOUT:
            raise _newer(place, str(layout))
        from assistant.records.upgrade import knows, upgrade

        if revision is not None and not knows(revision):
            raise _newer(place, revision)
        copy_aside(engine, place)
        upgrade(connection)


def _make(connection: Connection) -> None:
    Base.metadata.create_all(connection)
    _VERSION.create(connection)
    connection.execute(insert(_VERSION).values(version_num=HEAD))
    connection.execute(insert(SchemaRow).values(version=MOVED))


def _revision(connection: Connection) -> str | None:
    known = inspect(connection).has_table(_VERSION.name)
    return connection.scalar(select(_VERSION.c.version_num)) if known else None


def _layout(connection: Connection) -> int | None:
    known = inspect(connection).has_table(SchemaRow.__tablename__)
    return connection.scalar(select(func.max(SchemaRow.version))) if known else None


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """Open a transaction in which nobody else writes; foreign keys rest, as a rebuilt table would delete its rows."""
    with engine.connect() as connection:
        _pragmas(connection, foreign_keys="OFF", busy_timeout=_PATIENCE_MS)
        try:
            with connection.begin():
                lock_for_writing(connection)
                yield connection
        finally:
            if not connection.invalidated:
                _pragmas(connection, foreign_keys="ON", busy_timeout=BUSY_TIMEOUT_MS)


def _pragmas(connection: Connection, **values: str | int) -> None:
    if connection.dialect.name == "sqlite":
        for name, value in values.items():
            connection.exec_driver_sql(f"PRAGMA {name}={value}")
        connection.rollback()


def _newer(place: str, found: str) -> RecordsError:
    return RecordsError(
        f"{place} was written by a newer Etude (layout {found}, this one knows {HEAD}). "
        "Update Etude, or set `database` to another place."
    )
