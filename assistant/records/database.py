"""One database behind a URL: its tables and its sessions.

One short session a call, so that any thread may use it. SQLite is the default (write-ahead log, five seconds of
patience when another process writes); any SQLAlchemy URL works.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import func, inspect, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from assistant.errors import RecordsError
from assistant.records.engine import explain, open_engine, place_of
from assistant.records.models import SCHEMA_VERSION, Base, SchemaRow


class Database:
    """The connection; tables that are missing are made.

    Raises:
        RecordsError: the database cannot be opened or written, or a newer Etude made it.

    """

    def __init__(self, url: str) -> None:
        self._engine = open_engine(url)
        self._place = place_of(self._engine)
        self._sessions = sessionmaker(self._engine, expire_on_commit=False)
        try:
            self._prepare()
        except RecordsError:
            self._prepare()  # another process may have been making the same tables

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    @contextmanager
    def session(self, write: bool = False) -> Iterator[Session]:
        """Open a session, committed at the end of the block unless it raises."""
        try:
            with self._sessions() as session, session.begin():
                if write and self._engine.dialect.name == "sqlite":
                    # Take the lock before reading, so that no other writer comes between what is read and written.
                    session.connection().exec_driver_sql("BEGIN IMMEDIATE")
                yield session
        except SQLAlchemyError as error:
            raise RecordsError(explain(self._place, error)) from error

    def _prepare(self) -> None:
        with self.session(write=True) as session:
            known = inspect(session.connection()).has_table(SchemaRow.__tablename__)
            version = session.scalar(select(func.max(SchemaRow.version))) if known else None
            if version is not None and version > SCHEMA_VERSION:
                raise RecordsError(
                    f"{self._place} was written by a newer Etude (layout {version}, this one knows "
                    f"{SCHEMA_VERSION}). Update Etude, or set `database` to another place."
                )
            # Tables are only ever added, so that making those that are missing is the whole migration.
            Base.metadata.create_all(session.connection())
            if version is None:
                session.add(SchemaRow(version=SCHEMA_VERSION))
            elif version < SCHEMA_VERSION:
                session.get_one(SchemaRow, version).version = SCHEMA_VERSION
