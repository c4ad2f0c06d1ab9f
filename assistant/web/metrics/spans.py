"""The spans of time to look at, and how long a step of a chart is in each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_PERIODS = (_HOUR, 6 * _HOUR, _DAY, 7 * _DAY, 28 * _DAY, 364 * _DAY)
_MOST_STEPS = 32


@dataclass(frozen=True, slots=True)
class Span:
    """A span that ends now; ``length`` None is from the first record on. ``said`` completes "asked …"."""

    label: str
    length: timedelta | None
    said: str


SPANS = {
    "24h": Span("24 h", 24 * _HOUR, "in the last 24 hours"),
    "7d": Span("7 d", 7 * _DAY, "in the last 7 days"),
    "30d": Span("30 d", 30 * _DAY, "in the last 30 days"),
    "all": Span("All", None, "yet"),
}
FIRST = "7d"


def period_of(since: datetime, until: datetime) -> timedelta:
    """Return the shortest step with which a chart of this time has at most 32 of them, else the longest there is."""
    return next((period for period in _PERIODS if (until - since) / period <= _MOST_STEPS), _PERIODS[-1])


def in_words(period: timedelta) -> str:
    """Return a period in words: "6 h", "1 day", "7 days"."""
    if period < _DAY:
        return f"{period // _HOUR} h"
    return "1 day" if period == _DAY else f"{period // _DAY} days"


def moment(at: datetime, period: timedelta) -> str:
    """Return when a step begins: "21 Nov", with the time where steps are shorter than a day; the year where longer."""
    if period < _DAY:
        return f"{at.day} {at:%b} {at:%H:%M}"
    return f"{at.day} {at:%b}" if period < 28 * _DAY else f"{at.day} {at:%b} {at:%Y}"
