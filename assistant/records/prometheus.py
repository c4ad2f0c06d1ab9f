"""Metrics of invocations for Prometheus, under Bedrock's names in its spelling; HELP gives the Bedrock name.

Counters must never fall, while records are purged: each scrape adds what is new since the one before to counters that
live as long as the server. The first scrape takes all records, so that what the command line asked is counted too.
After a purge *and* a restart the counters begin lower, which Prometheus reads as a reset.

It tells how much is asked of which model and what guardrails found, never a text.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics, generate_latest
from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from assistant.records.database import Database
from assistant.records.models import FindingRow, InvocationRow

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BY = ("model", "operation")
_COLUMNS = [
    getattr(InvocationRow, name)
    for name in ("id", *_BY, "error", "total", "first_token", "input_tokens", "output_tokens", "cost")
]
_BUCKETS = (0.1, 0.25, 0.5, 1, 2, 3, 5, 8, 12, 20, 30, 60, 120)
"""Seconds: from a reply of a server to a long answer on two CPU cores."""


class Exposition:
    """The text of ``/metrics`` over one database."""

    def __init__(self, database: Database) -> None:
        # A gauge beside every counter that says when this process made it tells nobody anything.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._session = database.session
        self._registry = CollectorRegistry()
        self._lock = threading.Lock()
        self._last = self._newest = 0
        self._invocations = self._counter("invocations", "Invocations: times a model was asked and replied.")
        self._latency = self._histogram("invocation_latency_seconds", "InvocationLatency, in seconds.")
        self._first = self._histogram("time_to_first_token_seconds", "TimeToFirstToken, in seconds.")
        self._errors = {
            "client": self._counter("invocation_client_errors", "InvocationClientErrors: failed by what was asked."),
            "server": self._counter("invocation_server_errors", "InvocationServerErrors: failed by the model."),
        }
        self._input = self._counter("input_token_count", "InputTokenCount: tokens of prompts.")
        self._output = self._counter("output_token_count", "OutputTokenCount: tokens of replies.")
        self._intervened = self._counter(
            "invocations_intervened", "InvocationsIntervened: a guardrail blocked or masked something."
        )
        self._cost = self._counter("cost_usd", "US dollars by the price list of the settings.")
        by_finding = ("policy", "kind", "action")
        self._findings = (
            self._counter("finding_counts", "FindingCounts: findings of guardrails.", by_finding),
            self._counter("content_filtered_count", "ContentFilteredCount: the same as FindingCounts.", by_finding),
        )

    def text(self) -> bytes:
        """Return what Prometheus reads, in its text format 0.0.4.

        Raises:
            RecordsError: the database cannot be read.

        """
        with self._lock, self._session() as session:
            groups: dict[tuple[str, str], list[Row[Any]]] = defaultdict(list)
            for row in session.execute(select(*_COLUMNS).where(InvocationRow.id > self._last)).all():
                self._newest = max(self._newest, row.id)
                groups[row.model, row.operation].append(row)
            for labels, rows in groups.items():
                self._take(labels, rows)
            self._take_findings(session)
            self._last = self._newest
            return generate_latest(self._registry)

    def _take(self, labels: tuple[str, str], rows: Sequence[Row[Any]]) -> None:
        done = [row for row in rows if not row.error]
        self._invocations.labels(*labels).inc(len(done))
        latency, first = self._latency.labels(*labels), self._first.labels(*labels)
        for row in done:
            latency.observe(row.total)
            if row.first_token is not None:
                first.observe(row.first_token)
        for side, counter in self._errors.items():
            counter.labels(*labels).inc(sum(row.error == side for row in rows))
        self._input.labels(*labels).inc(sum(row.input_tokens or 0 for row in rows))
        self._output.labels(*labels).inc(sum(row.output_tokens or 0 for row in rows))
        self._cost.labels(*labels).inc(sum(row.cost for row in rows))

    def _take_findings(self, session: Session) -> None:
        # Only of the invocations that were just taken: others may have come meanwhile.
        new = (FindingRow.invocation_id > self._last, FindingRow.invocation_id <= self._newest)
        by = (FindingRow.policy, FindingRow.kind, FindingRow.action)
        for *labels, number in session.execute(select(*by, func.sum(FindingRow.count)).where(*new).group_by(*by)):
            for counter in self._findings:
                counter.labels(*labels).inc(int(number))
        asked = (InvocationRow.model, InvocationRow.operation)
        intervened = select(*asked, func.count(InvocationRow.id.distinct())).join(FindingRow).group_by(*asked)
        for *labels, number in session.execute(intervened.where(*new, FindingRow.action != "NONE")):
            self._intervened.labels(*labels).inc(number)

    def _counter(self, name: str, meaning: str, by: tuple[str, ...] = _BY) -> Counter:
        return Counter(f"etude_{name}", meaning, by, registry=self._registry)

    def _histogram(self, name: str, meaning: str) -> Histogram:
        return Histogram(f"etude_{name}", meaning, _BY, buckets=_BUCKETS, registry=self._registry)
