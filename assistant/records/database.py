"""One database behind a URL: its tables and its sessions.

One short session a call, so that any thread may use it. SQLite is the default (write-ahead log, five seconds of
patience when another process writes); PostgreSQL by URL keeps the same promises, one writer at a time included.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from assistant.errors import RecordsError
from assistant.records.engine import explain, lock_for_writing, open_engine, place_of
from assistant.records.layout import prepare


class Database:
    """The connection; tables that are missing are made, and older ones upgraded.

    Raises:
        RecordsError: the database cannot be opened or written, or a newer Etude made it.

    """

    def __init__(self, url: str) -> None:
        self.engine = open_engine(url)
        self.place = place_of(self.engine)
        try:
            prepare(self.engine, self.place)
        except SQLAlchemyError as error:
            self.close()
            raise RecordsError(explain(self.place, error)) from error
        except RecordsError:
            self.close()
            raise
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()

    @contextmanager
    def session(self, write: bool = False) -> Iterator[Session]:
        """Open a session, committed at the end of the block unless it raises; one that writes does so alone."""
        try:
            with self._sessions() as session, session.begin():
                if write:
                    lock_for_writing(session.connection())
                yield session
        except SQLAlchemyError as error:
            raise RecordsError(explain(self.place, error)) from error
