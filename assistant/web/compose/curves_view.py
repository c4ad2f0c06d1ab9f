"""How a training goes, as two small charts: the similarity index with diversity, and the losses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

Row = Mapping[str, float]
_WIDTH, _HEIGHT, _LEFT, _TOP, _FOOT = 400, 170, 40, 10, 26
_CHARTS = (
    ("On music that it has not seen", {"similarity_index": "similarity index", "diversity": "diversity of two seeds"}),
    ("Losses", {"told": "cross-entropy", "critic": "discriminator", "fooled": "generator against it"}),
)


def curves_html(rows: Sequence[Row]) -> str:
    """Return the charts of a training's log; a sentence where it has not been judged yet."""
    if not rows:
        return '<p class="hint">The curves begin when it has been judged for the first time, after 200 steps.</p>'
    return f'<div class="curves">{"".join(_chart(title, names, rows) for title, names in _CHARTS)}</div>'


def _chart(title: str, names: Mapping[str, str], rows: Sequence[Row]) -> str:
    lines = {name: [(row["step"], row[name]) for row in rows if name in row] for name in names}
    lines = {name: points for name, points in lines.items() if points}
    values = [value for points in lines.values() for _, value in points]
    low, high = min([0.0, *values]), max([*values, 0.01])
    last = max(row["step"] for row in rows)

    def x(step: float) -> float:
        return _LEFT + (_WIDTH - _LEFT - 8) * step / last

    def y(value: float) -> float:
        return _TOP + (_HEIGHT - _TOP - _FOOT) * (high - value) / (high - low)

    grid = "".join(
        f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - 8}" y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>'
        f'<text x="{_LEFT - 6}" y="{y(tick) + 4:.1f}" text-anchor="end">{tick:.2g}</text>'
        for tick in (low, (low + high) / 2, high)
    )
    drawn = "".join(_line(place, [(x(step), y(value)) for step, value in lines[name]])
                    for place, name in enumerate(names) if name in lines)  # fmt: skip
    foot = f'<text x="{_WIDTH - 8}" y="{_HEIGHT - 6}" text-anchor="end">step {last:,.0f}</text>'
    legend = "".join(
        f'<li><svg width="24" height="12" aria-hidden="true"><path class="l{place}" d="M0 6H24"/></svg>'
        f"{escape(label)} <b>{lines[name][-1][1]:.3f}</b></li>"
        for place, (name, label) in enumerate(names.items())
        if name in lines
    )
    said = ", ".join(f"{names[name]} {points[-1][1]:.3f}" for name, points in lines.items())
    return (
        f'<figure><figcaption>{title}</figcaption><svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="{escape(f"{title}: at step {last:,.0f} {said}")}">{grid}{drawn}{foot}</svg>'
        f'<ul class="legend">{legend}</ul></figure>'
    )


def _line(place: int, points: Sequence[tuple[float, float]]) -> str:
    if len(points) == 1:
        return f'<circle class="m{place}" cx="{points[0][0]:.1f}" cy="{points[0][1]:.1f}" r="3"/>'
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    return f'<path class="l{place}" d="M{path}"/>'
