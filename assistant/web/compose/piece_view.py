"""A piece: while it is composed, and when it can be seen, heard and kept."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape

from assistant.composer.genres import genres
from assistant.composer.roll import STEPS_PER_BAR
from assistant.jobs.status import Status
from assistant.web import screen, words
from assistant.web.compose.files import link
from assistant.web.compose.lanes import Lane
from assistant.web.compose.metrics_view import metrics_html
from assistant.web.compose.offer import KINDS, Offer
from assistant.web.compose.places import at_work

_FILES = {"mid": "MIDI", "wav": "Sound (WAV)", "png": "Picture (PNG)", "musicxml": "Score (MusicXML)", "json": "Record"}


def waiting_html(status: Status, lanes: Sequence[Lane], ahead: Status | None) -> str:
    """Return a piece that waits or is being composed: its melody, and places for the other parts."""
    stop = words.button(
        "Cancel", {"do": "cancel", "piece": status.id}, key="Escape", hint="Cancel (Esc)", extra=' data-focus="cancel"'
    )
    if ahead and ahead.kind == "train" and status.state == "queued":
        stop += words.button("To the training", {"do": "training"}, extra=' data-focus="to-training"')
    return (
        f"{_head(title_of(status))}{at_work(status, ahead)}{_roll(lanes)}"
        f'<p class="more">{stop}</p><p class="hint">You can leave this page; the piece is made all the same.</p>'
    )


def ended_html(status: Status) -> str:
    """Return a piece that failed or was cancelled."""
    said = status.error if status.state == "failed" else "This piece was cancelled."
    again = words.button("Change it", {"do": "change", "piece": status.id}, key="Enter", classes="primary wide")
    return f'{_head(title_of(status))}{words.notice(said)}<p class="more">{again}</p>'


def piece_html(status: Status, lanes: Sequence[Lane], offer: Offer) -> str:
    """Return a piece that is done."""
    result = status.result
    steps = int(result["bars"]) * STEPS_PER_BAR
    seconds = steps / 4 * 60 / float(result["tempo"])
    again = words.button("Another seed", {"do": "again", "piece": status.id}, classes="primary wide", key="n")
    change = words.button("Change the melody", {"do": "change", "piece": status.id}, key="e")
    return (
        f'{_head(str(result["title"] or "Untitled"))}<p class="lead">{_about(status, offer)}</p>'
        f"{_roll(lanes, seconds)}"
        f'<audio controls preload="metadata" src="{link(status.id, "wav")}" aria-label="The piece"></audio>'
        f'<p class="more">{again}{change}</p>{_downloads(status)}{_done_to(result["notes"])}'
        f"{metrics_html(result['metrics'], [lane.name for lane in lanes], str(result['genre']))}"
    )


def _roll(lanes: Sequence[Lane], seconds: float = 0.0) -> str:
    """Return what the page's script draws; `seconds` is how long it sounds."""
    steps = max((start + length for lane in lanes for start, _, length in lane.notes), default=0)
    drawn = json.dumps({"steps": steps, "lanes": [lane.for_page() for lane in lanes]}, separators=(",", ":"))
    parts = ", ".join(lane.name for lane in lanes)
    return (
        f'<div class="roll" data-roll="{escape(drawn)}" data-seconds="{seconds:.3f}" '
        f'data-label="Piano roll: {escape(parts)}"></div>'
    )


def title_of(status: Status) -> str:
    """Return what a piece is called."""
    return str(status.result.get("title") or status.arguments.get("title") or "Your melody")


def _head(title: str) -> str:
    return screen.head(title, "Compose", {"do": "make"})


def _about(status: Status, offer: Offer) -> str:
    result = status.result
    version = offer.find(str(result["model"]))
    known = genres().get(str(result["genre"]))
    kind = version.about.kind if version else known.kind if known else "custom"
    genre = version.about.title if version else known.title if known else "Your own music"
    return escape(
        f"{genre} ({KINDS[kind][1]}), {words.count(int(result['bars']), 'bar')}, seed {result['seed']}, "
        f"{result['tempo']:g} quarter notes a minute. Composed by {result['model']} in {result['seconds']:.1f} s "
        f"on {result['device']}."
    )


def _downloads(status: Status) -> str:
    links = "".join(
        f'<a class="file-link" href="{link(status.id, ending)}" download>{label}</a>'
        for ending, label in _FILES.items()
    )
    return f'<section class="files"><h3>Keep it</h3><p>{links}</p></section>'


def _done_to(notes: list[str]) -> str:
    if not notes:
        return ""
    rows = "".join(f"<li>{escape(str(note))}</li>" for note in notes)
    return f'<section><h3>What was done to the melody</h3><ul class="done-to">{rows}</ul></section>'
