"""Reads the question bank: JSON Lines, every line checked, every mistake told with its file and line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from pydantic import ValidationError

from assistant.errors import InputError
from assistant.exam.question import Question, problem_of

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong in one line of a bank."""

    file: str
    line: int
    problem: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.problem}"


def bank_folder() -> Path:
    """Return the folder of the question bank that ships with Etude."""
    return Path(str(files("knowledge"))) / "questions"


@cache
def load_bank(place: Path | None = None) -> Mapping[str, Question]:
    """Return the questions by id; ``place`` is a bank file or a folder of them, the shipped one by default.

    Raises:
        InputError: lines are wrong (each is named), or there is no question.

    """
    questions, mistakes = read_bank(place or bank_folder())
    if mistakes:
        listed = "\n".join(f"  {mistake}" for mistake in mistakes[:_SHOWN])
        more = f"\n  and {len(mistakes) - _SHOWN} more" if len(mistakes) > _SHOWN else ""
        raise InputError(
            f"The question bank has {len(mistakes)} wrong lines; correct them, then try again:\n{listed}{more}"
        )
    if not questions:
        raise InputError(f"There is no question in {place or bank_folder()}.")
    return {question.id: question for question in questions}


def read_bank(place: Path) -> tuple[list[Question], list[Mistake]]:
    """Read a bank file or a folder of them; return the questions that are right and what is wrong in the others.

    Raises:
        InputError: there is no such file, or it is not text.

    """
    questions: list[Question] = []
    mistakes: list[Mistake] = []
    seen: dict[str, str] = {}
    for file in _bank_files(place):
        for number, line in _lines(file):
            found = _parse(line)
            if isinstance(found, Question) and found.id in seen:
                found = f"the id {found.id} is taken by {seen[found.id]}"
            if isinstance(found, str):
                mistakes.append(Mistake(file.name, number, found))
            else:
                seen[found.id] = f"{file.name}:{number}"
                questions.append(found)
    return questions, mistakes


def _bank_files(place: Path) -> Sequence[Path]:
    if place.is_dir():
        return sorted(file for file in place.glob("*.jsonl") if file.name.startswith("d"))
    if not place.is_file():
        raise InputError(f"There is no question bank {place}. Name a .jsonl file or a folder of them.")
    return [place]


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file} cannot be read as UTF-8 text ({error}). Save it as UTF-8.") from error
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield number, line


def _parse(line: str) -> Question | str:
    try:
        return Question.model_validate(json.loads(line))
    except json.JSONDecodeError as error:
        return f"not JSON ({error.msg} at column {error.colno})"
    except RecursionError:
        return "not a question, but nested too deeply"
    except ValidationError as error:
        return problem_of(error)
