"""The one screen of the Metrics tab."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

from assistant.records.metric_names import METRICS
from assistant.records.metrics import By
from assistant.web import words
from assistant.web.metrics.numbers import shown
from assistant.web.metrics.panels import panels_html
from assistant.web.metrics.reading import Reading
from assistant.web.metrics.spans import SPANS, in_words
from assistant.web.metrics.tables import findings_table, latest_table, summary_table

SPLITS: Mapping[By, str] = {"": "All together", "model": "By model", "operation": "By operation"}
_FIGURES = (
    ("Invocations", "Sum"),
    ("InvocationLatency", "p50"),
    ("InvocationLatency", "p90"),
    ("TimeToFirstToken", "p50"),
    ("InputTokenCount", "Sum"),
    ("OutputTokenCount", "Sum"),
    ("InvocationClientErrors", "Sum"),
    ("InvocationServerErrors", "Sum"),
    ("InvocationsIntervened", "Sum"),
    ("FindingCounts", "Sum"),
)


def metrics_html(reading: Reading) -> str:
    """Return the figures, charts and tables of a span, or what to do where there is nothing."""
    choices = _choices(reading.span, reading.by)
    if not reading.measured:
        return choices + _empty(reading.span)
    return (
        f"{choices}{_figures(reading)}"
        f"<section><h3>Over time</h3>{_splits(reading)}{panels_html(reading)}</section>"
        f"{summary_table(reading.summary(), priced=reading.priced)}{findings_table(reading.findings)}"
        f"{latest_table(reading.latest)}"
        f'<p class="hint">Charts have steps of {in_words(reading.period)}, in UTC. The records hold no prompts and no '
        'replies. Prometheus reads the same at <a href="/metrics">/metrics</a>, and a terminal with '
        "<code>etude metrics</code>.</p>"
    )


def failed_html(span: str, by: By, notice: str) -> str:
    """Return what is said where the records cannot be read."""
    return _choices(span, by) + words.notice(notice)


def _choices(span: str, by: By) -> str:
    chosen = {key: each.label for key, each in SPANS.items()}
    again = words.button(
        "Read again",
        {"do": "show", "span": span, "by": by},
        key="r",
        hint="Read again (R)",
        extra=' data-focus="again"',
    )
    return f'<div class="top">{_nav("Span", "span", chosen.items(), span, {"by": by})}{again}</div>'


def _splits(reading: Reading) -> str:
    return (
        _nav("Series", "by", SPLITS.items(), reading.by, {"span": reading.span}) if len(reading.summary()) > 1 else ""
    )


def _nav(label: str, name: str, choices: Iterable[tuple[str, str]], chosen: str, rest: Mapping[str, str]) -> str:
    buttons = "".join(
        words.button(
            escape(shown_as),
            {"do": "show", **rest, name: value},
            extra=f' data-focus="{name}-{value}"' + (' aria-current="true"' if value == chosen else ""),
        )
        for value, shown_as in choices
    )
    return f'<nav class="views" aria-label="{label}">{buttons}</nav>'


def _figures(reading: Reading) -> str:
    chosen = [*_FIGURES, *([("Cost", "Sum")] if reading.priced else [])]
    rows = "".join(
        f'<div title="{escape(METRICS[name].meaning)}"><dt>{name}{"" if statistic == "Sum" else f" <i>{statistic}</i>"}'
        f"</dt><dd>{shown(reading.total(name, statistic), METRICS[name].unit) or '–'}</dd></div>"
        for name, statistic in chosen
    )
    return f'<dl class="figures">{rows}</dl>'


def _empty(span: str) -> str:
    go = '<li><button type="button" class="choice" data-do="tab" data-tab="{}"><b>{}</b><span>{}</span></button></li>'
    rows = [
        go.format("chat", "Ask your notes", "Each answer leaves a record here: how long it took and how many tokens."),
        go.format("exam", "Ask an exam question", "Paste a question in the exam room; the model’s work is counted."),
    ]
    if span == "all":
        rows.append(go.format("evaluate", "Measure Etude", "A run of the evaluation says how good the answers are."))
    else:
        further = "<b>Look further back</b><span>Show all that the records hold.</span>"
        rows.append(f"<li>{words.button(further, classes='choice', do='show', span='all')}</li>")
    return (
        f'<div class="home empty"><h2>No model was asked {SPANS[span].said}.</h2>'
        f'<ul class="choices">{"".join(rows)}</ul></div>'
    )
