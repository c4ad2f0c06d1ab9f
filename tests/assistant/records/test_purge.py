import contextlib
import csv
import json
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from assistant.chat.events import Answer
from assistant.errors import InputError
from assistant.records import (
    Attempt,
    ExamRecords,
    FindingCount,
    Invocation,
    Invocations,
    Jobs,
    Rating,
    RatingRecords,
    RatingSession,
    Records,
    SavedCard,
    SavedReview,
)
from assistant.records.export import export
from assistant.records.kinds import KINDS, kinds_of
from assistant.records.models import ConversationRow, JobRow
from assistant.records.purge import count, purge
from assistant.records.retention import Retention, apply_retention

NOW = datetime.now(UTC)
OLD, NEW = NOW - timedelta(days=100), NOW - timedelta(days=1)
BETWEEN = NOW - timedelta(days=50)


def fill(records, at, name):
    """Put something of every kind in, as old as ``at``."""
    database = records.database
    turn = records.add_turn(f"c-{name}", Answer(f"secret-{name}", "q", "text of an answer " * 40))
    records.rate(turn, True, "good")
    with database.session(write=True) as session:
        session.execute(update(ConversationRow).where(ConversationRow.id == f"c-{name}").values(updated=at))
    findings = (FindingCount("wordPolicy", "PROFANITY", "BLOCK", 1),)
    Invocations(database).add(Invocation("answer", f"model-{name}", 1.0, at=at, findings=findings))
    exams = ExamRecords(database)
    exams.add_attempts([Attempt(f"e-{name}", "practice", "q1", 1, "1.1", ("A",), True, at)])
    card = SavedCard(f"card-{name}", NOW + timedelta(days=200), {"stability": 2.5})
    exams.save_review(card, SavedReview(card.id, 3, at))
    ratings = RatingRecords(database)
    made = RatingSession(name, "stars", ("etude",), created=at)
    ratings.begin(made, {"a": {"question": "first"}})
    ratings.rate(made.id, [Rating("a", "Ann", "3")])


@pytest.fixture
def records(url):
    with contextlib.closing(Records(url)) as opened:
        fill(opened, OLD, "old")
        fill(opened, NEW, "new")
        yield opened


@pytest.fixture
def database(records):
    return records.database


@pytest.fixture
def in_file(file):
    with contextlib.closing(Records(f"sqlite:///{file}")) as opened:
        fill(opened, OLD, "old")
        yield opened


def left(database):
    return {table: number for table, number in count(database, kinds_of([])).items() if number}


def test_what_is_older_goes_with_all_that_belongs_to_it(records, database):
    counted = count(database, kinds_of([]), BETWEEN)
    before = left(database)
    done = purge(database, kinds_of([]), BETWEEN)
    assert done.rows == counted
    assert set(before.values()) == {2}
    assert left(database) == dict.fromkeys(before, 1)
    assert [one.id for one in records.conversations()] == ["c-new"]
    assert [one.model for one in Invocations(database).find()] == ["model-new"]
    assert set(ExamRecords(database).cards()) == {"card-new"}


def test_only_the_kinds_that_are_named_go(records, database):
    purge(database, kinds_of(["invocations"]))
    assert not {"invocations", "invocation_findings"} & set(left(database))
    assert left(database)["turns"] == 2


def test_without_an_age_everything_goes(records, database):
    purge(database, kinds_of([]))
    assert left(database) == {}


def test_what_was_learned_of_cards_outlives_the_time_that_records_are_kept(records, database):
    apply_retention(database, 50)
    assert set(ExamRecords(database).cards()) == {"card-old", "card-new"}
    assert [one.id for one in records.conversations()] == ["c-new"]


def test_retention_works_when_the_server_starts_and_only_where_it_is_set(records, database):
    Retention(database, None).stop()
    assert len(records.conversations()) == 2
    Retention(database, 50).stop()
    assert [one.id for one in records.conversations()] == ["c-new"]


def test_the_bytes_are_gone_from_the_file(in_file, file):
    for number in range(30):
        fill(in_file, NEW, str(number))
    assert any(b"secret-old" in path.read_bytes() for path in file.parent.iterdir())
    done = purge(in_file.database, kinds_of(["conversations", "invocations"]), BETWEEN)
    assert not done.held
    for path in file.parent.iterdir():
        assert b"secret-old" not in path.read_bytes()
        assert b"model-old" not in path.read_bytes()


