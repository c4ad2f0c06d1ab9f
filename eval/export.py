"""One row a sample, with what the system gave and how it scored, for spreadsheets and notebooks."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from assistant.errors import InputError
from eval.folder import SYSTEM, RunFolder
from eval.human.cells import guarded
from eval.sample import Case


def export_run(run: RunFolder, file: Path) -> int:
    """Write the samples of a run to a ``.csv`` or ``.jsonl`` file, by id, and return how many there are.

    Raises:
        InputError: the file has another ending or cannot be written, or the folder is no run.

    """
    run.manifest()
    scores = run.scores()
    rows = [_row(case, scores.get(name, {}).get(SYSTEM, {})) for name, case in sorted(run.cases().items())]
    try:
        match file.suffix.lower():
            case ".csv":
                _write_csv(file, rows)
            case ".jsonl":
                lines = (json.dumps(row, ensure_ascii=False) for row in rows)
                file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
            case _:
                raise InputError(f"{file} ends in neither .csv nor .jsonl. Choose one of these.")
    except OSError as error:
        raise InputError(f"{file} cannot be written ({error.strerror or error}). Choose another place.") from error
    return len(rows)


def _row(case: Case, scores: Any) -> dict[str, Any]:
    sample, output = case.sample, case.output
    return {
        **sample.model_dump(mode="json"),
        **output.model_dump(mode="json", exclude={"passages", "citations"}),
        "passages": [passage.section for passage in output.passages],
        "citations": [cited.section for cited in output.citations],
        **{name: value for name, value in scores.items() if not isinstance(value, list)},
    }


def _write_csv(file: Path, rows: list[dict[str, Any]]) -> None:
    names = list(dict.fromkeys(name for row in rows for name in row))
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(names)
        writer.writerows([_cell(row.get(name)) for name in names] for row in rows)


def _cell(value: Any) -> Any:
    match value:
        case None:
            return ""
        case list() | dict():
            return json.dumps(value, ensure_ascii=False) if value else ""
        case str():
            return guarded(value)
        case _:
            return value
