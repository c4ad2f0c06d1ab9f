import contextlib
import os
import sqlite3
import sys
import threading
from dataclasses import replace

import pytest

from assistant.chat.events import Answer, Citation, Nearest, Timings, Usage
from assistant.errors import RecordsError
from assistant.records import Records
from assistant.records.store import shorten
from assistant.settings import Settings

ANSWER = Answer(
    question="What is a foundation model?",
    standalone="What is a foundation model?",
    text="A large model that is trained once and used for many tasks [1].",
    stopped=True,
    cut=True,
    citations=(
        Citation(1, "notes", "models.md", ("Models", "Foundation models"), 3, 9, "A foundation model is …", ((0, 12),)),
    ),
    nearest=(Nearest("models.md", ("Models",)),),
    timings=Timings(0.2, 3.5, 8.25),
    usage=Usage(300, 120, 40),
)


@pytest.fixture
def records(url):
    opened = Records(url)
    yield opened
    opened.close()


@pytest.fixture
def in_file(file):
    """Records in a SQLite file, for what only a file can do."""
    opened = Records(f"sqlite:///{file}")
    yield opened
    opened.close()


def asked(question):
    return replace(ANSWER, question=question, standalone=question)


def test_an_answer_comes_back_as_it_was(records, url):
    conversation = records.new_conversation()
    turn = records.add_turn(conversation.id, ANSWER)

    again = Records(url)
    (saved,) = again.turns(conversation.id)
    again.close()

    assert saved.id == turn
    assert saved.answer == ANSWER
    assert saved.up is None
    assert saved.created.utcoffset().total_seconds() == 0


def test_a_conversation_takes_its_title_from_the_first_question(records):
    conversation = records.new_conversation()
    records.add_turn(conversation.id, asked("What is   a\nfoundation model?"))
    records.add_turn(conversation.id, asked("And a small one?"))
    assert records.conversation(conversation.id).title == "What is a foundation model?"


def test_a_turn_may_begin_a_conversation(records):
    records.add_turn("0b7e", ANSWER)
    assert [c.id for c in records.conversations()] == ["0b7e"]


def test_the_last_used_conversation_comes_first(records):
    first, second = records.new_conversation("one"), records.new_conversation("two")
    assert [c.title for c in records.conversations()] == ["two", "one"]
    records.add_turn(first.id, ANSWER)
    assert [c.id for c in records.conversations()] == [first.id, second.id]


def test_retry_replaces_a_turn_and_what_follows(records):
    conversation = records.new_conversation()
    turns = [records.add_turn(conversation.id, asked(question)) for question in ("one", "two", "three")]
    other = records.new_conversation()
    records.add_turn(other.id, asked("elsewhere"))
    records.rate(turns[1], True, "good")

    new = records.replace_turn(turns[1], asked("two again"))

    saved = records.turns(conversation.id)
    assert [turn.answer.question for turn in saved] == ["one", "two again"]
    assert saved[1].id == new not in turns
    assert saved[1].up is None
    assert len(records.turns(other.id)) == 1


def test_editing_the_first_question_renames_an_untouched_conversation(records):
    conversation = records.new_conversation()
    turn = records.add_turn(conversation.id, asked("What is a modle?"))
    turn = records.replace_turn(turn, asked("What is a model?"))
    assert records.conversation(conversation.id).title == "What is a model?"

    records.rename(conversation.id, "My chat")
    records.replace_turn(turn, asked("What is a token?"))
    assert records.conversation(conversation.id).title == "My chat"


def test_deleting_from_a_turn_keeps_what_came_before(records):
    conversation = records.new_conversation()
    turns = [records.add_turn(conversation.id, asked(question)) for question in ("one", "two", "three")]
    records.delete_turns_from(turns[1])
    assert [turn.id for turn in records.turns(conversation.id)] == turns[:1]


def test_feedback_is_one_a_turn_and_replaceable(records, rows):
    turn = records.add_turn("c", ANSWER)
    records.rate(turn, True)
    records.rate(turn, False, "  the second sentence is wrong ")
    (saved,) = records.turns("c")
    assert (saved.up, saved.comment) == (False, "the second sentence is wrong")
    assert rows("feedback") == 1


def test_rating_an_answer_that_is_gone_says_so(records):
    with pytest.raises(RecordsError, match="no longer saved"):
        records.rate(99, True)


