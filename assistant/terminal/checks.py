"""``etude exam coverage`` and ``etude exam check-bank``."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from assistant.exam.bank import bank_folder, read_bank
from assistant.exam.check import LETTER_SPREAD, MOST_LONGEST, figures_of
from assistant.exam.coverage import check_coverage, headings_of, load_map
from assistant.exam.question import DOMAINS, TASKS, WEIGHTS, schema
from assistant.rooms import coverage_map, shipped_notes
from knowledge.outline import load_outline

_SHOWN = 40


def run_coverage(material: Path | None, *, as_json: bool) -> None:
    """Print what the notes cover; leave with 2 when something is missing."""
    outline = load_outline(shipped_notes())
    headings = headings_of(material) if material else []
    found = check_coverage(load_map(coverage_map()), outline, headings)
    if as_json:
        typer.echo(json.dumps(dataclasses.asdict(found), ensure_ascii=False, indent=2))
    else:
        table = Table("Task", "", "Objectives", box=None, pad_edge=False)
        for task, title in TASKS.items():
            table.add_row(task, title, str(found.tasks[task]))
        console = Console(highlight=False)
        console.print(table)
        console.print(f"\n{found.sections} sections of notes, {found.headings} headings of study material mapped.")
        if material:
            console.print(f"{len(headings)} headings stand in {material}.")
        _tell(console, found.missing, "Nothing is missing.")
    if found.missing:
        raise typer.Exit(2)


def run_check_bank(place: Path | None, *, as_json: bool) -> None:
    """Print the figures of a bank; leave with 2 when a line is wrong or a figure is out of bounds."""
    questions, mistakes = read_bank(place or bank_folder())
    figures = figures_of(questions, load_outline(shipped_notes()))
    problems = [*(str(mistake) for mistake in mistakes), *figures.problems]
    if as_json:
        typer.echo(json.dumps({**dataclasses.asdict(figures), "problems": problems}, ensure_ascii=False, indent=2))
    else:
        console = Console(highlight=False)
        table = Table("Domain", "", "Questions", "Share", "Exam", box=None, pad_edge=False)
        for domain, title in DOMAINS.items():
            count = figures.domains[domain]
            share = f"{100 * count / max(figures.questions, 1):.1f} %"
            table.add_row(str(domain), title, str(count), share, f"{WEIGHTS[domain]} %")
        console.print(table)
        console.print(f"\n{figures.questions} questions, {figures.cases} cases.")
        for name in ("types", "difficulties", "splits"):
            counts = getattr(figures, name)
            console.print(f"{name.capitalize()}: " + ", ".join(f"{key} {counts[key]}" for key in sorted(counts)))
        console.print(
            f"The key is the longest option in {figures.longest:.1%} of questions (at most {MOST_LONGEST:.0%}), "
            f"the shortest in {figures.shortest:.1%}."
        )
        letters = ", ".join(f"{letter} {share:.1%}" for letter, share in figures.letters.items())
        console.print(f"Key letters: {letters} (each within {LETTER_SPREAD:g} points of 25 %).")
        _tell(console, problems, "No mistakes.")
    if problems:
        raise typer.Exit(2)


def run_schema() -> None:
    """Print the JSON schema of a question."""
    typer.echo(json.dumps(schema(), indent=2))


def _tell(console: Console, problems: list[str] | tuple[str, ...], nothing: str) -> None:
    if not problems:
        console.print(nothing)
    for problem in problems[:_SHOWN]:
        console.print(f"- {problem}")
    if len(problems) > _SHOWN:
        console.print(f"and {len(problems) - _SHOWN} more")
