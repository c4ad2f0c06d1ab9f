"""The rating sessions, the form in which one is made, and who is rating."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from assistant.records import RatingSession
from assistant.web import words
from assistant.web.evaluate.fields import chips, select, views, when, written
from assistant.web.screen import head
from eval.human.kinds import KINDS, find_kind
from eval.human.sessions import LONGEST_NAME

Counts = Mapping[str, tuple[int, dict[str, int]]]
ITEMS = {"10": "10", "20": "20", "50": "50", "0": "All"}


def sessions_html(
    sessions: Sequence[RatingSession], counts: Counts, *, runs: bool, said: str = "", notice: str = ""
) -> str:
    """Return the sessions, the latest first; which systems they are about is told in their results only."""
    told = f'<p class="counts" role="status">{escape(said)}</p>' if said else ""
    top = f"{views('rate')}{words.notice(notice)}{told}"
    if not sessions:
        return f"{top}{_empty(runs)}"
    rows = "".join(_row(one, *counts.get(one.id, (0, {}))) for one in sessions)
    make = words.button("New session", classes="primary wide", key="n", do="session") if runs else ""
    return f'{top}<ul class="sessions">{rows}</ul><p class="more">{make}{_take()}</p>'


def session_html(runs: Mapping[str, str], chosen: Mapping[str, str], notice: str = "") -> str:
    """Return the form of a new session; ``runs`` are titles by id, the latest first."""
    kind = chosen.get("kind", "thumbs")
    first, second = chosen.get("a") or next(iter(runs), ""), chosen.get("b", "")
    kinds = {name: found.title for name, found in KINDS.items() if found.answers <= len(runs)}
    two = KINDS[kind].answers == 2 if kind in kinds else False
    fields = select("A" if two else "Answers of", "a", runs, first) + (select("B", "b", runs, second) if two else "")
    blind = "Raters see neither which run an answer is from, nor the same side every time. " if two else ""
    return (
        f"{head('New session', 'Rate', {'do': 'rate'})}{words.notice(notice)}"
        '<form class="setup" data-do="make">'
        + chips("How to rate", "kind", kinds, kind, also=' data-redraw="session"')
        + f'<div class="fields">{fields}</div>'
        + chips("Items", "limit", ITEMS, chosen.get("limit", "20"))
        + written("Name", "name", chosen.get("name", ""), longest=LONGEST_NAME, example=_named(kind))
        + f'<p class="hint">{blind}Raters see the name, so it should not tell the systems.</p>'
        '<p class="more"><button type="submit" class="primary wide" data-key="Enter">Make the session</button></p>'
        "</form>"
    )


def rater_html(session: RatingSession, items: int, raters: Mapping[str, int], notice: str = "") -> str:
    """Ask who is rating."""
    known = "".join(
        words.button(
            f"{escape(rater)} <small>{count} of {items}</small>", do="sit", session=session.id, rater=rater, item=-1
        )
        for rater, count in raters.items()
    )
    before = f'<p class="more known">Go on as {known}</p>' if known else ""
    return (
        f"{head(session.name, 'Rate', {'do': 'rate'})}{words.notice(notice)}"
        f'<p class="counts">{find_kind(session.kind).title}, {words.count(items, "item")}. You have an order of your '
        "own, and what you rate is kept at once.</p>"
        f'<form class="setup who" data-do="sit" data-session="{escape(session.id)}">'
        f'<label class="field"><b>Your name</b><input type="text" name="rater" maxlength="{LONGEST_NAME}" '
        'autocomplete="off" required data-rater></label>'
        '<p class="more"><button type="submit" class="primary wide" data-key="Enter">Begin</button></p></form>'
        f"{before}"
    )


def _row(session: RatingSession, items: int, raters: Mapping[str, int]) -> str:
    open_it = words.button(escape(session.name), classes="plain name", do="who", session=session.id)
    said = f"{find_kind(session.kind).title} · {words.count(items, 'item')} · {when(session.created)}"
    progress = "".join(f"<span>{escape(rater)} <b>{count} of {items}</b></span>" for rater, count in raters.items())
    return (
        f'<li><div class="what">{open_it}<small>{escape(said)}</small>'
        f'<p class="raters">{progress or "Nobody has rated yet."}</p></div>'
        f'<p class="acts">{words.button("Rate", do="who", session=session.id)}'
        f"{words.button('Result', do='result', session=session.id)}</p></li>"
    )


def _named(kind: str) -> str:
    return KINDS[kind].title if kind in KINDS else ""


def _take() -> str:
    return (
        '<label class="file-link">Take in ratings<input type="file" name="ratings" accept=".json,.csv" class="sr-only" '
        'data-focus="import"></label>'
    )


def _empty(runs: bool) -> str:
    if runs:
        rows = _try("Thumbs or stars", "Let people rate the answers of one run.", {"do": "session", "kind": "stars"})
        rows += _try(
            "One against another",
            "Two runs side by side, without their names.",
            {"do": "session", "kind": "preference"},
        )
    else:
        rows = _try("Make a run", "There are no answers to rate yet: run a suite first.", {"do": "new"})
        rows += (
            '<li><button type="button" class="choice" data-do="tab" data-tab="chat"><b>Thumbs in chat</b>'
            "<span>They are kept, and become an evaluation set.</span></button></li>"
        )
    rows += (
        '<li><label class="choice file"><b>Take in ratings</b><span>A .csv or .json file, also of another tool.</span>'
        '<input type="file" name="ratings" accept=".json,.csv" class="sr-only"></label></li>'
    )
    return f'<div class="home empty"><h2>Nobody has been asked yet.</h2><ul class="choices">{rows}</ul></div>'


def _try(title: str, line: str, step: Mapping[str, object]) -> str:
    return f"<li>{words.button(f'<b>{title}</b><span>{line}</span>', step, classes='choice')}</li>"
