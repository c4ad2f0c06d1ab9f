"""Training: a new one, the one at work with its curves, those that were stopped, and every model there is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

from assistant.composer.genres import genres
from assistant.jobs.status import Status
from assistant.web import words
from assistant.web.compose.curves_view import Row, curves_html
from assistant.web.compose.offer import KINDS, Offer
from assistant.web.compose.places import at_work, how_it_ended, views
from assistant.web.fields import Sheet, form

CUSTOM = "custom"
_LONGEST_NUMBER = 10
_PAST = 8
"""Trainings that are over and are shown."""
_CHOSEN = ' tabindex="-1" data-chosen aria-current="true"'


def training_html(
    offer: Offer,
    sheet: Sheet,
    trainings: Sequence[Status],
    rows: Mapping[str, Sequence[Row]],
    ahead: Status | None,
    notice: str = "",
    chosen: str = "",
) -> str:
    """Return the view.

    ``rows`` are the logs of trainings by the job's id, ``ahead`` what the first waits for; ``chosen`` is the id of the
    training that is marked.
    """
    busy = [one for one in trainings if not one.over]
    shown = "".join(_busy(one, rows.get(one.id, ()), ahead, chosen) for one in reversed(busy))
    over = [one for one in trainings if one.over]
    past = over[:_PAST] + [one for one in over[_PAST:] if one.id == chosen]
    # While one is at work the view is drawn anew each second, and would take from a form what is written in it.
    return (
        f"{views('training')}{words.notice(notice)}{shown or _new(offer, sheet)}{_models(offer)}"
        f"{_past(past, rows, chosen) if past else ''}"
    )


def _new(offer: Offer, sheet: Sheet) -> str:
    titles = {name: f"{one.title} ({KINDS[one.kind][0].lower()})" for name, one in genres().items()}
    layouts = {
        name: f"As {one.title.lower()}: {', '.join(p.name for p in one.parts)}" for name, one in genres().items()
    }
    starts = {"": "From nothing"} | {one.name: f"From {one.name}" for one in offer.versions}
    body = (
        '<h3>A new training</h3><div class="pair">'
        + sheet.choice("genre", "Genre", titles | {CUSTOM: "Your own music (MIDI files)"})
        + sheet.line("minutes", "Minutes", longest=_LONGEST_NUMBER, hint="At most; 1 to 1,440", also=_DIGITS)
        + sheet.choice("start", "Begin", starts)
        + sheet.line("seed", "Seed", longest=_LONGEST_NUMBER, hint="Another number, another model", also=_DIGITS)
        + '</div><div class="of-custom"><div class="field"><label><b>MIDI files</b>'
        '<input type="file" name="midi" multiple accept=".mid,.midi" data-focus="midi"></label>'
        "<small>Whole pieces, up to 200 files and 20 MB; they stay on this machine.</small></div>"
        + sheet.choice("layout", "Parts", layouts)
        + f"</div>{sheet.wrong('')}"
        '<p class="more"><button type="submit" class="primary wide" data-focus="train">Train</button></p>'
        '<p class="hint">The music is read first, once. The best model on music that it has not seen is kept; you can '
        "stop at any time and go on later.</p>"
    )
    return f'<section class="new-training">{form({"do": "train"}, body, "train-form")}</section>'


_DIGITS = ' inputmode="decimal"'


def _busy(training: Status, rows: Sequence[Row], ahead: Status | None, chosen: str) -> str:
    stop = words.button(
        "Stop",
        {"do": "halt", "training": training.id},
        classes="primary wide",
        extra=' data-focus="halt"' + (" disabled" if training.stopping else ""),
    )
    mark = _CHOSEN if training.id == chosen else ""
    return (
        f'<section class="running"{mark}><h2>{escape(_title(training))}</h2>{at_work(training, ahead)}'
        f'{curves_html(rows)}<p class="more">{stop}</p>'
        '<p class="hint">You can leave this page; the training goes on.</p></section>'
    )


def _past(trainings: Sequence[Status], rows: Mapping[str, Sequence[Row]], chosen: str) -> str:
    items = ""
    for training in trainings:
        resume = words.button("Go on", {"do": "resume", "training": training.id}) if training.resumable else ""
        when = training.created.astimezone()
        log = rows.get(training.id, ())
        mark, fold = (_CHOSEN, " open") if training.id == chosen else ("", "")
        curves = f"<details{fold}><summary>Its curves</summary>{curves_html(log)}</details>" if log else ""
        error = f'<p class="wrong">{escape(training.error)}</p>' if training.state == "failed" else ""
        items += (
            f"<li{mark}><p><b>{escape(_title(training))}</b> <small>{how_it_ended(training)}, "
            f"{when.day} {when:%b %H:%M}</small>{resume}</p>{error}{curves}</li>"
        )
    return f'<section><h3>Earlier trainings</h3><ul class="trainings">{items}</ul></section>'


def _models(offer: Offer) -> str:
    if not offer.versions:
        return '<section><h3>Models</h3><p class="hint">There are none yet. Train the first above.</p></section>'
    rows = "".join(
        f"<tr><td>{words.button(escape(one.name), {'do': 'with', 'genre': one.name}, classes='plain name')}</td>"
        f"<td>{escape(one.about.title)}<small>{KINDS[one.about.kind][0]}</small></td>"
        f"<td>{f'{one.index:.3f}' if math.isfinite(one.index) else 'not measured'}</td></tr>"
        for one in offer.versions
    )
    return (
        '<section><h3>Models</h3><div class="wide" tabindex="0" role="region" aria-label="Models"><table class="past">'
        '<thead><tr><th scope="col">Model</th><th scope="col">Genre</th><th scope="col">Similarity index</th></tr>'
        f"</thead><tbody>{rows}</tbody></table></div>"
        '<p class="hint">The similarity index compares what a model writes with real music: 0 is real music, 1 is '
        "noise. Choose a model to compose with it.</p></section>"
    )


def _title(training: Status) -> str:
    name = str(training.arguments.get("genre", ""))
    known = genres().get(name)
    title = known.title if known else "Your own music"
    model = training.result.get("model")
    return f"{title}: {model}" if model else title
