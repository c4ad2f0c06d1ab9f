"""The three views of the tab, what a job says of itself in words, and a progress bar."""

from __future__ import annotations

from html import escape

from assistant.jobs.status import Status
from assistant.web import words

VIEWS = {"make": "Compose", "pieces": "Pieces", "training": "Training"}


def views(chosen: str) -> str:
    """Return the ways to the views."""
    buttons = "".join(
        words.button(
            label,
            {"do": view},
            extra=f' data-focus="view-{view}"' + (' aria-current="true"' if view == chosen else ""),
        )
        for view, label in VIEWS.items()
    )
    return f'<nav class="views" aria-label="Views">{buttons}</nav>'


def at_work(status: Status, ahead: Status | None) -> str:
    """Return how far a job is that waits or runs; ``ahead`` is what runs on its device while it waits."""
    if status.state == "queued":
        return f'<div class="live"><p class="stage" role="status">{waits(status, ahead)}</p></div>'
    progress = status.progress
    share = progress.share if progress else 0.0
    said = progress.text if progress and progress.text else "beginning"
    if status.stopping:
        said = "stopping; what it has learned so far is kept" if status.kind == "train" else "stopping"
    left = ""
    if (seconds := seconds_left(status)) is not None and not status.stopping:
        left = f'<p class="counts">{words.left(seconds)}</p>'
    return (
        f'<div class="live"><p class="stage" role="status"><span class="pulse"></span>'
        f"{escape(said[:1].upper() + said[1:])}</p>"
        f'<span class="track" role="progressbar" aria-valuemin="0" aria-valuemax="100" '
        f'aria-valuenow="{100 * share:.0f}" aria-label="Progress"><span style="width:{100 * share:.1f}%"></span></span>'
        f"{left}</div>"
    )


def waits(status: Status, ahead: Status | None) -> str:
    """Return, as HTML, what a job waits for."""
    place = f"Number {status.position} in line" if status.position > 1 else "Next in line"
    if ahead is None:
        return '<span class="pulse"></span>Beginning'
    left = seconds_left(ahead)
    time = f", {words.left(left)}" if left is not None else ""
    if ahead.kind == "train":
        genre = escape(str(ahead.arguments.get("genre", "a genre")))
        return f"{place}: {status.device} is training {genre}{time}."
    what = "a piece is being composed" if ahead.kind == "compose" else f"a job {escape(ahead.kind)} is at work"
    return f"{place}: {what} on {status.device}{time}."


def seconds_left(status: Status) -> float | None:
    """Return how long a job still takes; a training at most what is left of its minutes."""
    progress = status.progress
    if progress is None or progress.seconds_left is None:
        return None
    minutes = status.arguments.get("minutes") if status.kind == "train" else None
    most = 60 * float(minutes) * (1 - progress.share) if minutes else float("inf")
    return min(progress.seconds_left, most)


def how_it_ended(status: Status) -> str:
    """Return in a word or two where a job stands."""
    if status.state == "queued":
        return "Waiting"
    if status.state == "running":
        return "Stopping" if status.stopping else "At work"
    return {"done": "Done", "failed": "Failed", "cancelled": "Stopped"}[status.state]
