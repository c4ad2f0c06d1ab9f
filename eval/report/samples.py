"""The samples of a run as the page's script reads them: compact, and safe inside a ``<script>`` of an HTML page."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from eval.report.content import OUTCOMES, Content, score_of
from eval.report.diff import words_diff
from eval.sample import Case, passages_read

Spreads = Mapping[str, Mapping[str, float]]
_UNSAFE = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}
"""What an HTML parser looks for inside of a script: ends of tags and starts of comments."""

COSTS = {
    "seconds": ("Time for an answer", "s"),
    "first_token": ("Time to the first word", "s"),
    "tokens_in": ("Tokens read", ""),
    "tokens_out": ("Tokens written", ""),
    "memory": ("Peak memory", "MiB"),
}
"""Fields of `Output` that say what an answer cost: what they are called, and their unit."""


def embed(content: Content) -> Markup:
    """Return the samples as JSON in ASCII that holds no character that HTML knows.

    Texts of passages stand in ``texts`` once, since many samples find the same ones.
    """
    texts: dict[str, int] = {}
    spreads = content.spreads()
    data = {
        "outcomes": OUTCOMES,
        "scores": [
            {"name": name, "better": score_of(name).better, "unit": score_of(name).unit, "cost": name in COSTS}
            for name in spreads
        ],
        "first": next(iter(content.headline()), ""),
        "samples": [_sample(content, name, case, spreads, texts) for name, case in content.cases.items()],
        "units": {says: unit for says, unit in COSTS.values() if unit},
        "texts": list(texts),
    }
    return Markup(json.dumps(data, separators=(",", ":"), allow_nan=False).translate(_UNSAFE))


def _sample(content: Content, name: str, case: Case, spreads: Spreads, texts: dict[str, int]) -> dict[str, Any]:
    sample, output = case.sample, case.output
    place = texts.setdefault
    row: dict[str, Any] = {
        "id": name,
        "prompt": sample.prompt,
        "category": sample.category,
        "outcome": content.outcome(name),
        "answer": output.prediction,
        "references": list(sample.references),
        "must": [list(group) for group in sample.must],
        "gold": list(sample.gold),
        "options": dict(sample.options),
        "key": list(sample.key),
        "letters": list(output.letters),
        "probabilities": _finite(output.probabilities),
        "passages": [[p.section, place(p.text, len(texts)), _number(p.score)] for p in output.passages],
        "read": len(passages_read(output)),
        "citations": [[c.marker, c.section, place(c.text, len(texts))] for c in output.citations],
        "diff": [] if sample.options or output.refused else words_diff(output.prediction, sample.references),
        "scores": [_number(values.get(name)) for values in spreads.values()],
        "cost": {COSTS[key][0]: value for key in COSTS if (value := _number(getattr(output, key))) is not None},
        "error": output.error,
    }
    return {key: value for key, value in row.items() if value not in ("", [], {}, 0)}


def _finite(values: Mapping[str, float]) -> dict[str, float]:
    return {name: found for name, value in values.items() if (found := _number(value)) is not None}


def _number(value: float | None) -> float | None:
    return round(value, 4) if value is not None and math.isfinite(value) else None
