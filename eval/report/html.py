"""A run as one HTML file that needs nothing else: no network, no server, no other file."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from assistant.errors import InputError
from eval.folder import RunFolder
from eval.report import charts
from eval.report.content import OUTCOMES, ROWS, Content, interval, number, read, score_of, visible
from eval.report.samples import COSTS, embed
from eval.suites.registry import suites

_FONTS = {
    "source-serif-4-latin-400-normal": ("Source Serif 4", 400),
    "source-serif-4-latin-600-normal": ("Source Serif 4", 600),
    "source-sans-3-latin-400-normal": ("Source Sans 3", 400),
    "source-sans-3-latin-600-normal": ("Source Sans 3", 600),
    "source-code-pro-latin-400-normal": ("Source Code Pro", 400),
}
_DIRECTIONS = {"higher": "higher is better", "lower": "lower is better", "neither": ""}


def write_html(run: RunFolder, path: Path) -> Path:
    """Write the report of a run.

    Returns:
        the path.

    Raises:
        InputError: the folder is no run, has not been scored, or the file cannot be written.

    """
    text = _render(read(run))
    try:
        path.write_text(text, encoding="utf-8", errors="replace")
    except OSError as error:
        raise InputError(f"The report cannot be written to {path} ({error.strerror}). Choose another place.") from error
    return path


def _render(content: Content) -> str:
    environment = Environment(
        loader=PackageLoader("eval", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: visible(value) if type(value) is str else value,
    )
    environment.filters |= {"number": number, "interval": interval}
    script = _asset("report.js")
    return environment.get_template("report.html").render(
        content=content,
        manifest=content.manifest,
        spec=content.manifest.spec,
        style=Markup(_fonts() + _asset("report.css")),
        script=Markup(script),
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        describe=getattr(suites().get(content.manifest.spec.suite), "describe", ""),
        date=_date(content.manifest.created),
        rows=[(row, *ROWS.get(row, (row, ""))) for row in content.rows],
        figures=[_headline(content, name) for name in content.headline()],
        score=score_of,
        directions=_DIRECTIONS,
        categories=_categories(content),
        costs=_costs(content),
        histograms=_histograms(content),
        outcomes=_outcomes(content),
        marks=charts.MARKS,
        data=embed(content),
    )


def _headline(content: Content, name: str) -> dict[str, Any]:
    score = score_of(name)
    lanes = [
        (row, ROWS.get(row, (row, ""))[0], figure) for row in content.rows if (figure := content.figure(row, name))
    ]
    return {
        "score": score,
        "figure": lanes[0][2],
        "chart": charts.whiskers(f"first-{name}", f"{name} with 95 % intervals", lanes, score.low, score.high),
    }


def _categories(content: Content) -> dict[str, Any] | None:
    """Return the rows of the table by category, with the first figure drawn on one scale."""
    shown = [name for name in content.headline() if any(name in found for found in content.summary.categories.values())]
    if not shown:
        return None
    first = score_of(shown[0])
    found = {category: figures.get(shown[0]) for category, figures in sorted(content.summary.categories.items())}
    ends = [end for f in found.values() if f for end in (f.value, f.low, f.high) if end is not None]
    counts = Counter(case.sample.category for case in content.cases.values())
    ticks = charts.axis(ends or [0.0], first.low, first.high)
    return {
        "word": "domain" if content.manifest.spec.suite == "exam" else "category",
        "names": shown,
        "rows": [
            (
                category,
                charts.strip(figure, ticks) if figure else "",
                content.summary.categories[category],
                counts[category],
            )
            for category, figure in found.items()
        ],
        "scale": f"{ticks[0]:,g} to {ticks[-1]:,g}",
    }


def _costs(content: Content) -> list[dict[str, str]]:
    rows = []
    for name, (says, unit) in COSTS.items():
        values = [float(v) for case in content.cases.values() if (v := getattr(case.output, name)) is not None]
        if not values:
            continue
        median, p95 = (float(value) for value in np.percentile(values, [50, 95]))
        cells = {"median": median, "p95": p95, "most": max(values), "total": sum(values)}
        if name in ("memory", "first_token"):
            del cells["total"]
        whole = name.startswith("tokens")
        shown = {key: f"{value:,.0f}" if whole else number(value, unit) for key, value in cells.items()}
        rows.append({"name": says, "total": ""} | shown)
    return rows


def _histograms(content: Content) -> list[tuple[str, Markup]]:
    found = []
    for name, values in content.spreads().items():
        score = score_of(name)
        chart = charts.histogram(f"spread-{name}", f"Samples by {name}", [*values.values()], score.low, score.high)
        found.append((name, chart))
    return found


def _outcomes(content: Content) -> list[tuple[str, str, int]]:
    counts = dict.fromkeys(OUTCOMES, 0)
    for sample in content.cases:
        counts[content.outcome(sample)] += 1
    return [(outcome, OUTCOMES[outcome], count) for outcome, count in counts.items() if count]


def _date(created: str) -> str:
    try:
        return f"{datetime.fromisoformat(created):%d %B %Y, %H:%M %Z}".strip().removeprefix("0")
    except ValueError:
        return created


def _asset(name: str) -> str:
    return (files("eval") / "templates" / name).read_text(encoding="utf-8")


def _fonts() -> str:
    folder = files("assistant") / "web" / "assets" / "fonts"
    return "".join(
        f'@font-face{{font-family:"{family}";font-weight:{weight};font-display:swap;src:url("data:font/woff2;base64,'
        f'{base64.b64encode((folder / f"{name}.woff2").read_bytes()).decode()}") format("woff2")}}\n'
        for name, (family, weight) in _FONTS.items()
    )
