"""History in and out: JSON holds everything, CSV holds the graded responses, a deck goes to Anki."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from assistant.errors import InputError
from assistant.exam.cards import Card
from assistant.exam.session import Exam
from assistant.records import Attempt, ExamRecords, SavedCard, SavedReview

COLUMNS = ("at", "mode", "exam_id", "question_id", "domain", "task", "response", "right")
_LARGEST = 50 * 1024 * 1024


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Attempt(_Row):
    exam_id: Annotated[str, Field(max_length=36)]
    mode: str
    question_id: Annotated[str, Field(max_length=80)]
    domain: Annotated[int, Field(ge=1, le=5)]
    task: Annotated[str, Field(max_length=8)]
    response: list[str]
    right: bool
    at: AwareDatetime


class _Card(_Row):
    id: Annotated[str, Field(max_length=120)]
    due: AwareDatetime
    state: dict[str, Any]


class _Review(_Row):
    card_id: Annotated[str, Field(max_length=120)]
    rating: Annotated[int, Field(ge=1, le=4)]
    at: AwareDatetime


class _History(_Row):
    format: Literal["etude-exam-history"] = "etude-exam-history"
    version: Literal[1] = 1
    exams: list[Exam] = []
    attempts: list[_Attempt] = []
    cards: list[_Card] = []
    reviews: list[_Review] = []


def history_json(records: ExamRecords) -> str:
    """Return everything that the exam room keeps, as JSON."""
    history = _History(
        exams=records.exams(),
        attempts=[_Attempt.model_validate(row, from_attributes=True) for row in records.attempts()],
        cards=[_Card.model_validate(row, from_attributes=True) for row in records.cards().values()],
        reviews=[_Review.model_validate(row, from_attributes=True) for row in records.reviews()],
    )
    return history.model_dump_json(indent=1)


def history_csv(attempts: Iterable[Attempt]) -> str:
    """Return graded responses as CSV, one a line; a response is its letters with blanks between."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in attempts:
        response = " ".join(row.response)
        writer.writerow(
            (row.at.isoformat(), row.mode, row.exam_id, row.question_id, row.domain, row.task, response, int(row.right))
        )
    return out.getvalue()


def import_history(records: ExamRecords, file: Path) -> int:
    """Take in a JSON or CSV file that was exported; what is here already is not taken twice. Return its responses.

    Raises:
        InputError: the file is not such an export; nothing of it is taken.

    """
    try:
        if file.stat().st_size > _LARGEST:
            raise InputError(f"{file} has more than {_LARGEST // 2**20} MB; that is no history of Etude.")
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise InputError(f"There is no file {file}. Name one that `etude exam export` wrote.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"{file} cannot be read as text ({error}). Name one that `etude exam export` wrote."
        ) from error
    return take_history(records, str(file), text)


def take_history(records: ExamRecords, name: str, text: str) -> int:
    """Take in the text of an export; its name says whether it is CSV. Return its responses.

    Raises:
        InputError: the text is not such an export; nothing of it is taken.

    """
    history = _from_csv(name, text) if name.lower().endswith(".csv") else _from_json(name, text)
    known = {exam.id for exam in records.exams()}
    for exam in history.exams:
        if exam.id not in known:
            records.begin(exam)
    records.add_attempts(Attempt(**{**row.model_dump(), "response": tuple(row.response)}) for row in history.attempts)
    here = records.cards()
    newer = [SavedCard(**card.model_dump()) for card in history.cards if _newer(card, here)]
    records.save_cards(newer, [SavedReview(**review.model_dump()) for review in history.reviews])
    return len(history.attempts)


def write_anki_deck(cards: Iterable[Card], titles: Mapping[str, str], file: Path) -> int:
    """Write cards as an Anki package (.apkg) and return how many; ``titles`` are the headings of sections by id.

    Raises:
        InputError: the file cannot be written.

    """
    import genanki

    model = genanki.Model(
        _number("etude-model"),
        "Étude",
        fields=[{"name": "Front"}, {"name": "Back"}, {"name": "Source"}],
        templates=[
            {
                "name": "Card",
                "qfmt": "{{Front}}",
                "afmt": '{{FrontSide}}<hr id="answer">{{Back}}<p class="source">{{Source}}</p>',
            }
        ],
        css=".card { font: 20px/1.5 serif; } .source { color: #5b6070; font-size: 14px; }",
    )
    decks: dict[str, Any] = {}
    count = 0
    for card in cards:
        name = f"Étude::{card.deck.capitalize()}"
        deck = decks.setdefault(name, genanki.Deck(_number(name), name))
        options = "".join(f"<li>{escape(option)}</li>" for option in card.options)
        front = _html(card.front) + (f"<ul>{options}</ul>" if card.deck == "questions" else "")
        source = ", ".join(escape(titles[section]) for section in card.sections if section in titles)
        # The guid is the card's id, so that importing a newer deck updates notes in place.
        deck.add_note(
            genanki.Note(model=model, fields=[front, _html(card.back), source], guid=genanki.guid_for(card.id))
        )
        count += 1
    try:
        genanki.Package(list(decks.values())).write_to_file(str(file))
    except OSError as error:
        raise InputError(f"{file} cannot be written ({error.strerror or error}). Choose another place.") from error
    return count


def _newer(card: _Card, here: Mapping[str, SavedCard]) -> bool:
    return card.id not in here or _reviewed(card.state) > _reviewed(here[card.id].state)


def _reviewed(state: Mapping[str, Any]) -> str:
    return str(state.get("last_review") or "")


def _from_json(file: str, text: str) -> _History:
    try:
        found = json.loads(text)
        if not isinstance(found, dict) or found.get("format") != "etude-exam-history":
            raise InputError(f"{file} is not a history that `etude exam export` wrote.")
        return _History.model_validate(found)
    except json.JSONDecodeError as error:
        raise InputError(f"{file} is not valid JSON ({error.msg}, line {error.lineno}). Export it again.") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InputError(f"{file} is not a whole history ({place}: {first['msg']}). Export it again.") from error


def _from_csv(file: str, text: str) -> _History:
    rows = csv.DictReader(io.StringIO(text))
    if tuple(rows.fieldnames or ()) != COLUMNS:
        raise InputError(f"{file} does not begin with the line {','.join(COLUMNS)}. Export it again.")
    attempts: list[_Attempt] = []
    for number, row in enumerate(rows, 2):
        try:
            values: dict[str, Any] = {**row, "response": (row["response"] or "").split()}
            attempts.append(_Attempt.model_validate({**values, "at": datetime.fromisoformat(row["at"])}))
        except (ValidationError, ValueError, TypeError) as error:
            said = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
            raise InputError(f"{file}, line {number}, is not a graded response ({said}). Nothing was taken.") from error
    return _History(attempts=attempts)


def _number(name: str) -> int:
    """Return a stable number for a name, as Anki wants for decks and models."""
    return int(hashlib.sha256(name.encode()).hexdigest()[:7], 16) + 1_000_000_000


def _html(markdown: str) -> str:
    from markdown_it import MarkdownIt

    return str(MarkdownIt("commonmark", {"html": False}).enable("table").render(markdown))
