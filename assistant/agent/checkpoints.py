"""Where conversations with the agent are kept: LangGraph's checkpoints, in the database of the records.

With them a conversation goes on after a restart, also one that waits for a confirmation. A table beside them takes note
of each confirmation that was decided, so that none counts twice, whichever process is first.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Engine, MetaData, String, Table, insert, make_url
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from assistant.errors import RecordsError
from assistant.records.engine import BUSY_TIMEOUT_MS, explain, open_engine, place_of

if TYPE_CHECKING:
    from langgraph.checkpoint.base import BaseCheckpointSaver

_POSTGRES_CONNECTIONS = 4
_DECIDED = Table("agent_decisions", MetaData(), Column("id", String(64), primary_key=True))


class Checkpoints:
    """The checkpoints behind a database URL; safe to share between threads.

    Raises:
        RecordsError: the database cannot be opened or written. Every method may raise it.

    """

    def __init__(self, url: str) -> None:
        self._engine = open_engine(url)
        try:
            _DECIDED.metadata.create_all(self._engine)
            self.saver = _saver(self._engine, url)
        except (SQLAlchemyError, sqlite3.Error) as error:
            self._engine.dispose()
            raise RecordsError(explain(place_of(self._engine), _wrapped(error))) from error

    def claim(self, confirmation_id: str) -> bool:
        """Take note that a confirmation is decided; False where it was before."""
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(_DECIDED).values(id=confirmation_id))
        except IntegrityError:
            return False
        except SQLAlchemyError as error:
            raise RecordsError(explain(place_of(self._engine), error)) from error
        return True

    def forget(self, thread: str) -> None:
        """Delete a conversation."""
        self.saver.delete_thread(thread)

    def close(self) -> None:
        """Give the connections back."""
        self.saver.conn.close()
        self._engine.dispose()


def _saver(engine: Engine, url: str) -> Any:
    if engine.dialect.name == "sqlite":
        from langgraph.checkpoint.sqlite import SqliteSaver

        connection = sqlite3.connect(engine.url.database or ":memory:", check_same_thread=False)
        connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        saver: BaseCheckpointSaver[Any] = SqliteSaver(connection)
        saver.setup()  # type: ignore[attr-defined]
        return saver
    if engine.dialect.name == "postgresql":
        return _postgres(url)
    raise RecordsError(
        f"The agent keeps its conversations in SQLite or PostgreSQL, not in {engine.dialect.name}. Set `database`."
    )


def _postgres(url: str) -> Any:
    try:
        from langgraph.checkpoint.postgres import PostgresSaver
        from psycopg import Connection
        from psycopg.rows import DictRow, dict_row
        from psycopg_pool import ConnectionPool
    except ModuleNotFoundError as error:
        raise RecordsError(
            "The agent needs one more package with PostgreSQL: pip install langgraph-checkpoint-postgres"
        ) from error
    place = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    # A pool, which opens a connection anew after the server was restarted.
    pool = ConnectionPool(
        place,
        connection_class=Connection[DictRow],
        kwargs={"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row},
        min_size=1,
        max_size=_POSTGRES_CONNECTIONS,
        check=ConnectionPool.check_connection,
        open=True,
    )
    saver = PostgresSaver(pool)
    saver.setup()
    return saver


def _wrapped(error: Exception) -> SQLAlchemyError:
    return error if isinstance(error, SQLAlchemyError) else SQLAlchemyError(str(error))
