"""``etude exam``: the commands of the exam room. Each is a few lines; what they do lives in ``assistant.exam``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

exam_app = typer.Typer(
    name="exam",
    help="Practise, sit a mock exam, drill cards, and have questions answered.",
    no_args_is_help=True,
)

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


@exam_app.command()
def practice(
    count: Annotated[int, typer.Option("--count", "-n", min=1, max=500, help="How many questions.")] = 10,
    domain: Annotated[list[int] | None, typer.Option("--domain", "-d", help="Only this domain, 1 to 5.")] = None,
    difficulty: Annotated[
        list[str] | None, typer.Option("--difficulty", help="Only easy, medium or hard questions.")
    ] = None,
    task: Annotated[list[str] | None, typer.Option("--task", help="Only this task statement, such as 3.2.")] = None,
) -> None:
    """Practise: each answer is graded at once, and every option explained."""
    from assistant.terminal.sit import run_practice

    run_practice(count, domain or [], difficulty or [], task or [])


@exam_app.command()
def mock(
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the exam that was begun last.")] = False,
) -> None:
    """Sit a mock exam: 65 questions in 90 minutes, and a score at the end."""
    from assistant.terminal.sit import run_mock

    run_mock(resume=resume)


@exam_app.command()
def drill(
    deck: Annotated[str, typer.Option("--deck", help="flashcards, questions or contrasts.")] = "flashcards",
    count: Annotated[int, typer.Option("--count", "-n", min=1, max=500, help="Stop after so many cards.")] = 20,
    due: Annotated[bool, typer.Option("--due", help="Only say what is due.")] = False,
) -> None:
    """Drill what is due: flashcards from the notes, questions, and contrasts of things often confused."""
    from assistant.terminal.sit import run_drill, show_due

    if due:
        show_due()
    else:
        run_drill(deck, count)


@exam_app.command()
def answer(
    file: Annotated[Path, typer.Argument(help="JSONL rows, or a text of pasted questions; - reads standard input.")],
    report: Annotated[Path | None, typer.Option("--report", metavar="FILE.html", help="Write a report.")] = None,
    collection: Annotated[list[str] | None, typer.Option("--collection", "-c", help="Only these notes.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Answer multiple-choice questions from the notes, with reasons and citations."""
    from assistant.terminal.solve import run_answer

    run_answer(file, report, tuple(collection or ()), as_json=as_json)


@exam_app.command()
def history(as_json: JsonOption = False) -> None:
    """Show past exams, progress by week, and what is due."""
    from assistant.terminal.history import run_history

    run_history(as_json=as_json)


@exam_app.command("export")
def export_history(
    file: Annotated[Path, typer.Argument(help="Where to: .json (all), .csv (responses) or .apkg (an Anki deck).")],
) -> None:
    """Write the history to a file, or the cards to an Anki deck."""
    from assistant.terminal.history import run_export

    run_export(file)


@exam_app.command("import")
def import_history(file: Annotated[Path, typer.Argument(help="A .json or .csv file that was exported.")]) -> None:
    """Take in a history that was exported; nothing is counted twice."""
    from assistant.terminal.history import run_import

    run_import(file)


@exam_app.command()
def coverage(
    material: Annotated[
        Path | None, typer.Option("--material", metavar="FOLDER", help="Check that every heading in it is mapped.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Check that the notes cover every objective of the exam guide and every heading of the study material."""
    from assistant.terminal.checks import run_coverage

    run_coverage(material, as_json=as_json)


@exam_app.command("check-bank")
def check_bank(
    place: Annotated[Path | None, typer.Argument(help="A bank file or folder; the shipped one by default.")] = None,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON schema of a question.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Check a question bank: every line, and whether its wording gives keys away."""
    from assistant.terminal.checks import run_check_bank, run_schema

    if schema:
        run_schema()
    else:
        run_check_bank(place, as_json=as_json)
