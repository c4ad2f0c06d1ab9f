"""The records behind each kind of database."""

import contextlib

import pytest

from assistant.records.database import Database


@pytest.fixture
def database(url):
    with contextlib.closing(Database(url)) as opened:
        yield opened


@pytest.fixture
def rows(database):
    """How many rows a table has."""

    def count(table):
        with database.engine.connect() as connection:
            return connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar()

    return count
