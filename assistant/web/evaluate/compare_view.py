"""Two runs over the same samples: which one is better at what."""

from __future__ import annotations

import math
from html import escape
from urllib.parse import urlencode

from assistant.web import words
from assistant.web.screen import head
from eval.compare import Comparison
from eval.report.content import number
from eval.significance import Row


def compare_html(found: Comparison, title_a: str, title_b: str) -> str:
    """Return a comparison; the titles name what A and B tested."""
    files = urlencode({"a": found.a, "b": found.b})
    rows = "".join(_row(row) for row in found.rows)
    swap = words.button("Swap A and B", do="compare", runs=[found.b, found.a])
    return (
        f"{head('Comparison', 'Runs', {'do': 'runs'})}"
        f'<dl class="pair-of-runs">{_side("A", title_a, found.a)}{_side("B", title_b, found.b)}</dl>'
        f'<p class="verdict">{escape(found.verdict)}</p>{_notes(found)}'
        f'<section tabindex="0" aria-label="Scores"><h3>Scores</h3><table class="past compared"><thead>'
        f"<tr><th>Score</th><th>A</th><th>B</th><th>B − A</th><th>p</th><th></th></tr></thead>"
        f"<tbody>{rows}</tbody></table>"
        '<p class="hint small">Intervals are 95 %; p is adjusted after Holm, quality and cost apart; '
        "times are B / A.</p>"
        f'</section><p class="more">{swap}<a class="file-link" href="/evaluate/compare.md?{escape(files)}" download>'
        "Markdown</a></p>"
    )


def _side(letter: str, title: str, name: str) -> str:
    button = words.button(escape(title), classes="plain name", hint=name, do="show", run=name)
    return f"<div><dt>{letter}</dt><dd>{button}<small>{escape(name)}</small></dd></div>"


def _notes(found: Comparison) -> str:
    changed = [f"{name}: {a or 'default'} → {b or 'default'}" for name, (a, b) in found.changed.items()]
    said = [f"{found.pairs} samples in both.", f"Changed: {'; '.join(changed)}." if changed else "Nothing was changed."]
    if any(found.only):
        said.append(f"Not paired: {found.only[0]} samples only in A, {found.only[1]} only in B.")
    if any(found.errors):
        said.append(f"Lost to an error, and so in no score: {found.errors[0]} samples in A, {found.errors[1]} in B.")
    said += [f"Not compared: {name}, {reason}." for name, reason in found.skipped.items()]
    return f'<p class="counts">{escape(" ".join(said))}</p>'


def _row(row: Row) -> str:
    d = row.difference
    sign = "×" if row.ratio else ""
    shown = "" if math.isnan(d.value) else f"{sign}{number(d.value)} [{number(d.low)}, {number(d.high)}]"
    chance = row.difference.p if row.exploratory else row.adjusted
    p = "" if math.isnan(chance) else "&lt; 0.001" if chance < 0.001 else f"{chance:.3f}"
    tested = "exploratory" if row.exploratory else "no difference shown" if p else "not tested"
    better = f"{row.winner} is better" if row.winner else tested
    marked = {"A": ("<b>", "</b>", "", ""), "B": ("", "", "<b>", "</b>"), "": ("", "", "", "")}[row.winner]
    return (
        f'<tr class="{"shown" if row.winner else ""}"><th scope="row">{escape(row.name)}</th>'
        f"<td>{marked[0]}{number(row.a.value)}{marked[1]}</td><td>{marked[2]}{number(row.b.value)}{marked[3]}</td>"
        f'<td>{shown}</td><td>{p}</td><td title="{escape(row.verdict)}">{better}</td></tr>'
    )
