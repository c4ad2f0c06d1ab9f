"""What the Metrics tab shows at a time, read from the records once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from assistant.records import FindingCount, Invocation, Invocations, Metrics, Series, Summary
from assistant.records.columns import now
from assistant.records.database import Database
from assistant.records.metric_names import Measured
from assistant.records.metrics import By, series_of, steps_of, summary_of, total_of
from assistant.web.metrics.spans import SPANS, period_of

MOST_LATEST = 20
MOST_SERIES = 5
OTHERS = "others"


@dataclass(frozen=True, slots=True)
class Reading:
    """The records of one span: what is measured of each, what guardrails found, the latest, and the steps of charts.

    ``charted`` is ``measured`` with rare models or operations under one name.
    """

    span: str
    by: By
    measured: Sequence[Measured]
    charted: Sequence[Measured]
    findings: Sequence[FindingCount]
    latest: Sequence[Invocation]
    steps: Sequence[datetime]
    period: timedelta
    priced: bool

    def total(self, name: str, statistic: str = "Sum") -> float | None:
        """Return one statistic of one metric over the span; None where there is nothing to take it of."""
        return total_of(self.measured, name, statistic)

    def series(self, name: str, statistic: str = "Sum") -> list[Series]:
        """Return a metric over time, a series for each model or operation or one of all."""
        found = series_of(self.charted, name, self.steps, statistic=statistic, by=self.by)
        return sorted(found, key=lambda each: each.label == OTHERS)

    def summary(self) -> list[Summary]:
        """Return the metrics by model and operation."""
        return summary_of(self.measured)


def read(database: Database, span: str, by: By, *, priced: bool, until: datetime | None = None) -> Reading:
    """Read a span of `SPANS` that ends at ``until``; ``priced`` says that there is a price list.

    Raises:
        RecordsError: the database cannot be read.

    """
    until = until or now()
    length = SPANS[span].length
    since = until - length if length else None
    metrics = Metrics(database)
    measured = metrics.measured(since)
    # A clock that was set back leaves records behind that lie ahead of it.
    until = max([until, *(one.at for one in measured)]) + timedelta(microseconds=1)
    since = since or min((one.at for one in measured), default=until - timedelta(days=1))
    period = period_of(since, until)
    return Reading(
        span=span,
        by=by,
        measured=measured,
        charted=_merged(measured, by),
        findings=metrics.findings(since),
        latest=Invocations(database).find(since, limit=MOST_LATEST),
        steps=steps_of(period, since, until),
        period=period,
        priced=priced or any(one.cost for one in measured),
    )


def _merged(measured: Sequence[Measured], by: By) -> Sequence[Measured]:
    """Put all but the most frequent models or operations under one name, so that a chart can be read."""
    if not by:
        return measured
    counts = Counter(getattr(one, by) for one in measured)
    if len(counts) <= MOST_SERIES:
        return measured
    kept = {name for name, _ in counts.most_common(MOST_SERIES - 1)}
    return [one if getattr(one, by) in kept else _as_other(one, by) for one in measured]


def _as_other(one: Measured, by: By) -> Measured:
    return one._replace(model=OTHERS) if by == "model" else one._replace(operation=OTHERS)