def test_rename_and_delete(records, rows):
    conversation = records.new_conversation("one")
    turn = records.add_turn(conversation.id, ANSWER)
    records.rate(turn, True)
    records.rename(conversation.id, "  Amazon\nBedrock ")
    assert records.conversation(conversation.id).title == "Amazon Bedrock"
    records.rename(conversation.id, "   ")
    assert records.conversation(conversation.id).title == "Amazon Bedrock"

    records.delete(conversation.id)
    records.delete(conversation.id)

    assert records.conversation(conversation.id) is None
    assert records.conversations() == []
    assert rows("turns") == 0
    assert rows("feedback") == 0


def test_many_threads_may_write(records):
    def write(number):
        for _ in range(5):
            records.add_turn(f"c{number % 2}", ANSWER)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(len(records.turns(c.id)) for c in records.conversations()) == 20


def test_sqlite_keeps_a_write_ahead_log(in_file, file):
    with contextlib.closing(sqlite3.connect(file)) as raw:
        assert raw.execute("pragma journal_mode").fetchone() == ("wal",)


def test_a_file_that_is_no_database_is_refused(tmp_path):
    file = tmp_path / "records.sqlite3"
    file.write_bytes(b"not a database, only words " * 100)
    with pytest.raises(RecordsError, match="is not a database"):
        Records(f"sqlite:///{file}")


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path):
    (tmp_path / "home").write_text("a file in the way")
    with pytest.raises(RecordsError, match="cannot be made"):
        Records(f"sqlite:///{tmp_path / 'home' / 'records.sqlite3'}")


def test_a_full_disk_is_one_sentence(in_file):
    with in_file.database.engine.connect() as connection:
        connection.exec_driver_sql("pragma max_page_count = 1")
        pages = connection.exec_driver_sql("pragma page_count").scalar()
        connection.exec_driver_sql(f"pragma max_page_count = {pages}")
    with pytest.raises(RecordsError, match="no room left on its disk"):
        in_file.add_turn("c", replace(ANSWER, text="word " * 20_000))
    assert in_file.turns("c") == []


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_one_sentence(in_file, file):
    file.chmod(0o400)
    file.parent.chmod(0o500)
    try:
        with pytest.raises(RecordsError, match="writable"):
            Records(f"sqlite:///{file}").add_turn("c", ANSWER)
    finally:
        file.parent.chmod(0o700)


def test_a_read_only_database_is_one_sentence(in_file, file):
    read_only = Records(f"sqlite:///file:{file}?mode=ro&uri=true")
    with pytest.raises(RecordsError, match="cannot be written"):
        read_only.add_turn("c", ANSWER)
    read_only.close()


@pytest.mark.parametrize("url", ["not a url", "nosuchbase://here", "oracle+cx_oracle://u:p@h/d"])
def test_a_url_that_cannot_be_used_is_one_sentence(url):
    with pytest.raises(RecordsError, match="The setting database"):
        Records(url)


def test_a_missing_driver_is_told_with_the_command_that_installs_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(RecordsError, match=r"pip install 'etude-assistant\[postgres\]'"):
        Records("postgresql://someone@localhost/etude")


def test_a_server_that_is_not_there_is_one_sentence(tmp_path):
    pytest.importorskip("psycopg")
    with pytest.raises(RecordsError, match=r"does not answer\. Start its server") as caught:
        Records(f"postgresql://someone:secret@/etude?host={tmp_path}")
    assert "secret" not in str(caught.value)


def test_a_password_is_not_shown(tmp_path):
    with pytest.raises(RecordsError) as caught:
        Records(f"sqlite+pysqlite://someone:secret@/{tmp_path}/x")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("What is RAG?", "What is RAG?"),
        (
            "Which vector databases can Amazon Bedrock knowledge bases use, and why?",
            "Which vector databases can Amazon Bedrock knowledge bases…",
        ),
        ("x" * 80, "x" * 59 + "…"),
        ("", ""),
    ],
)
def test_titles_are_cut_at_a_word(text, short):
    assert shorten(text) == short


def test_the_default_place_is_in_the_home(tmp_path):
    records = Records(Settings(home=tmp_path).database_url)
    records.new_conversation("one")
    records.close()
    assert (tmp_path / "records.sqlite3").is_file()
