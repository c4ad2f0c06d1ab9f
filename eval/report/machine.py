"""A run as one JSON document, for programs."""

from __future__ import annotations

import math
from typing import Any

from eval.folder import RunFolder
from eval.report.content import read


def report_dict(run: RunFolder) -> dict[str, Any]:
    """Return a whole run as what JSON can say: NaN and infinity are null.

    Returns:
        ``manifest`` (run.json), ``headline`` (names of scores), ``summary`` (summary.json) and ``samples``: for each
        its ``id``, ``outcome``, ``sample``, ``output`` and ``scores`` by row and name.

    Raises:
        InputError: the folder is no run, or has not been scored.

    """
    content = read(run)
    document: dict[str, Any] = _safe(
        {
            "manifest": content.manifest.model_dump(mode="json"),
            "headline": content.headline(),
            "summary": content.summary.model_dump(mode="json"),
            "samples": [
                {
                    "id": name,
                    "outcome": content.outcome(name),
                    "sample": case.sample.model_dump(mode="json"),
                    "output": case.output.model_dump(mode="json"),
                    "scores": content.scores.get(name, {}),
                }
                for name, case in content.cases.items()
            ],
        }
    )
    return document


def _safe(value: Any) -> Any:
    match value:
        case dict():
            return {str(key): _safe(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_safe(inner) for inner in value]
        case float():
            return value if math.isfinite(value) else None
        case _:
            return value
