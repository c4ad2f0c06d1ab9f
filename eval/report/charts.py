"""Charts as inline SVG. Places are percentages of the width, so that text keeps its size on a phone and on paper."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

from eval.folder import ORACLE, SHUFFLED, SYSTEM, Figure
from eval.report.content import interval, number

_LEFT, _RIGHT = 26.0, 97.0
"""Where lanes begin and end, in percent; names stand before them."""
_LANE, _AXIS = 28, 26
"""Heights in pixels."""
_MARKS = (SYSTEM, ORACLE, SHUFFLED)
_BARS = 20


def whiskers(
    key: str, title: str, lanes: Sequence[tuple[str, str, Figure]], low: float | None = None, high: float | None = None
) -> Markup:
    """Draw values with their intervals below each other, over one axis.

    Args:
        key: unlike that of any other chart of the page.
        title: what is drawn.
        lanes: ``(row, its name, figure)``; the row chooses the mark's shape.
        low: where the axis begins; by default at zero, or at the lowest value below it.
        high: where it ends; by default at a round number above all values.

    """
    ends = [end for _, _, f in lanes for end in (f.value, f.low, f.high) if end is not None]
    ticks = axis(ends, low, high)
    bottom = len(lanes) * _LANE + 4
    parts = [_grid(ticks, bottom, _LEFT)]
    for place, (row, name, figure) in enumerate(lanes):
        y = place * _LANE + _LANE // 2 + 2
        parts.append(Markup('<text class="name" x="0" y="{}">{}</text>').format(y + 4, name))
        parts.append(_lane(row, figure, ticks, y, _LEFT, _RIGHT))
    said = "; ".join(
        f"{name} {number(f.value)}" + (f", 95 % interval {number(f.low)} to {number(f.high)}" if interval(f) else "")
        for _, name, f in lanes
    )
    return _svg(key, title, said, bottom + _AXIS, parts)


def strip(figure: Figure, ticks: Sequence[float], row: str = SYSTEM) -> Markup:
    """Draw one value with its interval, for a cell of a table beside the number that it shows."""
    marks = Markup("").join(
        Markup('<line class="grid" x1="{0}%" x2="{0}%" y1="2" y2="18"/>').format(_at(tick, ticks, 4, 96))
        for tick in ticks
    )
    return Markup('<svg class="chart strip" aria-hidden="true" width="100%" height="20">{}{}</svg>').format(
        marks, _lane(row, figure, ticks, 10, 4, 96)
    )


def histogram(
    key: str, title: str, values: Sequence[float], low: float | None = None, high: float | None = None
) -> Markup:
    """Draw how many samples have which score; scores of 0 and 1 get two bars.

    Args:
        key: unlike that of any other chart of the page.
        title: what is drawn.
        values: at least one.
        low: where the axis begins; by default as in `whiskers`.
        high: where it ends.

    """
    two = set(values) <= {0.0, 1.0}
    ticks = [0.0, 1.0] if two else axis(values, low, high)
    counts, edges = np.histogram(
        np.clip(values, ticks[0], ticks[-1]), bins=2 if two else _BARS, range=(ticks[0], ticks[-1])
    )
    height, left = 140, 6.0
    tallest = int(counts.max())
    width = (_RIGHT - left) / len(counts)
    parts = [] if two else [_grid(ticks, height, left)]
    for place, count in enumerate(counts):
        if not count:
            continue
        tall = max(2.0, count / tallest * (height - 24))
        inset = width * (0.25 if two else 0.06)
        parts.append(
            Markup('<rect class="bar" x="{:.2f}%" y="{:.1f}" width="{:.2f}%" height="{:.1f}" rx="2"/>').format(
                left + place * width + inset, height - tall, width - 2 * inset, tall
            )
        )
        parts.append(
            Markup('<text class="count" x="{:.2f}%" y="{:.1f}">{}</text>').format(
                left + (place + 0.5) * width, height - tall - 6, count
            )
        )
    if two:
        parts += [
            Markup('<text class="tick" x="{:.2f}%" y="{}">{}</text>').format(left + (n + 0.5) * width, height + 18, n)
            for n in (0, 1)
        ]
    parts.append(Markup('<line class="floor" x1="{}%" x2="{}%" y1="{}" y2="{}"/>').format(left, _RIGHT, height, height))
    said = "; ".join(
        f"{count} "
        + (f"with {place}" if two else f"from {number(float(edges[place]))} to {number(float(edges[place + 1]))}")
        for place, count in enumerate(counts)
        if count
    )
    return _svg(key, title, said, height + _AXIS, parts)


def axis(values: Sequence[float], low: float | None = None, high: float | None = None) -> list[float]:
    """Return three to six ticks at round numbers that span the values; the first and last are the ends of the axis."""
    start = low if low is not None else min(0.0, *values)
    end = high if high is not None else max([*values, start])
    if end <= start:
        end = start + 1.0
    if low is not None and high is not None:
        parts = next((n for n in (4, 3, 5) if float(f"{(end - start) / n:.2g}") == (end - start) / n), 4)
        return [start + (end - start) * place / parts for place in range(parts + 1)]
    raw = (end - start) / 4
    size = 10.0 ** math.floor(math.log10(raw))
    step = size * next(factor for factor in (1, 2, 2.5, 5, 10) if factor * size >= raw * 0.999)
    first = start if low is not None else math.floor(start / step) * step
    count = math.ceil((end - first) / step - 1e-9)
    ticks = [first + step * place for place in range(count + 1)]
    return ticks


def _at(value: float, ticks: Sequence[float], left: float, right: float) -> str:
    share = (min(max(value, ticks[0]), ticks[-1]) - ticks[0]) / (ticks[-1] - ticks[0])
    return f"{left + share * (right - left):.2f}"


def _grid(ticks: Sequence[float], bottom: float, left: float) -> Markup:
    return Markup("").join(
        Markup(
            '<line class="grid" x1="{0}%" x2="{0}%" y1="0" y2="{1}"/><text class="tick" x="{0}%" y="{2}">{3}</text>'
        ).format(_at(tick, ticks, left, _RIGHT), bottom, bottom + 18, f"{tick:,.10g}")
        for tick in ticks
    )


def _lane(row: str, figure: Figure, ticks: Sequence[float], y: int, left: float, right: float) -> Markup:
    if figure.value is None:
        return Markup("")
    kind = row if row in _MARKS else "other"
    line = Markup("")
    if figure.low is not None and figure.high is not None:
        x1, x2 = (_at(end, ticks, left, right) for end in (figure.low, figure.high))
        line = Markup(
            '<g class="whisker {0}"><line x1="{1}%" x2="{2}%" y1="{3}" y2="{3}"/><line x1="{1}%" x2="{1}%" y1="{4}" '
            'y2="{5}"/><line x1="{2}%" x2="{2}%" y1="{4}" y2="{5}"/></g>'
        ).format(kind, x1, x2, y, y - 4, y + 4)
    x = _at(figure.value, ticks, left, right)
    return line + Markup('<use class="dot {0}" href="#mark-{0}" x="{1}%" y="{2}"/>').format(kind, x, y)


def _svg(key: str, title: str, said: str, height: float, parts: Sequence[Markup]) -> Markup:
    return Markup(
        '<svg class="chart" role="img" aria-labelledby="{0}-title {0}-desc" width="100%" height="{1}">'
        '<title id="{0}-title">{2}</title><desc id="{0}-desc">{3}.</desc>{4}</svg>'
    ).format(f"chart-{key}", height, title, said, Markup("").join(parts))


MARKS = Markup(
    '<svg width="0" height="0" class="marks" aria-hidden="true"><defs>'
    '<circle id="mark-system" r="6"/><path id="mark-oracle" d="M0-6 6 5H-6Z"/>'
    '<path id="mark-shuffled" d="M0-6 6 0 0 6-6 0Z"/><rect id="mark-other" x="-5" y="-5" width="10" height="10"/>'
    "</defs></svg>"
)
"""The shapes that `whiskers` and `strip` use; once in every page that has them."""