def test_a_reader_that_holds_the_bytes_is_told_of(in_file, file):
    with contextlib.closing(sqlite3.connect(file)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM turns").fetchall()
        assert purge(in_file.database, kinds_of([])).held


def test_copies_go_when_all_that_they_hold_is_to_go(in_file, file):
    database = in_file.database
    copies = [file.with_name(f"{file.name}.{at:%Y%m%dT%H%M%S%fZ}.backup") for at in (OLD, NEW)]
    for copy in copies:
        copy.write_bytes(b"")
    assert purge(database, kinds_of(["conversations"]), BETWEEN).kept_copies == tuple(copies)
    done = purge(database, [kind for kind in KINDS.values() if kind.history], BETWEEN)
    assert (done.copies, done.kept_copies) == ((copies[0],), (copies[1],))
    assert [copy.exists() for copy in copies] == [False, True]


def test_lines_of_json_hold_every_kind(records, database, tmp_path):
    out = tmp_path / "all.jsonl"
    number = export(database, out, kinds_of([]))
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert len(lines) == number == sum(left(database).values())
    assert {line["record"] for line in lines} == {"conversations", "invocations", "exams", "cards", "ratings"}
    turn = next(line for line in lines if line["table"] == "turns")
    assert (turn["conversation_id"], turn["question"], turn["citations"]) == ("c-old", "secret-old", [])
    invocation = next(line for line in lines if line["table"] == "invocations")
    assert datetime.fromisoformat(invocation["at"]) == OLD
    assert export(database, out, kinds_of([]), since=BETWEEN) == number / 2
    assert b"secret-old" not in out.read_bytes()


def test_a_table_holds_one_kind_and_no_formula(records, database, tmp_path):
    Invocations(database).add(Invocation("answer", "=cmd()", 1.0, parameters={"top_k": 40}))
    out = tmp_path / "invocations.csv"
    assert export(database, out, kinds_of(["invocations"])) == 3
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["model"] for row in rows] == ["model-old", "model-new", "'=cmd()"]
    assert json.loads(rows[2]["parameters"]) == {"top_k": 40}
    assert rows[0]["input_tokens"] == ""


@pytest.mark.parametrize(
    ("name", "kinds", "says"),
    [
        ("x.xlsx", [], "as .jsonl or .csv, not .xlsx"),
        ("x.csv", [], "holds one kind"),
        ("missing/x.jsonl", [], "cannot be written"),
    ],
)
def test_an_export_that_cannot_be_is_one_sentence(database, tmp_path, name, kinds, says):
    with pytest.raises(InputError, match=says):
        export(database, tmp_path / name, kinds_of(kinds))


def test_a_kind_that_is_not_there_is_one_sentence():
    with pytest.raises(InputError, match=r"no kind of records 'chats'\. Choose of conversations"):
        kinds_of(["chats"])


def test_jobs_go_when_they_are_over(database):
    jobs = Jobs(database)
    over, running = jobs.add("train", {}), jobs.add("train", {})
    for job in (over, running):
        jobs.move(job.id, "running")
    jobs.move(over.id, "done", result={})
    assert count(database, kinds_of(["jobs"])) == {"jobs": 1}
    assert purge(database, kinds_of(["jobs"])).jobs == (over.id,)
    assert [job.id for job in jobs.jobs()] == [running.id]


def test_who_keeps_files_hears_what_went(records, database):
    jobs, heard = Jobs(database), []
    job = jobs.add("train", {})
    jobs.move(job.id, "cancelled")
    with database.session(write=True) as session:
        session.execute(update(JobRow).where(JobRow.id == job.id).values(created=OLD))
    Retention(database, 50, heard.append).stop()
    assert [gone.jobs for gone in heard] == [(job.id,)]


def test_every_table_belongs_to_a_kind():
    tables = {part.table for kind in KINDS.values() for part in kind.parts}
    # Who may sign in, and whose the notes are, is no record of what happened.
    assert tables | {"schema_version", "accounts", "sign_ins", "collections"} == set(ConversationRow.metadata.tables)


def test_a_purge_leaves_a_database_that_works(records, database):
    purge(database, kinds_of([]))
    records.add_turn("again", Answer("q", "q", "a"))
    with database.session() as session:
        assert session.scalars(select(ConversationRow.id)).all() == ["again"]
