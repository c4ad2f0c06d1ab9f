"""Bring your own questions: JSON Lines or CSV, in Amazon Bedrock's prompt-dataset format or in this project's.

One question a row. Bedrock's fields are ``prompt``, ``referenceResponse`` and ``category``; this project's are those of
`eval.sample.Sample`. Only ``prompt`` is needed. An ``id`` that is missing is made from the number of the line. Rows of
``etude eval score`` are read too if they have a prompt; their ``prediction`` is left out, as the system makes its own.

A CSV file has the same names in its first line. A cell of ``references``, ``gold`` or ``key`` that holds several puts
``||`` between them; references may also stand in columns ``reference_1``, ``reference_2`` and so on. ``must``,
``options`` and ``spans`` need JSON Lines.
"""

from __future__ import annotations

import csv
import difflib
import io
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from assistant.errors import InputError
from assistant.exam.question import problem_of
from eval.sample import Sample
from eval.suites.qa import METRICS
from eval.suites.reference import oracle_answer
from eval.suites.registry import Split, Suite
from eval.systems.answers import ANSWERING

SEPARATOR = "||"
_LARGEST = 50 * 1024 * 1024
_SHOWN = 10
_LISTS = ("references", "gold", "key")
_FIELDS = (*Sample.model_fields, "referenceResponse", "prediction")
_IN_CSV = tuple(name for name in _FIELDS if name not in ("must", "options", "spans"))
_NUMBERED = re.compile(r"reference_[1-9]\d*")

_Row = tuple[int, dict[str, Any] | str]
"""The number of a line with what it says, or with why it cannot be read."""


def own_suite(path: Path) -> Suite:
    """Return a suite over the samples of a file, with the systems of ``qa``; splits are not told apart.

    The notes are the shipped ones together with those that a run names. The file is read when its samples are asked
    for, so that a run of it can be scored anew when the file is gone; see `read_own` for what can be wrong then.
    """

    def samples(split: Split, notes: Path | None = None) -> list[Sample]:
        return read_own(path)

    return Suite(
        name="own",
        describe=f"Questions of {path.name}.",
        samples=samples,
        systems=ANSWERING,
        oracle=oracle_answer,
        metrics=METRICS,
        files=(path,),
    )


def read_own(path: Path) -> list[Sample]:
    """Read samples from a file; ``.csv`` and ``.tsv`` are tables, everything else is JSON Lines.

    Raises:
        InputError: the file cannot be read or is empty; or lines are wrong, and the first ten are named.

    """
    text = _read(path)
    samples: list[Sample] = []
    wrong: list[str] = []
    lines: dict[str, int] = {}
    for number, row in _csv_rows(path, text) if path.suffix.lower() in (".csv", ".tsv") else _json_rows(path, text):
        found = row if isinstance(row, str) else _sample(row, number)
        if isinstance(found, Sample) and found.id in lines:
            found = f"the id {found.id!r} is taken by line {lines[found.id]}"
        if isinstance(found, str):
            wrong.append(f"line {number}: {found}")
        else:
            lines[found.id] = number
            samples.append(found)
    if wrong:
        more = f"\n  and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
        count = "1 wrong line; correct it" if len(wrong) == 1 else f"{len(wrong)} wrong lines; correct them"
        listed = "\n  ".join(wrong[:_SHOWN])
        raise InputError(f"{path} has {count}, then try again:\n  {listed}{more}")
    if not samples:
        raise InputError(f'{path} has no questions. Write one a line, such as {{"prompt": "What is RAG?"}}.')
    return samples


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST:
            raise InputError(f"{path} has more than {_LARGEST // 2**20} MB. Split it.")
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise InputError(f"There is no file {path}. Name a .jsonl or .csv file of questions.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not text in UTF-8 (byte {error.start}). Save it as UTF-8.") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror or error}). Name a file of questions.") from error


def _json_rows(path: Path, text: str) -> Iterator[_Row]:
    if text.lstrip().startswith("["):
        raise InputError(f"{path} is one JSON array. Write its objects one a line, without the brackets (JSON Lines).")
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            json.dumps(row, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            yield number, "half of a character (a surrogate without its pair)"
        except json.JSONDecodeError as error:
            yield number, f"not JSON ({error.msg} at column {error.colno})"
        except (RecursionError, ValueError):
            yield number, "not JSON that can be read (nested too deeply, or a number too long)"
        else:
            yield number, row if isinstance(row, dict) else "not an object with a prompt"


def _csv_rows(path: Path, text: str) -> Iterator[_Row]:
    head = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count), strict=True)
    columns = [name.strip() for name in next(reader, [])]
    for name in columns:
        if not _NUMBERED.fullmatch(name) and name not in _IN_CSV:
            raise InputError(f"{path} has a column {name!r}, which is not known.{_near(name, _IN_CSV)}")
        if columns.count(name) > 1:
            raise InputError(f"{path} has two columns {name!r}. Delete or rename one.")
    number = reader.line_num + 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                many = f"{len(cells)} cells, and there are {len(columns)} columns"
                yield number, _of_cells(columns, cells) if len(cells) <= len(columns) else many
            number = reader.line_num + 1
    except csv.Error as error:
        yield number, f"not CSV ({error})"


def _of_cells(columns: list[str], cells: list[str]) -> dict[str, Any]:
    row: dict[str, Any] = {name: cell for name, cell in zip(columns, cells, strict=False) if cell.strip()}
    for name in _LISTS:
        if name in row:
            row[name] = [part.strip() for part in row[name].split(SEPARATOR) if part.strip()]
    if numbered := [row.pop(name) for name in columns if _NUMBERED.fullmatch(name) and name in row]:
        row["references"] = [*row.get("references", []), *numbered]
    return row


def _sample(row: Mapping[str, Any], number: int) -> Sample | str:
    """Return the sample of a row, or what is wrong with it."""
    if unknown := [name for name in row if name not in _FIELDS]:
        return f"{unknown[0]!r} is not a field.{_near(unknown[0], _FIELDS)}"
    given = {name: value for name, value in row.items() if value is not None}
    predicted = given.pop("prediction", None) is not None
    if not isinstance(given.get("prompt", ""), str):
        return "the prompt is not text"
    if not given.get("prompt", "").strip():
        return "there is no prompt" + ("; `etude eval score` scores predictions" if predicted else "")
    if (reference := given.pop("referenceResponse", None)) is not None:
        if "references" in given:
            return "give references or referenceResponse, not both"
        given["references"] = reference
    if isinstance(given.get("references"), str):
        given["references"] = [given["references"]]
    given["references"] = [text for text in given.get("references", ()) if not isinstance(text, str) or text.strip()]
    given["id"] = str(given["id"]) if isinstance(given.get("id"), str | int) else given.get("id", f"line-{number}")
    try:
        return Sample.model_validate(given)
    except ValidationError as error:
        return problem_of(error, "the row")


def _near(name: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return f" Did you mean {near[0]}?" if near else f" There are {', '.join(known)}."
