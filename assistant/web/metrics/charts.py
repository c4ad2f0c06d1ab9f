"""A metric over time as inline SVG: columns for what is counted, lines for how long something took.

Places along the width are percentages, so that text keeps its size on a phone. Each series has its place in the order
of the legend, and a line its dashes and marks, so that none needs its colour. What a step holds is its tooltip; the
table below a chart has all of it.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import datetime, timedelta
from html import escape

from assistant.records import Series
from assistant.records.metric_names import Unit
from assistant.web.metrics.numbers import on_axis, shown
from assistant.web.metrics.spans import moment
from eval.report.charts import axis

_HEIGHT, _TOP, _FOOT, _AXIS = 120, 10, 24, 56
"""Pixels: the plot, the room above it, the room for times below it, and the width of the numbers beside it."""
_MARKS = ("circle", "square", "diamond", "triangle", "ring")


def chart(key: str, title: str, series: Sequence[Series], unit: Unit, period: timedelta, *, lines: bool) -> str:
    """Return a chart; ``key`` is unlike that of any other of the page, and there is at least one series and step."""
    values = [list(each.values) for each in series]
    tops = [value for row in values for value in row if value is not None] if lines else _sums(values)
    ticks = axis([max(tops, default=0.0)], low=0.0)
    steps = series[0].at
    marks = _lines(values, ticks[-1]) if lines else _columns(values, ticks[-1])
    hits = "".join(_hit(place, series, unit, period) for place in range(len(steps)))
    bottom = _TOP + _HEIGHT
    grid = "".join(
        f'<line class="grid" x1="0" x2="100%" y1="{_y(tick, ticks[-1]):.1f}" y2="{_y(tick, ticks[-1]):.1f}"/>'
        for tick in _shown_ticks(ticks, unit)
    )
    scale = "".join(
        f'<text class="tick" x="{_AXIS - 8}" y="{_y(tick, ticks[-1]) + 4:.1f}" text-anchor="end">'
        f"{on_axis(tick, unit)}</text>"
        for tick in _shown_ticks(ticks, unit)
    )
    return (
        f'<div class="plot" role="img" aria-label="{escape(_said(title, series, unit, period, lines))}">'
        f'<svg class="axis" width="{_AXIS}" height="{bottom + _FOOT}" aria-hidden="true">{scale}</svg>'
        f'<svg class="chart" id="chart-{key}" width="100%" height="{bottom + _FOOT}" aria-hidden="true">'
        f"{grid}{_times(steps, period)}{marks}{hits}</svg></div>"
    )


def legend(labels: Sequence[str], *, lines: bool) -> str:
    """Return the names of the series with their marks; nothing for one series."""
    if len(labels) < 2:
        return ""
    width = 24 if lines else 12
    rows = "".join(
        f'<li><svg width="{width}" height="14" aria-hidden="true">{_key(number, lines)}</svg>{escape(label)}</li>'
        for number, label in enumerate(labels)
    )
    return f'<ul class="legend">{rows}</ul>'


def _said(title: str, series: Sequence[Series], unit: Unit, period: timedelta, lines: bool) -> str:
    """Say in one sentence what is to be seen; the table has the rest."""
    highest = []
    for each in series:
        found = [(value, at) for value, at in zip(each.values, each.at, strict=True) if value is not None]
        if found:
            value, at = max(found, key=lambda pair: pair[0])
            highest.append(f"{each.label or 'all'} at most {shown(value, unit)} ({moment(at, period)})")
    kind = "Lines" if lines else "Columns"
    return f"{kind} over time: {title}. {'; '.join(highest) or 'no values'}."


def _columns(values: Sequence[Sequence[float | None]], top: float) -> str:
    width = 100 / len(values[0])
    drawn = []
    for place in range(len(values[0])):
        below = 0.0
        for number, row in enumerate(values):
            value = row[place] or 0.0
            if value <= 0:
                continue
            y, foot = _y(below + value, top), _y(below, top)
            drawn.append(
                f'<rect class="s{number}" x="{(place + 0.14) * width:.2f}%" width="{0.72 * width:.2f}%" y="{y:.1f}" '
                f'height="{max(foot - y - (1 if below else 0), 1):.1f}"/>'
            )
            below += value
    return "".join(drawn)


def _lines(values: Sequence[Sequence[float | None]], top: float) -> str:
    width = 100 / len(values[0])
    drawn = []
    for number, row in enumerate(values):
        points = [((place + 0.5) * width, _y(value, top)) for place, value in enumerate(row) if value is not None]
        drawn += [
            f'<line class="l{number}" x1="{x1:.2f}%" y1="{y1:.1f}" x2="{x2:.2f}%" y2="{y2:.1f}"/>'
            for (x1, y1), (x2, y2) in itertools.pairwise(points)
        ]
        drawn += [_mark(number, f"{x:.2f}%", f"{y:.1f}") for x, y in points]
    return "".join(drawn)


def _mark(number: int, x: str, y: str) -> str:
    return f'<use class="m{number}" href="#mark-{_MARKS[number]}" x="{x}" y="{y}"/>'


def _key(number: int, lines: bool) -> str:
    if lines:
        return f'<line class="l{number}" x1="0" x2="24" y1="7" y2="7"/>' + _mark(number, "12", "7")
    return f'<rect class="s{number}" x="0" y="1" width="12" height="12"/>'


def _hit(place: int, series: Sequence[Series], unit: Unit, period: timedelta) -> str:
    width = 100 / len(series[0].at)
    told = [
        f"{each.label or 'all'}: {shown(value, unit)}" if len(series) > 1 else shown(value, unit)
        for each in series
        if (value := each.values[place])
    ]
    if not told:
        return ""
    said = escape(f"{moment(series[0].at[place], period)}\n" + "\n".join(told))
    return (
        f'<rect class="hit" x="{place * width:.2f}%" width="{width:.2f}%" y="0" height="{_TOP + _HEIGHT}">'
        f"<title>{said}</title></rect>"
    )


def _times(steps: Sequence[datetime], period: timedelta) -> str:
    """Name the first, the last and the middle step below the plot."""
    width, last = 100 / len(steps), len(steps) - 1
    places = {0: "start", last // 2: "middle", last: "end"} if last > 1 else {0: "start"}
    at = {"start": 0.0, "middle": (last // 2 + 0.5) * width, "end": 100.0}
    return "".join(
        f'<text class="tick" x="{at[anchor]:.2f}%" y="{_TOP + _HEIGHT + 18}" text-anchor="{anchor}">'
        f"{moment(steps[place], period)}</text>"
        for place, anchor in places.items()
    )


def _sums(values: Sequence[Sequence[float | None]]) -> list[float]:
    return [sum(value or 0.0 for value in step) for step in zip(*values, strict=True)]


def _shown_ticks(ticks: Sequence[float], unit: Unit) -> list[float]:
    return [tick for tick in ticks if unit != "Count" or tick == int(tick)]


def _y(value: float, top: float) -> float:
    return _TOP + _HEIGHT * (1 - value / top)


MARKS = (
    '<svg class="marks" width="0" height="0" aria-hidden="true"><defs><circle id="mark-circle" r="3.5"/>'
    '<rect id="mark-square" x="-3.5" y="-3.5" width="7" height="7"/><path id="mark-diamond" d="M0-5 5 0 0 5-5 0Z"/>'
    '<path id="mark-triangle" d="M0-5 5 4H-5Z"/><path id="mark-ring" d="M-4-4 4 4M4-4-4 4" class="open"/></defs></svg>'
)
"""The shapes of lines; once in every screen that has charts."""
