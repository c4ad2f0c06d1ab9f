import contextlib
import re

import pytest

from assistant.chat.events import Answer, Citation, Nearest
from assistant.errors import RecordsError
from assistant.records import Jobs, Rating, RatingRecords, RatingSession, Records
from assistant.records.clean import set_mask

MAIL = "jane.doe@example.org"


@pytest.fixture
def masked():
    set_mask(lambda text: re.sub(r"\S+@\S+", "{EMAIL}", text))
    yield
    set_mask(None)


@pytest.fixture
def records(url):
    with contextlib.closing(Records(url)) as opened:
        yield opened


def answer(text):
    citation = Citation(1, "notes", "a.md", (text,), 1, 2, f"Write to {text} now.", ((0, 5),))
    return Answer(text, text, text, citations=(citation,), nearest=(Nearest("a.md", (text,)),))


@pytest.mark.usefixtures("masked")
def test_no_free_text_reaches_the_file_unmasked(records, file, url):
    turn = records.add_turn("c", answer(MAIL))
    records.rate(turn, True, MAIL)
    records.new_conversation(f"{'word ' * 10}{MAIL}")
    ratings = RatingRecords(records.database)
    session = RatingSession(MAIL, "stars", ("etude",))
    ratings.begin(session, {"a": {"question": MAIL, "answers": [MAIL]}})
    ratings.rate(session.id, [Rating("a", "Ann", "3", MAIL)])
    jobs = Jobs(records.database)
    job = jobs.add("compose", {"title": MAIL})
    jobs.move(job.id, "failed", error=MAIL)

    (saved,) = records.turns("c")
    assert (saved.answer.question, saved.answer.text, saved.comment) == ("{EMAIL}",) * 3
    (citation,) = saved.answer.citations
    assert (citation.text, citation.heading, citation.used) == ("Write to {EMAIL} now.", ("{EMAIL}",), ())
    assert ratings.item(session.id, "a") == {"question": "{EMAIL}", "answers": ["{EMAIL}"]}
    if url.startswith("sqlite"):
        # A title is cut after it is masked: half an address would not be known for one.
        assert all(b"jane" not in path.read_bytes() for path in file.parent.iterdir())


def test_a_mask_that_fails_keeps_the_text_out(records):
    def fail(text):
        raise ValueError("no model")

    set_mask(fail)
    try:
        with pytest.raises((RecordsError, ValueError), match="no model"):
            records.add_turn("c", answer(MAIL))
    finally:
        set_mask(None)
    assert records.turns("c") == []


def test_what_no_database_can_store_is_replaced(records):
    records.add_turn("c", answer("a\0b\ud800c"))
    (saved,) = records.turns("c")
    assert saved.answer.text == "a\ufffdb?c"
    assert saved.answer.citations[0].text == "Write to a\ufffdb?c now."
