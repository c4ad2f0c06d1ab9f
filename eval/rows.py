"""Scores a file of predictions that something else made: JSONL rows of ``id``, ``prediction`` and ``references``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from assistant.errors import InputError
from eval.folder import Figure
from eval.metrics.registry import Metric, Scores, find_metric, metrics
from eval.sample import Case, Output, Sample
from eval.scoring import figures, lacking, score_cases
from eval.tools import Tools

_NAMED = 5
_REQUIRED = ("id", "prediction")


@dataclass(frozen=True, slots=True)
class ScoredFile:
    """Scores by row and name, and the figures of the whole file."""

    scores: dict[str, dict[str, float | None]]
    figures: dict[str, Figure]
    signatures: dict[str, str]


def score_file(file: Path, names: Sequence[str], tools: Tools) -> ScoredFile:
    """Score the rows of a file by metrics; without names by those that compare with references and call no model.

    Raises:
        InputError: the file or a line cannot be used, there is no such metric, or rows lack what it needs.
        EtudeError: a metric cannot be computed.

    """
    chosen = [find_metric(name) for name in dict.fromkeys(names)] or _usual()
    lines = read_rows(file)
    for metric in chosen:
        _check_needs(metric, lines, file)
    # As in a run: the order of the rows does not change a figure.
    cases = [case for _, case in sorted(lines.items(), key=lambda item: item[1].sample.id)]
    scored: dict[str, dict[str, float | None]] = {case.sample.id: {} for case in lines.values()}
    found: dict[str, Figure] = {}
    for metric in chosen:
        rows = score_cases(metric, cases, tools)
        if not (own := figures(metric, rows, tools.seed)):
            raise InputError(f"{metric.name} needs {_needs(metric)}, and {file} has too little of that. Add it.")
        found |= own
        for case, row in zip(cases, rows, strict=True):
            scored[case.sample.id] |= _shown(metric, row)
    signatures = {metric.name: said for metric in chosen if (said := metric.signature(tools))}
    return ScoredFile(scored, found, signatures)


def read_rows(file: Path) -> dict[int, Case]:
    """Read the rows of a JSONL file by line number.

    Every field of `Sample` and `Output` is read, others are passed over; ``references`` may be one string.

    Raises:
        InputError: the file cannot be read or has no rows, or a line is wrong; the message has its number.

    """
    try:
        lines = file.read_text(encoding="utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise InputError(f"{file} is not UTF-8 (byte {error.start}). Save it as UTF-8.") from error
    except OSError as error:
        raise InputError(f"{file} cannot be read ({error.strerror or error}). Give a JSONL file.") from error
    found: dict[int, Case] = {}
    first: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        if line.strip():
            case = _read(line, f"Line {number} of {file}")
            if case.sample.id in first:
                raise InputError(
                    f"Lines {first[case.sample.id]} and {number} of {file} have the same id {case.sample.id!r}. "
                    "Give each row an id of its own."
                )
            first[case.sample.id] = number
            found[number] = case
    if not found:
        raise InputError(f'{file} has no rows. Give one {{"id": …, "prediction": …, "references": […]}} a line.')
    return found


def _read(line: str, where: str) -> Case:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise InputError(f"{where} is not JSON ({error}). Correct it.") from error
    if not isinstance(row, dict) or any(row.get(name) is None for name in _REQUIRED):
        wanted = next((name for name in _REQUIRED if not isinstance(row, dict) or row.get(name) is None), "")
        raise InputError(f'{where} has no "{wanted}". Each row is {{"id": …, "prediction": …, "references": […]}}.')
    if isinstance(row.get("references"), str):
        row["references"] = [row["references"]]
    if isinstance(row["id"], int):
        row["id"] = str(row["id"])
    row.setdefault("prompt", "")
    try:
        return Case(
            Sample.model_validate(_only(row, Sample.model_fields)),
            Output.model_validate(_only(row, Output.model_fields)),
        )
    except ValidationError as error:
        problem = error.errors()[0]
        name = ".".join(str(part) for part in problem["loc"])
        raise InputError(f'{where}: "{name}" is wrong ({problem["msg"]}). Correct it.') from error


def _only(row: dict[str, Any], fields: Any) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name in fields and value is not None}


def _check_needs(metric: Metric, lines: dict[int, Case], file: Path) -> None:
    missing = {number: found for number, case in lines.items() if (found := lacking(metric, case.sample))}
    if missing:
        numbers = [str(number) for number in missing]
        more = f" and {len(numbers) - _NAMED} more" if len(numbers) > _NAMED else ""
        noun, verb = ("Line", "lacks") if len(numbers) == 1 else ("Lines", "lack")
        wanted = " and ".join(next(iter(missing.values())))
        raise InputError(
            f"{noun} {', '.join(numbers[:_NAMED])}{more} of {file} {verb} {wanted}, which {metric.name} needs. Add it, "
            f"or leave {metric.name} out of `--metrics`."
        )


def _usual() -> list[Metric]:
    return [m for m in metrics().values() if not m.slow and {"references"} <= m.needs <= {"references", "prediction"}]


def _needs(metric: Metric) -> str:
    return " and ".join(sorted(metric.needs)) or "more"


def _shown(metric: Metric, row: Scores) -> dict[str, float | None]:
    hidden = {score.name for score in metric.scores if score.hidden}
    return {
        name: None if value is None else float(value)
        for name, value in row.items()
        if name not in hidden and not isinstance(value, list)
    }
