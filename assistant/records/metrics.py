"""Questions about invocations: totals, percentiles and series over time, by model and operation.

What is counted, and under which names, says ``metric_names``.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, TypeVar

from sqlalchemy import Select, func, select

from assistant.errors import InputError
from assistant.records.columns import now
from assistant.records.database import Database
from assistant.records.invocations import FindingCount
from assistant.records.metric_names import METRICS, STATISTICS, Measured, Metric, find_metric, find_statistic
from assistant.records.models import FindingRow, InvocationRow

Selected = TypeVar("Selected", bound=Select[*tuple[Any, ...]])
By = Literal["", "model", "operation"]
MOST_POINTS = 5000


@dataclass(frozen=True, slots=True)
class Summary:
    """The metrics of one model and operation: sums by name, and of latencies statistics by name (Average, p50 …)."""

    model: str
    operation: str
    sums: Mapping[str, float]
    latencies: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Series:
    """A metric over time: one value for each moment of ``at``, None where there is nothing to tell."""

    label: str
    at: tuple[datetime, ...]
    values: tuple[float | None, ...]


_OF_LATENCIES = ("Average", "p50", "p90", "p99")


class Metrics:
    """Questions about what was invoked. Moments are UTC, ``since`` is included, ``until`` is not.

    Every method may raise `RecordsError`.
    """

    def __init__(self, database: Database) -> None:
        self._session = database.session

    def summary(self, since: datetime | None = None, until: datetime | None = None) -> list[Summary]:
        """Return all metrics by model and operation, in the order of these names."""
        return summary_of(self.measured(since, until))

    def total(
        self, name: str, statistic: str = "Sum", since: datetime | None = None, until: datetime | None = None
    ) -> float | None:
        """Return one statistic of one metric over all models; None where there is nothing to take it of.

        Raises:
            InputError: there is no such metric or statistic.

        """
        return total_of(self.measured(since, until), name, statistic)

    def findings(self, since: datetime | None = None, until: datetime | None = None) -> list[FindingCount]:
        """Return how often guardrails found what, the most frequent first."""
        count = func.sum(FindingRow.count)
        found = select(FindingRow.policy, FindingRow.kind, FindingRow.action, count).join(InvocationRow)
        found = _within(found, since, until).group_by(FindingRow.policy, FindingRow.kind, FindingRow.action)
        with self._session() as session:
            rows = session.execute(found.order_by(count.desc(), FindingRow.policy, FindingRow.kind, FindingRow.action))
            return [FindingCount(policy, kind, action, int(number)) for policy, kind, action, number in rows]

    def series(
        self,
        name: str,
        period: timedelta,
        since: datetime,
        until: datetime | None = None,
        *,
        statistic: str = "Sum",
        by: By = "",
    ) -> list[Series]:
        """Return a metric over time, one series a model or operation, or one of all; none where no model was asked.

        Args:
            name: a metric of `METRICS`.
            period: the length of a step; steps begin at whole multiples of it since 1970.
            since: the first step holds it.
            until: the last step ends here or later; None is now.
            statistic: one of `STATISTICS`.
            by: what makes a series.

        Raises:
            InputError: there is no such metric or statistic, or the time has too many steps or none.

        """
        steps = steps_of(period, since, until or now())
        return series_of(self.measured(steps[0], steps[-1] + period), name, steps, statistic=statistic, by=by)

    def measured(self, since: datetime | None = None, until: datetime | None = None) -> list[Measured]:
        """Return what is measured of each invocation, the earliest first."""
        of_findings = (
            select(
                FindingRow.invocation_id,
                func.sum(FindingRow.count).label("findings"),
                func.count().filter(FindingRow.action != "NONE").label("intervened"),
            )
            .group_by(FindingRow.invocation_id)
            .subquery()
        )
        columns = [getattr(InvocationRow, name) for name in Measured._fields[:-2]]
        counts = [func.coalesce(column, 0) for column in (of_findings.c.findings, of_findings.c.intervened)]
        found = select(*columns, *counts).outerjoin(of_findings, of_findings.c.invocation_id == InvocationRow.id)
        with self._session() as session:
            rows = session.execute(_within(found, since, until).order_by(InvocationRow.at, InvocationRow.id))
            return [Measured(*row) for row in rows]


def summary_of(measured: Iterable[Measured]) -> list[Summary]:
    """Return all metrics by model and operation, in the order of these names."""
    groups: dict[tuple[str, str], list[Measured]] = defaultdict(list)
    for one in measured:
        groups[one.model, one.operation].append(one)
    return [_summary(*key, groups[key]) for key in sorted(groups)]


def total_of(measured: Iterable[Measured], name: str, statistic: str = "Sum") -> float | None:
    """Return one statistic of one metric; None where there is nothing to take it of.

    Raises:
        InputError: there is no such metric or statistic.

    """
    chosen, reduce = find_metric(name), find_statistic(statistic)
    return reduce(_values(chosen, measured))


def series_of(
    measured: Iterable[Measured], name: str, steps: Sequence[datetime], *, statistic: str = "Sum", by: By = ""
) -> list[Series]:
    """Return a metric over time as `Metrics.series` does; ``measured`` lies within the ``steps`` of `steps_of`.

    Raises:
        InputError: there is no such metric or statistic.

    """
    chosen, reduce = find_metric(name), find_statistic(statistic)
    groups: dict[str, list[list[Measured]]] = defaultdict(lambda: [[] for _ in steps])
    for one in measured:
        groups[getattr(one, by) if by else ""][bisect_right(steps, one.at) - 1].append(one)
    return [
        Series(label, tuple(steps), tuple(reduce(_values(chosen, step)) for step in groups[label]))
        for label in sorted(groups)
    ]


def steps_of(period: timedelta, since: datetime, until: datetime) -> list[datetime]:
    """Return the moments at which steps begin: whole multiples of ``period`` since 1970, as in `Metrics.series`.

    Raises:
        InputError: there are too many or none.

    """
    if period <= timedelta(0) or until <= since:
        raise InputError("A series needs a period longer than nothing, and an end after its beginning.")
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    first, last = (since - epoch) // period, -((epoch - until) // period)
    if last - first > MOST_POINTS:
        raise InputError(f"A series has at most {MOST_POINTS:,} steps. Choose a longer period or a shorter time.")
    return [epoch + number * period for number in range(first, last)]


def _within(found: Selected, since: datetime | None, until: datetime | None) -> Selected:
    if since:
        found = found.where(InvocationRow.at >= since)
    return found.where(InvocationRow.at < until) if until else found


def _values(chosen: Metric, of: Iterable[Measured]) -> list[float]:
    return [value for one in of if (value := chosen.value(one)) is not None]


def _summary(model: str, operation: str, of: Sequence[Measured]) -> Summary:
    sums, latencies = {}, {}
    for name, chosen in METRICS.items():
        values = _values(chosen, of)
        if chosen.unit == "Milliseconds":
            found = {key: STATISTICS[key](values) for key in _OF_LATENCIES}
            latencies[name] = {key: value for key, value in found.items() if value is not None}
        else:
            sums[name] = float(sum(values))
    return Summary(model, operation, sums, latencies)
