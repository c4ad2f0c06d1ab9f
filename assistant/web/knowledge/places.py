"""The views of the tab, and what its screens say in the same words: counts, times, a sync at work."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from html import escape
from urllib.parse import urlencode

from assistant.web import words
from assistant.web.knowledge.syncing import State

VIEWS = {"list": "Notes", "add": "Add notes", "try": "Try a question"}


def views(chosen: str) -> str:
    """Return the ways to the views."""
    keys = {"add": "a", "try": "t"}
    names = "".join(
        words.button(
            label,
            do=view,
            key=keys.get(view, ""),
            extra=f' data-focus="view-{view}"' + (' aria-current="page"' if view == chosen else ""),
        )
        for view, label in VIEWS.items()
    )
    return f'<nav class="views" aria-label="Views">{names}</nav>'


def address(**parts: str) -> str:
    """Return the part of the page's address that leads to a place; parts that are empty are left out."""
    return urlencode({name: value for name, value in parts.items() if value})


def ago(moment: datetime | None) -> str:
    """Return how long ago something was, in words."""
    if moment is None:
        return "never, as far as is known"
    seconds = (datetime.now(UTC) - moment).total_seconds()
    return "just now" if seconds < 60 else f"{words.span(seconds)} ago"


def live(step: Mapping[str, object], seconds: int) -> str:
    """Return what makes the page take a step again after so many seconds, as long as the screen is shown."""
    return f'<i hidden data-live="{escape(json.dumps(step))}" data-every="{seconds}"></i>'


def at_work(state: State) -> str:
    """Return how far a sync is, with the button that stops it."""
    stop = words.button(
        "Stop",
        {"do": "cancel", "collection": state.work.collection},
        extra=' data-focus="stop"' + (" disabled" if state.stopping else ""),
    )
    share = state.done / state.total if state.total and not state.elsewhere else 0.0
    left = f'<span class="left">{words.left(state.left)}</span>' if state.left is not None else ""
    percent = f"{100 * share:.1f}"
    track = (
        f'<span class="track" role="progressbar" aria-label="Progress" aria-valuemin="0" aria-valuemax="100" '
        f'aria-valuenow="{percent}"><span style="width:{percent}%"></span></span>'
    )
    return (
        f'<section class="running"><p class="stage"><span class="pulse"></span><b>{escape(state.work.collection)}</b>'
        f"<span>{_stage(state)}</span></p><div>{track}{left}{stop}</div>"
        f'<p class="sr-only" role="status">{_step(state)}</p></section>'
    )


def elsewhere(who: str) -> str:
    """Return what is said while somebody else is syncing."""
    return (
        f'<section class="running"><p class="stage" role="status"><span class="pulse"></span>{who} is syncing. '
        "What you begin here waits until that is done.</p></section>"
    )


def outcome(state: State, known: Collection[str] = ()) -> str:
    """Return how a sync ended: what it did, and what could not be read but for what is ``known``."""
    if state.error:
        return words.notice(state.error)
    if state.stopped:
        said = "Stopped. What was embedded until then is kept; the next sync goes on from there."
        return f'<p class="said" role="status">{said}</p>'
    report = state.report
    if report is None:
        return ""
    done = [
        f"{count:,} {word}"
        for count, word in ((report.added, "added"), (report.changed, "changed"), (report.deleted, "taken out"))
        if count
    ]
    told = f"Synced: {', '.join(done)}." if done else "Synced: nothing has changed."
    if report.skipped:
        told += f" {words.count(report.skipped, 'file')} of other kinds or hidden left out."
    fresh = [sentence for sentence in report.failed if sentence not in known]
    return f'<p class="said" role="status">{escape(told)}</p>{sentences(fresh, "Not read")}'


def sentences(said: list[str], title: str, most: int = 20) -> str:
    """Return a list of sentences under a title; nothing for none."""
    if not said:
        return ""
    items = "".join(f"<li>{escape(one)}</li>" for one in said[:most])
    more = f"<li>and {len(said) - most:,} more</li>" if len(said) > most else ""
    return f'<div class="unread"><h3>{title}</h3><ul>{items}{more}</ul></div>'


def _stage(state: State) -> str:
    if state.stopping:
        return "Stopping; what was embedded is kept"
    if state.elsewhere:
        return "Waiting: another process is syncing"
    counted = f"{state.done:,} of {state.total:,}"
    name = f" · <i>{escape(state.name)}</i>" if state.name else ""
    match state.step:
        case "reading":
            return f"Reading files, {counted}{name}"
        case "embedding":
            return f"Embedding passages and sentences, {counted}{name}"
        case "publishing":
            return "Publishing"
        case _:
            return "Looking for what has changed"


def _step(state: State) -> str:
    """Return the step alone, which a screen reader says when it changes."""
    return {"reading": "Reading files", "embedding": "Embedding", "publishing": "Publishing"}.get(
        state.step or "", "Beginning"
    )
