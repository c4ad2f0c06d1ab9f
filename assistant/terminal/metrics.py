"""``etude metrics``: what was asked of models, under Bedrock's names."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from assistant.records.database import Database
from assistant.records.invocations import FindingCount
from assistant.records.metric_names import METRICS
from assistant.records.metrics import Metrics, Summary
from assistant.settings import load_settings
from assistant.terminal.moments import moment


def run_metrics(since: str, *, as_json: bool) -> None:
    """Print the metrics by model and operation, and what guardrails found."""
    first = moment(since, "--since")
    database = Database(load_settings().database_url)
    try:
        metrics = Metrics(database)
        rows, findings = metrics.summary(first), metrics.findings(first)
    finally:
        database.close()
    if as_json:
        typer.echo(json.dumps(_for_programs(rows, findings, first.isoformat() if first else None), indent=2))
        return
    console = Console(highlight=False)
    if not rows:
        console.print("No model was asked" + (" in that time." if first else " yet."))
        return
    parts = [_table(model, list(of)) for model, of in itertools.groupby(rows, lambda row: row.model)]
    for part in [*parts, *([_findings(findings)] if findings else [])]:
        console.print(part)
        console.print()


def _for_programs(rows: list[Summary], findings: list[FindingCount], since: str | None) -> dict[str, Any]:
    counted = sum(one.count for one in findings)
    return {
        "since": since,
        "metrics": [{"ModelId": row.model, "Operation": row.operation, **row.sums, **row.latencies} for row in rows],
        "findings": [
            {"policy": one.policy, "kind": one.kind, "action": one.action, "count": one.count} for one in findings
        ],
        "FindingCounts": counted,
        "ContentFilteredCount": counted,
    }


def _table(model: str, rows: list[Summary]) -> Table:
    """Metrics downwards and operations across: so the names of Bedrock stand in full on a narrow terminal."""
    table = Table(box=None, pad_edge=False)
    table.add_column(model, overflow="fold")
    for row in rows:
        table.add_column(row.operation, justify="right", no_wrap=True)
    for name, metric in METRICS.items():
        if metric.unit == "Milliseconds":
            for statistic in ("p50", "p99"):
                table.add_row(f"{name} {statistic}", *(_seconds(row.latencies[name], statistic) for row in rows))
        elif metric.unit == "USD":
            if any(row.sums[name] for row in rows):
                table.add_row(name, *(f"${row.sums[name]:,.4f}" for row in rows))
        else:
            table.add_row(name, *(f"{row.sums[name]:,.0f}" for row in rows))
    return table


def _findings(findings: list[FindingCount]) -> Table:
    table = Table("Policy", "Found", "Action", box=None, pad_edge=False)
    table.add_column("FindingCounts", justify="right")
    for one in findings:
        table.add_row(one.policy, one.kind, one.action, f"{one.count:,}")
    return table


def _seconds(statistics: Mapping[str, float], name: str) -> str:
    return f"{statistics[name] / 1000:.2f} s" if name in statistics else ""
