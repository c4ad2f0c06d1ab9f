"""Figures with their intervals: as words, and as a mark on the scale that they have."""

from __future__ import annotations

import math
from html import escape

from eval.folder import Figure
from eval.metrics.registry import Score
from eval.report.content import interval, number


def figure_html(name: str, figure: Figure, unit: str = "") -> str:
    """Return a figure with its name above it and its interval beneath it."""
    return (
        f'<div class="figure"><span>{escape(name)}</span><b>{number(figure.value, unit)}</b>'
        f"<small>{interval(figure)}</small></div>"
    )


def range_html(figure: Figure, score: Score) -> str:
    """Return the value and the interval on the score's scale; nothing where it has no scale or no value."""
    if score.low is None or score.high is None or None in (figure.value, figure.low, figure.high):
        return ""
    return span_html(float(figure.value or 0), float(figure.low or 0), float(figure.high or 0), score.low, score.high)


def span_html(value: float, low: float, high: float, start: float, end: float, *, middle: float | None = None) -> str:
    """Return a value and its interval on a scale; ``middle`` marks a place that means something."""

    def at(place: float) -> float:
        place = start if place == -math.inf else end if place == math.inf else place
        return 100 * min(max((place - start) / (end - start), 0.0), 1.0)

    tick = "" if middle is None else f'<u style="left:{at(middle):.1f}%"></u>'
    return (
        f'<span class="range" aria-hidden="true">{tick}<i style="left:{at(low):.1f}%;width:{at(high) - at(low):.1f}%">'
        f'</i><b style="left:{at(value):.1f}%"></b></span>'
    )
