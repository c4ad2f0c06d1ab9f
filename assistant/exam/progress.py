"""Progress over weeks, counted from graded responses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from assistant.exam.grade import Share
from assistant.exam.question import DOMAINS
from assistant.records import Attempt


@dataclass(frozen=True, slots=True)
class Week:
    """One week from Monday on, in the person's own time zone."""

    monday: date
    whole: Share
    domains: dict[int, Share]


def weeks_of(attempts: Iterable[Attempt]) -> list[Week]:
    """Return the weeks in which questions were answered, and those between, the earliest first."""
    by_week: dict[date, list[Attempt]] = {}
    for attempt in attempts:
        day = attempt.at.astimezone().date()
        by_week.setdefault(day - timedelta(days=day.weekday()), []).append(attempt)
    if not by_week:
        return []
    weeks: list[Week] = []
    monday, last = min(by_week), max(by_week)
    while monday <= last:
        answered = by_week.get(monday, [])
        domains = {domain: _share([a for a in answered if a.domain == domain]) for domain in DOMAINS}
        weeks.append(Week(monday, _share(answered), domains))
        monday += timedelta(days=7)
    return weeks


def _share(attempts: list[Attempt]) -> Share:
    return Share(sum(attempt.right for attempt in attempts), len(attempts))
