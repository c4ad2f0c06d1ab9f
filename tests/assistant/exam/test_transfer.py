"""History out and in again, and decks for Anki."""

import json
import sqlite3
import zipfile
from datetime import UTC, datetime

import pytest

from assistant.errors import InputError
from assistant.exam.bank import load_bank
from assistant.exam.cards import load_contrasts, make_cards
from assistant.exam.draw import Wish
from assistant.exam.drill import Drill
from assistant.exam.progress import weeks_of
from assistant.exam.transfer import history_csv, history_json, import_history, write_anki_deck
from assistant.records import ExamRecords, Records
from assistant.rooms import shipped_notes
from knowledge.outline import load_outline


@pytest.fixture
def cards():
    return make_cards(load_bank(), load_outline(shipped_notes()), load_contrasts())


@pytest.fixture
def elsewhere(tmp_path):
    opened = Records(f"sqlite:///{tmp_path / 'other.sqlite3'}")
    yield ExamRecords(opened.database)
    opened.close()


@pytest.fixture
def lived(room, records, cards):
    exam = room.begin_practice(Wish(count=6))
    for number, key in enumerate(exam.questions):
        room.check(exam.id, key, ["B" if number % 2 else "A"])
    room.finish(exam.id)
    drill = Drill(cards, records)
    for _ in range(3):
        now = datetime.now(UTC)
        drill.review(drill.next("flashcards", now), 3, now)
    return records


def test_json_brings_everything_to_another_machine_and_only_once(lived, elsewhere, tmp_path):
    file = tmp_path / "history.json"
    file.write_text(history_json(lived))
    for _ in range(2):
        assert import_history(elsewhere, file) == 6
        assert elsewhere.attempts() == lived.attempts()
        assert elsewhere.cards() == lived.cards()
        assert elsewhere.reviews() == lived.reviews()
        assert elsewhere.exams() == lived.exams()


def test_csv_brings_the_responses(lived, elsewhere, tmp_path):
    file = tmp_path / "history.csv"
    file.write_text(history_csv(lived.attempts()))
    assert import_history(elsewhere, file) == 6
    assert elsewhere.attempts() == lived.attempts()
    (week,) = weeks_of(elsewhere.attempts())
    assert (week.whole.right, week.whole.of) == (3, 6)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("no.json", None, "no file"),
        ("a.json", "{", "not valid JSON"),
        ("a.json", "[]", "not a history"),
        ("a.json", json.dumps({"format": "etude-exam-history", "exams": [{"id": 1}]}), "not a whole history"),
        ("a.csv", "a,b\n1,2\n", "does not begin"),
        ("a.csv", "at,mode,exam_id,question_id,domain,task,response,right\nyesterday,p,e,q,1,1.1,A,1\n", "line 2"),
    ],
)
def test_what_is_no_history_is_refused_and_nothing_taken(elsewhere, tmp_path, name, text, said):
    file = tmp_path / name
    if text is not None:
        file.write_text(text)
    with pytest.raises(InputError, match=said):
        import_history(elsewhere, file)
    assert elsewhere.attempts() == []


def test_an_anki_deck_holds_all_cards_with_stable_ids(cards, tmp_path):
    file = tmp_path / "etude.apkg"
    titles = {key: section.title for key, section in load_outline(shipped_notes()).items()}
    assert write_anki_deck(cards.values(), titles, file) == len(cards)
    with zipfile.ZipFile(file) as package:
        package.extract("collection.anki2", tmp_path)
    with sqlite3.connect(tmp_path / "collection.anki2") as collection:
        notes = collection.execute("select guid, flds from notes").fetchall()
    collection.close()
    assert len({guid for guid, _ in notes}) == len(cards)
    assert not any("<script" in fields for _, fields in notes)
