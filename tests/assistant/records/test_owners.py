"""What is somebody's is not there for anybody else; what was there before there were owners is the local person's."""

import contextlib
from datetime import UTC, datetime

import pytest
import sqlalchemy

from assistant.chat.events import Answer
from assistant.errors import InputError, RecordsError
from assistant.exam.session import Exam
from assistant.people.belongings import count_of, delete_all, give
from assistant.records import Attempt, ExamRecords, Jobs, Records, SavedCard, SavedReview
from assistant.records.database import Database
from assistant.records.engine import open_engine
from assistant.records.owners import LOCAL
from assistant.records.upgrade import upgrade

AT = datetime(2026, 5, 1, tzinfo=UTC)
EXAM = Exam(id="e", mode="practice", questions=("q1",), created=AT)
ATTEMPT = Attempt("e", "practice", "q1", 1, "1.1", ("A",), True, AT)


@pytest.fixture
def records(url):
    with contextlib.closing(Records(url)) as opened:
        yield opened


def kept(exams):
    return [one.id for one in exams.exams()], len(exams.attempts()), list(exams.cards()), len(exams.reviews())


def test_a_conversation_of_another_is_not_there(records):
    anna, ben = records.of("anna"), records.of("ben")
    turn = anna.add_turn("c", Answer("What is RAG?", "What is RAG?", "Retrieval first."))
    anna.save_masks("c", "{}")
    assert [one.id for one in anna.conversations()] == ["c"]
    for other in (ben, records):
        assert other.conversations() == []
        assert other.conversation("c") is None
        assert other.turns("c") == []
        assert other.masks("c") == ""
        other.rename("c", "mine")
        other.save_masks("c", "stolen")
        other.delete("c")
        answer = Answer("q", "q", "a")
        changes = [(other.rate, turn, True), (other.replace_turn, turn, answer), (other.add_turn, "c", answer)]
        for change, *given in (*changes, (other.delete_turns_from, turn)):
            with pytest.raises(RecordsError):
                change(*given)
    (turns,) = anna.turns("c")
    assert (anna.conversations()[0].title, anna.masks("c"), turns.up) == ("What is RAG?", "{}", None)


def test_two_people_may_have_the_same_exam_and_the_same_card(records):
    anna, ben = (ExamRecords(records.database).of(name) for name in ("anna", "ben"))
    for exams in (anna, ben):
        exams.begin(EXAM)
        exams.add_attempts([ATTEMPT])
        exams.save_review(SavedCard("card", AT, {}), SavedReview("card", 3, AT))
    ben.change("e", lambda exam: exam.finish(AT))
    assert anna.exam("e").finished is None
    ben.delete("e")
    assert kept(anna) == (["e"], 1, ["card"], 1)
    assert kept(ben) == ([], 0, ["card"], 1)
    assert anna.times_seen() == {"q1": 1}
    assert kept(ExamRecords(records.database)) == ([], 0, [], 0)


def test_all_that_is_somebodys_goes_to_another_or_away(records):
    database = records.database
    records.add_turn("c", Answer("q", "q", "a"))
    ExamRecords(database).begin(EXAM)
    job = Jobs(database).add("tiny", {})
    records.of("ben").add_turn("d", Answer("q", "q", "a"))
    with pytest.raises(InputError, match="ben has records already"):
        give(database, LOCAL, "ben")
    give(database, LOCAL, "anna")
    assert count_of(database, LOCAL) == {}
    assert [one.id for one in records.of("anna").conversations()] == ["c"]
    assert [one.id for one in Jobs(database).jobs(owner="anna")] == [job.id]
    assert delete_all(database, "anna") == (job.id,)
    assert count_of(database, "anna") == {}
    assert [turn.answer.text for turn in records.of("ben").turns("d")] == ["a"]


def test_what_an_upgrade_finds_is_the_local_persons(url):
    engine = open_engine(url)
    with engine.begin() as connection:
        upgrade(connection, "0004")
        moment = "2026-05-01 00:00:00+00:00" if url.startswith("postgresql") else "2026-05-01 00:00:00.000000"
        for question in (
            f"INSERT INTO conversations (id, title, created, updated) VALUES ('c', 'Old', '{moment}', '{moment}')",
            'INSERT INTO attempts (exam_id, mode, question_id, domain, task, response, "right", at) '
            f"VALUES ('e', 'practice', 'q1', 1, '1.1', '[\"A\"]', true, '{moment}')",
            f"INSERT INTO cards (id, due, state) VALUES ('card', '{moment}', '{{}}')",
            f"INSERT INTO reviews (card_id, rating, at) VALUES ('card', 3, '{moment}')",
            f"INSERT INTO jobs (id, kind, state, arguments, result, error, created, device) "
            f"VALUES ('j', 'tiny', 'done', '{{}}', '{{}}', '', '{moment}', 'cpu')",
        ):
            connection.exec_driver_sql(question)
    engine.dispose()
    with contextlib.closing(Database(url)) as database:
        exams = ExamRecords(database)
        assert kept(exams) == ([], 1, ["card"], 1)
        assert [one.owner for one in Jobs(database).jobs()] == [LOCAL]
        # The numbers of new rows go on behind those that were there.
        exams.add_attempts([ATTEMPT, Attempt("f", "practice", "q1", 1, "1.1", ("A",), True, AT)])
        exams.of("anna").add_attempts([ATTEMPT])
        assert len(exams.attempts()) == 2
        with database.session() as session:
            assert session.execute(sqlalchemy.text("SELECT owner FROM conversations")).scalars().all() == [LOCAL]
