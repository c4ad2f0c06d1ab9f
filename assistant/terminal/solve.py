"""``etude exam answer``: multiple-choice questions from a file, in one process."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.text import Text

from assistant.errors import EtudeError, InputError
from assistant.exam.intake import read_questions
from assistant.exam.report import Row, accuracy_of, report_html
from assistant.exam.solution import Solution
from assistant.exam.solve import Solver
from assistant.rooms import open_invocations
from assistant.settings import load_settings


def run_answer(file: Path, report: Path | None, collections: Sequence[str], *, as_json: bool) -> None:
    """Answer every question of a file; the last line is the accuracy where keys are given.

    A question that fails says so in its row; the exit code is then that of its error. One that the guardrail stops has
    the guardrail's message in its row, and counts as not right.

    Raises:
        InputError: the file cannot be read, or lines are wrong; nothing is answered then.

    """
    questions = read_questions(file)
    settings = load_settings()
    solver = Solver(settings, invocations=open_invocations(settings))
    solver.searcher.size()
    rows: list[Row] = []
    failed = 0
    console = Console(highlight=False)
    for asked in questions:
        try:
            solution = solver.solve(asked, collections)
            rows.append(Row(solution.asked, solution))
            _say(console, rows[-1], as_json=as_json)
        except EtudeError as error:
            failed = error.exit_code
            rows.append(Row(asked, None, str(error)))
            if as_json:
                typer.echo(json.dumps({"id": asked.id, "error": str(error), "kind": type(error).__name__}))
            else:
                console.print(Text(f"{asked.id}: {error}"))
        sys.stdout.flush()
    accuracy = accuracy_of(rows)
    if as_json:
        typer.echo(json.dumps(accuracy.as_json() if accuracy else {"questions": len(rows)}))
    elif accuracy:
        console.print(str(accuracy), style="bold")
    if report:
        _write(report, report_html(rows, accuracy))
        if not as_json:
            console.print(f"The report is in {report}.")
    if failed:
        raise typer.Exit(failed)


def solution_json(solution: Solution) -> dict[str, Any]:
    """Return a solution as programs read it."""
    return {
        "id": solution.asked.id,
        "answer": list(solution.answer),
        "probabilities": {letter: round(value, 4) for letter, value in solution.probabilities.items()},
        "covered": solution.covered,
        "citations": [
            {
                "marker": citation.marker,
                "collection": citation.collection,
                "file": citation.file,
                "heading": list(citation.heading),
                "start_line": citation.start_line,
                "end_line": citation.end_line,
                "options": [letter for letter, note in solution.notes.items() if note.marker == citation.marker],
            }
            for citation in solution.citations
        ],
        "options": {
            letter: {"right": note.right, "note": note.text, "citation": note.marker or None}
            for letter, note in solution.notes.items()
        },
        "seconds": round(solution.seconds, 3),
        "blocked": solution.blocked or None,
    }


def _say(console: Console, row: Row, *, as_json: bool) -> None:
    solution = row.solution
    if solution is None:
        return
    if as_json:
        typer.echo(json.dumps(solution_json(solution), ensure_ascii=False))
        return
    console.print(Text(f"{row.asked.id}. {row.asked.stem}", style="bold"))
    if solution.blocked:
        console.print(Text(f"   {solution.blocked}"))
        console.print()
        return
    if not solution.covered:
        console.print("   Your notes do not cover this question; the answer is the model's own guess.", style="dim")
    for letter, text in row.asked.options.items():
        note = solution.notes[letter]
        sign = "✓" if note.right else " "
        console.print(Text(f" {sign} {letter}. {text}  ({solution.probabilities[letter]:.0%})"))
        if note.text:
            source = f" [{note.marker}]" if note.marker else ""
            console.print(Text(f"      {note.text}{source}", style="dim"))
    for citation in solution.citations:
        place = f"{citation.file}:{citation.start_line}  {' > '.join(citation.heading)}"
        console.print(Text(f"   [{citation.marker}] {place}", style="dim"))
    for passage in solution.dropped:
        place = f"{passage.file}:{passage.start_line}"
        console.print(Text(f"   Kept from the model: {place}  {passage.why}", style="dim"))
    console.print()


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{file} cannot be written ({error.strerror or error}). Choose another place.") from error
