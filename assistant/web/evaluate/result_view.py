"""What came of a rating session, with intervals and the agreement of its raters."""

from __future__ import annotations

import math
from html import escape
from urllib.parse import quote

from assistant.web import words
from assistant.web.evaluate.figures import span_html
from assistant.web.screen import head
from eval.human.agreement import Agreement
from eval.human.kinds import find_kind
from eval.human.ranking import Preference
from eval.human.result import METHOD, TIES, Result
from eval.stats import Estimate

_VALUES = {"up": "Good", "down": "Not good", "A": "A is better", "B": "B is better", "tie": "A tie"}


def result_html(found: Result, notice: str = "") -> str:
    """Return the result of a session as it is now."""
    session = found.session
    again = words.button("Rate", do="who", session=session.id)
    top = f"{head(session.name, 'Rate', {'do': 'rate'})}{words.notice(notice)}"
    if not found.rated:
        return (
            f'{top}<div class="done"><h2>Nobody has rated yet.</h2><p>{words.count(found.items, "item")} wait.</p>'
            f'<p class="more">{again}{_delete(session.id)}</p></div>'
        )
    figure = _preference(found, found.preference) if found.preference else _mean(found, found.mean)
    return (
        f"{top}{figure}<section><h3>What was said</h3>{_counts(found)}</section>"
        f"<section><h3>Agreement</h3>{_agreement(found.agreement)}</section>"
        f"<section><h3>Raters</h3>{_raters(found)}</section>{_files(session.id)}"
        f'<p class="more">{again}{_delete(session.id)}</p>'
    )


def _mean(found: Result, mean: Estimate | None) -> str:
    assert mean is not None
    share = found.session.kind == "thumbs"
    value = f"{100 * mean.value:.0f} %" if share else f"{mean.value:.2f}"
    ends = f"[{100 * mean.low:.0f}, {100 * mean.high:.0f}]" if share else f"[{mean.low:.2f}, {mean.high:.2f}]"
    mark = span_html(mean.value, mean.low, mean.high, *((0.0, 1.0) if share else (1.0, 5.0)))
    return (
        f'<p class="score"><b>{value}</b> {"thumbs up" if share else "of 5 stars"} <small>{ends}</small></p>{mark}'
        f'<p class="counts">{escape(found.session.systems[0])}. 95 % interval over {words.count(mean.n, "item")}.</p>'
    )


def _preference(found: Result, preference: Preference) -> str:
    win = preference.win
    a, b = preference.points
    verdict = f"{preference.better} is preferred." if preference.better else "No difference shown."
    systems = "".join(
        f"<div><dt>{letter}</dt><dd>{escape(system)}<small>{points:,.0f} Elo points</small></dd></div>"
        for letter, system, points in zip("AB", found.session.systems, (a, b), strict=True)
    )
    elo = preference.elo
    items = words.count(win.n, "item")
    said = (
        f"How likely A’s answer is preferred to B’s, with its 95 % interval over {items}; the mark is at 50 %. "
        f"{_why(preference)} On Elo’s scale A is {_points(elo.value)} points from B "
        f"[{_points(elo.low)}, {_points(elo.high)}]."
    )
    return (
        f'<dl class="pair-of-runs">{systems}</dl><p class="verdict" data-better="{preference.better}">{verdict}</p>'
        f'<p class="score"><b>{100 * win.value:.0f} %</b> for A '
        f"<small>[{100 * win.low:.0f}, {100 * win.high:.0f}]</small></p>"
        f"{span_html(win.value, win.low, win.high, 0.0, 1.0, middle=0.5)}"
        f'<p class="counts">{said}</p><p class="hint small">{escape(TIES)} {escape(METHOD)}</p>'
    )


def _why(preference: Preference) -> str:
    p = f"p = {preference.p:.2g} (paired permutation test)."
    return p if preference.better else f"An interval with 50 % in it, or p above 0.05, shows no difference; {p}"


def _points(value: float) -> str:
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    return f"{value:+.0f}".replace("-", "−")


def _signed(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


def _counts(found: Result) -> str:
    rows = "".join(
        f"<div><dt>{_value(found, value)}</dt><dd><span class='track'>"
        f"<span style='width:{100 * count / found.rated:.1f}%'></span></span>"
        f"<b>{100 * count / found.rated:.0f} %</b><small>{count} of {found.rated}</small></dd></div>"
        for value, count in found.counts.items()
    )
    return f'<dl class="bars">{rows}</dl>'


def _value(found: Result, value: str) -> str:
    return words.count(int(value), "star") if found.session.kind == "stars" else _VALUES.get(value, value.capitalize())


def _agreement(found: Agreement) -> str:
    alpha = found.alpha
    if not alpha.n:
        return f'<p class="counts agreement">{escape(found.said)}</p>'
    return (
        f'<p class="score small" data-alpha="{alpha.value:.3f}"><b>{_signed(alpha.value)}</b> Krippendorff’s alpha '
        f"<small>[{_signed(alpha.low)}, {_signed(alpha.high)}]</small></p>"
        f"{span_html(alpha.value, alpha.low, alpha.high, 0.0, 1.0, middle=0.667)}"
        f'<p class="counts agreement">{escape(found.said)}</p>'
        f'<p class="hint small">{found.level.capitalize()}, over {words.count(alpha.n, "item")} that two people rated; '
        "1 is perfect, 0 is chance, the mark is at 0.667, where tentative conclusions begin.</p>"
    )


def _raters(found: Result) -> str:
    rows = "".join(
        f"<tr><td>{escape(rater)}</td><td>{count} of {found.items}</td></tr>" for rater, count in found.raters.items()
    )
    kind = find_kind(found.session.kind).title
    return f'<table class="past"><thead><tr><th>{kind}</th><th>Rated</th></tr></thead><tbody>{rows}</tbody></table>'


def _files(session: str) -> str:
    place = f"/evaluate/session/{quote(session)}"
    return (
        '<section class="files"><h3>Files</h3><p>'
        f'<a class="file-link" href="{place}.csv" download>Ratings (CSV)</a>'
        f'<a class="file-link" href="{place}.json" download>Everything (JSON)</a></p></section>'
    )


def _delete(session: str) -> str:
    sure = ' data-sure="Delete it with its ratings?"'
    return words.button("Delete the session", classes="plain discard", extra=sure, do="delete", session=session)
