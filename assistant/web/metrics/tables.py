"""The tables of the tab: by model and operation, what guardrails found, and the latest invocations."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from assistant.records import FindingCount, Invocation, Summary
from assistant.records.metric_names import METRICS
from assistant.web.metrics.numbers import shown

_ACTIONS = {"BLOCK": "Blocked", "ANONYMIZE": "Masked", "NONE": "Noted"}


def summary_table(rows: Sequence[Summary], *, priced: bool) -> str:
    """Return every metric by model and operation; errors of both sides are one column."""
    heads = ["Model", "Operation", "Invocations", "p50", "p90", "First token", "Tokens in", "Tokens out", "Errors"]
    heads += ["Intervened", "Findings", *(["Cost"] if priced else [])]
    body = []
    for row in rows:
        latency, first = row.latencies["InvocationLatency"], row.latencies["TimeToFirstToken"]
        errors = row.sums["InvocationClientErrors"] + row.sums["InvocationServerErrors"]
        cells = [
            shown(row.sums["Invocations"], "Count"),
            shown(latency.get("p50"), "Milliseconds"),
            shown(latency.get("p90"), "Milliseconds"),
            shown(first.get("p50"), "Milliseconds"),
            shown(row.sums["InputTokenCount"], "Count"),
            shown(row.sums["OutputTokenCount"], "Count"),
            shown(errors, "Count"),
            shown(row.sums["InvocationsIntervened"], "Count"),
            shown(row.sums["FindingCounts"], "Count"),
            *([shown(row.sums["Cost"], METRICS["Cost"].unit)] if priced else []),
        ]
        body.append([_name(row.model), escape(row.operation), *cells])
    return _table("By model and operation", heads, body, words_first=2)


def findings_table(rows: Sequence[FindingCount]) -> str:
    """Return what guardrails found, the most frequent first."""
    if not rows:
        none = "Guardrails found nothing in this time."
        return f'<section><h3>Findings of guardrails</h3><p class="hint">{none}</p></section>'
    body = [
        [escape(row.policy), escape(row.kind), _ACTIONS.get(row.action, escape(row.action)), f"{row.count:,}"]
        for row in rows
    ]
    return _table("Findings of guardrails", ["Policy", "Kind", "Action", "FindingCounts"], body, words_first=3)


def latest_table(rows: Sequence[Invocation]) -> str:
    """Return the latest invocations, without a word of what was asked: the records hold none."""
    heads = ["At (UTC)", "Operation", "Model", "Prompt", "Ended", "Guardrail"]
    heads += ["Tokens in / out", "First token", "Total"]
    body = [
        [
            f"{row.at.day} {row.at:%b %H:%M:%S}",
            escape(row.operation),
            _name(row.model),
            escape(f"{row.prompt}@{row.prompt_version}" if row.prompt else ""),
            escape(_ended(row)),
            escape(_guarded(row)),
            " / ".join(shown(each, "Count") or "?" for each in (row.input_tokens, row.output_tokens)),
            shown(row.first_token and row.first_token * 1000, "Milliseconds"),
            shown(row.total * 1000, "Milliseconds"),
        ]
        for row in rows
    ]
    return _table("The latest invocations", heads, body, words_first=6)


def _ended(row: Invocation) -> str:
    if row.error:
        return f"{'Client' if row.error == 'client' else 'Server'} error ({row.error_type})"
    return row.stop_reason.replace("_", " ")


def _guarded(row: Invocation) -> str:
    counts = {
        action: sum(one.count for one in row.findings if one.action == action)
        for action in ("BLOCK", "ANONYMIZE", "NONE")
    }
    return ", ".join(f"{count} {_ACTIONS[action].lower()}" for action, count in counts.items() if count)


def _name(model: str) -> str:
    """Return a model by its id, or by its file's name where it is a path."""
    short = Path(model).name or model
    return f'<span title="{escape(model)}">{escape(short)}</span>' if short != model else escape(model)


def _table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]], *, words_first: int) -> str:
    """Return a table of HTML cells; the first columns hold words, the others numbers, which stand to the right."""

    def number(place: int) -> str:
        return ' class="number"' if place >= words_first else ""

    head = "".join(f'<th scope="col"{number(place)}>{escape(name)}</th>' for place, name in enumerate(heads))
    body = "".join(
        "<tr>" + "".join(f"<td{number(place)}>{cell}</td>" for place, cell in enumerate(row)) + "</tr>" for row in rows
    )
    return (
        f'<section><h3>{escape(title)}</h3><div class="wide" tabindex="0" role="region" '
        f'aria-label="{escape(title)}"><table class="past"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
        "</div></section>"
    )
