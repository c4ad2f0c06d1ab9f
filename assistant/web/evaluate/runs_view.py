"""The list of runs, and one of them with its figures."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from urllib.parse import quote

from assistant.web import words
from assistant.web.evaluate.fields import facts, select, views, when
from assistant.web.evaluate.figures import figure_html, range_html
from assistant.web.screen import head
from eval.folder import SYSTEM, Figure, Manifest, Summary
from eval.report.content import ROWS, Content, interval, number, score_of
from eval.runs import Listed

MOST_RUNS = 60
_SHOWN = 3


def runs_html(runs: Sequence[Listed], *, busy: str = "", notice: str = "") -> str:
    """Return the runs, the latest first; ``busy`` is the one at work."""
    if not runs:
        return f"{views('runs')}{words.notice(notice)}{_empty()}"
    rows = "".join(_row(run, busy) for run in runs[:MOST_RUNS])
    compare = (
        '<div class="steps"><span class="hint">Choose two runs of one suite to compare them.</span>'
        '<button type="submit" class="primary wide" data-focus="compare" disabled>Compare</button></div>'
        if sum(bool(run.manifest and run.manifest.finished) for run in runs) > 1
        else ""
    )
    more = f'<p class="hint">{len(runs) - MOST_RUNS} older runs are not shown.</p>' if len(runs) > MOST_RUNS else ""
    return (
        f"{views('runs')}{words.notice(notice)}"
        f'<form class="runs" data-do="compare"><ul>{rows}</ul>{more}{compare}</form>'
    )


def run_html(manifest: Manifest, summary: Summary, others: Sequence[Manifest], notice: str = "") -> str:
    """Return a run with every figure; ``others`` are finished runs of the same suite."""
    name = manifest.id
    content = Content(manifest, summary, {}, {})
    lost = f'<p class="counts">{words.count(summary.errors, "sample")} gave an error.</p>' if summary.errors else ""
    return (
        f"{head(title_of(manifest), 'Runs', {'do': 'runs'})}{words.notice(notice)}{_facts(manifest)}{lost}"
        f'<p class="more"><a class="file-link" href="/evaluate/report/{quote(name)}.html" target="_blank" '
        f'rel="noopener">Open the report</a><a class="file-link" href="/evaluate/report/{quote(name)}.md" download>'
        f"Markdown</a>{words.button('Let people rate its answers', do='session', a=name)}</p>"
        '<section tabindex="0" aria-label="Figures"><h3>Figures</h3>'
        f"{_figures(content)}</section>{_against(manifest, others)}"
    )


def title_of(manifest: Manifest) -> str:
    """Name a run by what it tested."""
    spec = manifest.spec
    model = Path(spec.model).name if spec.model else ""
    return " · ".join(part for part in (spec.suite, spec.system, model) if part)


def _row(run: Listed, busy: str) -> str:
    there = run.manifest
    if there is None:
        return f'<li class="broken"><b>{escape(run.folder.path.name)}</b><p class="hint">{escape(run.problem)}</p></li>'
    finished = bool(there.finished)
    box = (
        f'<input type="checkbox" name="runs" value="{escape(there.id)}" data-suite="{escape(there.spec.suite)}" '
        f'aria-label="Compare {escape(there.id)}">'
        if finished
        else ""
    )
    # The id is in the hint: it mostly says what the title and the time say already.
    name = words.button(escape(title_of(there)), hint=there.id, classes="plain name", do="show", run=there.id)
    return (
        f'<li><span class="pick">{box}</span><div class="what">{name}<small>{_state(run, busy)}</small></div>'
        f"{_headline(run) if finished else _unfinished(run, busy)}</li>"
    )


def _state(run: Listed, busy: str) -> str:
    there = run.manifest
    assert there is not None
    choices = (*there.spec.choices, Path(there.spec.data).name)
    said = [when(there.created), words.count(there.samples, "sample"), *(choice for choice in choices if choice)]
    if not there.finished:
        said.append("running" if there.id == busy else f"stopped at {run.done}")
    return escape(" · ".join(said))


def _headline(run: Listed) -> str:
    assert run.manifest is not None
    try:
        content = Content(run.manifest, run.folder.summary(), {}, {})
    except Exception:  # noqa: BLE001 - a damaged summary is one row without figures, not a page without runs
        return '<p class="figures hint">Its figures cannot be read.</p>'
    found = [(name, content.figure(SYSTEM, name)) for name in content.headline()[:_SHOWN]]
    shown = "".join(figure_html(name, figure, score_of(name).unit) for name, figure in found if figure)
    return f'<div class="figures">{shown}</div>'


def _unfinished(run: Listed, busy: str) -> str:
    if run.folder.path.name == busy:
        return f'<p class="figures">{words.button("Watch", do="new")}</p>'
    return f'<p class="figures">{words.button("Go on", do="resume", run=run.folder.path.name)}</p>'


def _facts(manifest: Manifest) -> str:
    spec = manifest.spec
    return facts(
        [
            ("Run", manifest.id),
            ("Begun", when(manifest.created)),
            ("Samples", f"{manifest.samples} of the split {spec.split}, seed {spec.seed}"),
            ("Prompt", spec.prompt),
            ("Chunking", spec.chunking),
            ("Retriever", spec.retriever),
            ("Guardrail", spec.guardrail),
            ("Notes", spec.notes),
            ("Data", spec.data),
            ("Judge", spec.judge),
        ]
    )


def _figures(content: Content) -> str:
    first = content.headline()
    rest = [name for name in content.names if name not in first]
    rest_table = f"<details><summary>{len(rest)} more figures</summary>{_table(content, rest)}</details>"
    return _table(content, first) + (rest_table if rest else "") + _controls(content)


def _table(content: Content, names: Sequence[str]) -> str:
    rows = "".join(_line(content, name, figure) for name in names if (figure := content.figure(SYSTEM, name)))
    others = "".join(f"<th>{ROWS[row][0]}</th>" for row in _others(content))
    return (
        '<table class="past figures-table"><thead><tr><th>Score</th><th>Value</th><th>95 %</th><th></th>'
        f"{others}<th>n</th></tr></thead><tbody>{rows}</tbody></table>"
    )


def _line(content: Content, name: str, figure: Figure) -> str:
    score = score_of(name)
    others = "".join(
        f'<td class="quiet">{number(found.value) if (found := content.figure(row, name)) else ""}</td>'
        for row in _others(content)
    )
    failed = f' <small title="had no score">({figure.failed} without)</small>' if figure.failed else ""
    return (
        f'<tr><th scope="row" title="{escape(score.describe)}">{escape(name)}</th>'
        f"<td><b>{number(figure.value, score.unit)}</b></td><td>{interval(figure)}</td>"
        f'<td class="on-scale">{range_html(figure, score)}</td>{others}<td>{figure.n}{failed}</td></tr>'
    )


def _others(content: Content) -> list[str]:
    return [row for row in content.rows if row != SYSTEM and row in ROWS]


def _controls(content: Content) -> str:
    said = "; ".join(f"{ROWS[row][0]}: {ROWS[row][1]}" for row in _others(content))
    return f'<p class="hint small">{escape(said)}.</p>' if said else ""


def _against(manifest: Manifest, others: Sequence[Manifest]) -> str:
    known = {other.id: f"{title_of(other)}, {when(other.created)}" for other in others if other.id != manifest.id}
    if not known:
        return ""
    field = select("Compare with", "other", known, "")
    return (
        f'<form class="against" data-do="against" data-run="{escape(manifest.id)}">{field}'
        '<button type="submit" class="plain">Compare</button></form>'
    )


def _empty() -> str:
    tries = (
        ("Measure Etude", "Ask a suite of questions, and see figures with their intervals.", "new"),
        ("Compare two models", "Run the same suite with each of them, then choose both here.", "new"),
        ("Ask people", "Let people rate answers: thumbs, stars, or one against another.", "rate"),
    )
    rows = "".join(
        f"<li>{words.button(f'<b>{title}</b><span>{line}</span>', classes='choice', do=do)}</li>"
        for title, line, do in tries
    )
    return f'<div class="home empty"><h2>Nothing has been measured yet.</h2><ul class="choices">{rows}</ul></div>'
