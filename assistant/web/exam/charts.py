"""Charts as inline SVG and plain bars. Every mark has its number beside it, so that none needs its colour."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from assistant.exam.grade import Share
from assistant.exam.progress import Week
from assistant.exam.question import DOMAINS

MOST_WEEKS = 12
_WIDTH, _HEIGHT = 520, 200
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 20, 28, 36


def domain_bars(domains: Mapping[int, Share]) -> str:
    """Return one bar for each domain that has questions: its name, the share right, and the counts."""
    rows = "".join(bar(DOMAINS[domain], share) for domain, share in domains.items() if share.of)
    return f'<dl class="bars">{rows}</dl>' if rows else ""


def bar(label: str, share: Share) -> str:
    """Return a bar with its label and numbers."""
    return (
        f"<div><dt>{escape(label)}</dt><dd><span class='track'><span style='width:{share.percent:.1f}%'></span></span>"
        f"<b>{share.percent:.0f} %</b><small>{share.right} of {share.of}</small></dd></div>"
    )


def thin_bar(part: float) -> str:
    """Return a thin bar for a probability from 0 to 1."""
    percent = 100 * min(max(part, 0.0), 1.0)
    return f'<span class="track thin" aria-hidden="true"><span style="width:{percent:.1f}%"></span></span>'


def weeks_chart(weeks: Sequence[Week]) -> str:
    """Return the share right by week as a line; a week without answers is passed over."""
    shown = list(weeks)[-MOST_WEEKS:]
    if not any(week.whole.of for week in shown):
        return ""
    step = (_WIDTH - _LEFT - _RIGHT) / max(len(shown) - 1, 1)
    at = [_LEFT + step * number if len(shown) > 1 else _WIDTH / 2 for number in range(len(shown))]
    grid = "".join(
        f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{_y(value):.1f}" y2="{_y(value):.1f}"/>'
        f'<text class="scale" x="{_LEFT - 8}" y="{_y(value) + 4:.1f}" text-anchor="end">{value} %</text>'
        for value in (0, 50, 100)
    )
    marks = "".join(
        f'<circle cx="{x:.1f}" cy="{_y(week.whole.percent):.1f}" r="4"/>'
        f'<text class="value" x="{x:.1f}" y="{_y(week.whole.percent) - 10:.1f}" text-anchor="middle">'
        f"{week.whole.percent:.0f} %</text>"
        for x, week in zip(at, shown, strict=True)
        if week.whole.of
    )
    days = "".join(
        f'<text class="scale" x="{x:.1f}" y="{_HEIGHT - 10}" text-anchor="middle">{_day(week)}</text>'
        for x, week in zip(at, shown, strict=True)
    )
    said = "; ".join(f"{_day(week)}: {week.whole.right} of {week.whole.of}" for week in shown if week.whole.of)
    return (
        f'<svg class="chart" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="Share right by week. '
        f'{escape(said)}">{grid}{_line(at, [week.whole for week in shown])}{marks}{days}</svg>'
    )


def domain_lines(weeks: Sequence[Week]) -> str:
    """Return one small line for each domain over the weeks, with its last and its overall share."""
    shown = list(weeks)[-MOST_WEEKS:]
    rows = []
    for domain, name in DOMAINS.items():
        shares = [week.domains[domain] for week in shown]
        whole = Share(sum(share.right for share in shares), sum(share.of for share in shares))
        if not whole.of:
            continue
        rows.append(
            f"<li><span>{escape(name)}</span>{_spark(shares)}<b>{whole.percent:.0f} %</b>"
            f"<small>{whole.right} of {whole.of}</small></li>"
        )
    return f'<ul class="lines">{"".join(rows)}</ul>' if rows else ""


def _spark(shares: Sequence[Share]) -> str:
    width, height, edge = 160, 32, 5
    step = (width - 2 * edge) / max(len(shares) - 1, 1)
    points = [
        (edge + step * number if len(shares) > 1 else width / 2, edge + (height - 2 * edge) * (1 - share.percent / 100))
        for number, share in enumerate(shares)
        if share.of
    ]
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5"/>' for x, y in points)
    return (
        f'<svg class="spark" viewBox="0 0 {width} {height}" aria-hidden="true">'
        f'<line class="grid" x1="0" x2="{width}" y1="{height - edge}" y2="{height - edge}"/>'
        f"{_polyline(points)}{dots}</svg>"
    )


def _line(at: Sequence[float], shares: Sequence[Share]) -> str:
    return _polyline([(x, _y(share.percent)) for x, share in zip(at, shares, strict=True) if share.of])


def _polyline(points: Iterable[tuple[float, float]]) -> str:
    drawn = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{drawn}"/>'


def _y(percent: float) -> float:
    return _TOP + (_HEIGHT - _TOP - _BOTTOM) * (1 - percent / 100)


def _day(week: Week) -> str:
    return f"{week.monday.day} {week.monday:%b}"
