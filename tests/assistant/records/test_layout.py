"""Databases of every older layout, as the Etudes of then wrote them (``layouts/``), are brought to the present."""

import contextlib
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from assistant.errors import RecordsError
from assistant.records import ExamRecords, Invocation, Invocations, RatingRecords, Records
from assistant.records.copies import copies_of, made
from assistant.records.database import Database
from assistant.records.engine import open_engine
from assistant.records.layout import HEAD
from assistant.records.models import Base
from assistant.records.upgrade import scripts, upgrade

ROOT = Path(__file__).parents[3]
LAYOUTS = Path(__file__).with_name("layouts")
OPEN = "import sys; from assistant.records.database import Database; Database(sys.argv[1]).close()"


@pytest.fixture
def old(file):
    """Write the file as an Etude of some layout did."""
    file.parent.mkdir()

    def write(layout):
        with contextlib.closing(sqlite3.connect(file)) as raw:
            raw.executescript((LAYOUTS / f"layout-{layout}.sql").read_text(encoding="utf-8"))
        return f"sqlite:///{file}"

    return write


@pytest.fixture
def layout_3(url):
    """An empty database of layout 3 of either kind."""
    engine = open_engine(url)
    with engine.begin() as connection:
        upgrade(connection, "0001")
        connection.exec_driver_sql("DROP TABLE alembic_version")
    engine.dispose()
    return url


def ask(file, question):
    with contextlib.closing(sqlite3.connect(file)) as raw, raw:
        return raw.execute(question).fetchall()


def differences(connection):
    options = {"compare_type": True, "include_name": lambda name, kind, _: name != "alembic_version"}
    return compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata)


def open_at_once(url, count):
    begun = [
        subprocess.Popen([sys.executable, "-c", OPEN, url], cwd=ROOT, stderr=subprocess.PIPE, text=True)
        for _ in range(count)
    ]
    return [one.communicate(timeout=120)[1] for one in begun]


@pytest.mark.parametrize("layout", [1, 2, 3])
def test_a_users_history_survives_the_upgrade(old, file, layout):
    records = Records(old(layout))
    (conversation,) = records.conversations()
    (turn,) = records.turns(conversation.id)
    assert (conversation.title, turn.answer.citations[0].used, turn.comment) == (
        "Foundation models",
        ((0, 12),),
        "clear",
    )
    exams = ExamRecords(records.database)
    assert [one.question_id for one in exams.attempts()] == (["q1"] if layout >= 2 else [])
    assert set(exams.cards()) == ({"card1"} if layout >= 2 else set())
    sessions = RatingRecords(records.database).sessions()
    assert [one.name for one in sessions] == (["Mine"] if layout == 3 else [])
    invocations = Invocations(records.database)
    invocations.add(Invocation("answer", "a-model", 1.5))
    assert len(invocations.find()) == 1
    with records.database.engine.connect() as connection:
        assert differences(connection) == []
    records.close()


@pytest.mark.parametrize("layout", [1, 2, 3])
def test_a_copy_of_the_file_as_it_was_stands_beside_it(old, file, layout):
    before = datetime.now(UTC)
    Database(old(layout)).close()
    engine = open_engine(f"sqlite:///{file}")
    (copy,) = copies_of(engine)
    engine.dispose()
    assert before <= made(copy) <= datetime.now(UTC)
    assert ask(copy, "SELECT version FROM schema_version") == [(layout,)]
    assert ask(copy, "SELECT question FROM turns") == [("What is a foundation model?",)]
    assert {path.name for path in file.parent.iterdir()} == {file.name, copy.name}
    Database(f"sqlite:///{file}").close()
    assert len(list(file.parent.glob("*.backup"))) == 1


@pytest.mark.parametrize("begun", ["new", "upgraded"])
def test_the_revisions_and_the_models_say_the_same(url, begun, request):
    if begun == "upgraded":
        request.getfixturevalue("layout_3")
    with contextlib.closing(Database(url)) as database, database.engine.connect() as connection:
        assert differences(connection) == []
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").all() == [(HEAD,)]


def test_the_present_layout_is_the_newest_revision():
    assert scripts().get_heads() == [HEAD]


def test_an_etude_from_before_alembic_refuses_what_this_one_wrote(database):
    with database.engine.connect() as connection:
        (version,) = connection.exec_driver_sql("SELECT version FROM schema_version").one()
    assert version > 3


@pytest.mark.parametrize(
    ("table", "column", "value"), [("schema_version", "version", 7), ("alembic_version", "version_num", "'0999'")]
)
def test_a_newer_database_is_refused_and_left_alone(url, table, column, value):
    with contextlib.closing(Database(url)) as database, database.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE {table} SET {column} = {value}")
        connection.exec_driver_sql("DROP TABLE feedback")
        if table == "schema_version":
            connection.exec_driver_sql("DROP TABLE alembic_version")
    shown = str(value).strip("'")
    with pytest.raises(RecordsError, match=rf"newer Etude \(layout {shown}, this one knows {HEAD}\)"):
        Database(url)
    engine = open_engine(url)
    assert not sqlalchemy.inspect(engine).has_table("feedback")
    assert copies_of(engine) == []
    engine.dispose()


def test_an_upgrade_that_fails_changes_nothing(layout_3):
    engine = open_engine(layout_3)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE jobs (mine INTEGER)")
    with pytest.raises(RecordsError):
        Database(layout_3)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT version FROM schema_version").all() == [(3,)]
    tables = sqlalchemy.inspect(engine).get_table_names()
    assert "invocations" not in tables
    assert "alembic_version" not in tables
    engine.dispose()


def test_many_that_open_an_older_database_at_once_upgrade_it_once(layout_3, file):
    assert open_at_once(layout_3, 3) == [""] * 3
    with contextlib.closing(Database(layout_3)) as database, database.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").all() == [(HEAD,)]
    if layout_3.startswith("sqlite"):
        assert len(list(file.parent.glob("*.backup"))) == 1


def test_many_that_open_a_new_database_at_once_make_it_once(url):
    assert open_at_once(url, 3) == [""] * 3
    with contextlib.closing(Database(url)) as database, database.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").all() == [(HEAD,)]


def test_alembic_is_imported_for_an_upgrade_only(file):
    code = f"{OPEN}; print('alembic' in sys.modules)"
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", code, f"sqlite:///{file}"], cwd=ROOT, capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == "False"
