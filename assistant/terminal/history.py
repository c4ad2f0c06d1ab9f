"""``etude exam history``, ``export`` and ``import``."""

from __future__ import annotations

from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from assistant.errors import InputError
from assistant.exam.cards import load_contrasts, make_cards
from assistant.exam.progress import weeks_of
from assistant.exam.transfer import history_csv, history_json, import_history, write_anki_deck
from assistant.rooms import open_exam_records, open_exam_room
from assistant.settings import load_settings


def run_history(*, as_json: bool) -> None:
    """Print past exams and the share right by week."""
    settings = load_settings()
    records = open_exam_records(settings)
    room = open_exam_room(settings, records)
    if as_json:
        typer.echo(history_json(records))
        return
    console = Console(highlight=False)
    exams = room.finished_exams()
    if not exams:
        console.print("No exam was finished yet. Begin with `etude exam practice`.")
        return
    table = Table("When", "Mode", "Right", "Score", box=None, pad_edge=False)
    for exam in exams[:20]:
        result = room.result(exam)
        when = exam.created.astimezone().strftime("%Y-%m-%d %H:%M")
        table.add_row(when, exam.mode, f"{result.right} of {result.of}", str(result.score or ""))
    console.print(table)
    console.print()
    for week in weeks_of(records.attempts()):
        bar = "█" * round(week.whole.percent / 5)
        console.print(f"{week.monday}  {bar:<20} {week.whole.right} of {week.whole.of}")


def run_export(file: Path) -> None:
    """Write the history, or an Anki deck, by the ending of the file's name."""
    settings = load_settings()
    records = open_exam_records(settings)
    match file.suffix.lower():
        case ".json":
            _write(file, history_json(records))
            typer.echo(f"All exams, responses, cards and reviews are in {file}.")
        case ".csv":
            attempts = records.attempts()
            _write(file, history_csv(attempts))
            typer.echo(f"{len(attempts)} graded responses are in {file}.")
        case ".apkg":
            room = open_exam_room(settings, records)
            cards = make_cards(room.bank, room.outline, load_contrasts()).values()
            titles = {key: section.title for key, section in room.outline.items()}
            typer.echo(f"{write_anki_deck(cards, titles, file)} cards are in {file}. Open it with Anki.")
        case other:
            raise InputError(f"Etude writes .json, .csv and .apkg, not {other or 'a file without an ending'}.")


def run_import(file: Path) -> None:
    """Take in a history."""
    count = import_history(open_exam_records(load_settings()), file)
    typer.echo(f"{count} graded responses were read from {file}; those that were here already stay as they are.")


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{file} cannot be written ({error.strerror or error}). Choose another place.") from error
