"""Writing records out: JSON lines hold every kind, a CSV file one."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import inspect, select

from assistant.errors import InputError
from assistant.records.database import Database
from assistant.records.kinds import Kind, Part

_RUN = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection)."""


def export(database: Database, file: Path, kinds: Sequence[Kind], since: datetime | None = None) -> int:
    """Write records to a ``.jsonl`` or ``.csv`` file, the earliest first, and return how many.

    A line of JSON has ``record`` (the kind), ``table`` and the columns. A CSV file has the first table of one kind,
    with what is nested as JSON; a cell that a spreadsheet would run as a formula gets an apostrophe first. Times are
    UTC.

    Raises:
        InputError: the ending is another, several kinds are for a CSV file, or the file cannot be written.
        RecordsError: the database cannot be read.

    """
    ending = file.suffix.lower()
    if ending not in (".jsonl", ".csv"):
        raise InputError(f"Records are written as .jsonl or .csv, not {ending or 'a file without an ending'}.")
    if ending == ".csv" and len(kinds) != 1:
        raise InputError("A CSV file holds one kind of records. Name it with --kind, or write a .jsonl file.")
    try:
        if ending == ".jsonl":
            return _write_lines(database, file, kinds, since)
        return _write_table(database, file, kinds[0].parts[0], since)
    except OSError as error:
        raise InputError(f"{file} cannot be written ({error.strerror or error}). Choose another place.") from error


def _write_lines(database: Database, file: Path, kinds: Sequence[Kind], since: datetime | None) -> int:
    count = 0
    with file.open("w", encoding="utf-8") as out:
        for kind in kinds:
            for part in kind.parts:
                for row in _rows(database, part, since):
                    line = {"record": kind.name, "table": part.table, **row}
                    out.write(json.dumps(line, ensure_ascii=False, default=_text) + "\n")
                    count += 1
    return count


def _write_table(database: Database, file: Path, part: Part, since: datetime | None) -> int:
    count = 0
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(_columns(part))
        for row in _rows(database, part, since):
            writer.writerow([_cell(value) for value in row.values()])
            count += 1
    return count


def _rows(database: Database, part: Part, since: datetime | None) -> Iterator[dict[str, Any]]:
    names = _columns(part)
    found = select(*(getattr(part.row, name) for name in names)).order_by(part.at, *inspect(part.row).primary_key)
    if since:
        found = found.where(part.at >= since)
    with database.session() as session:
        for row in session.execute(found.execution_options(yield_per=500)):
            yield dict(zip(names, row, strict=True))


def _columns(part: Part) -> list[str]:
    return [column.key for column in inspect(part.row).column_attrs]


def _cell(value: Any) -> str:
    if isinstance(value, dict | list):
        value = json.dumps(value, ensure_ascii=False)
    text = "" if value is None else _text(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_RUN) else text


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
