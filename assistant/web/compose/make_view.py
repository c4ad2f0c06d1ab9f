"""Where a piece begins: a melody, seen and heard, the keys to write it with, and how it is to be composed."""

from __future__ import annotations

from html import escape

from assistant.composer.samples import samples
from assistant.web import words
from assistant.web.compose.keys_view import keys_html
from assistant.web.compose.offer import KINDS, Offer
from assistant.web.compose.places import views
from assistant.web.fields import Sheet, form, hidden, with_form

_LONGEST_NUMBER = 10


def make_html(offer: Offer, sheet: Sheet, notice: str = "") -> str:
    """Return the form of a new piece."""
    body = (
        f"{_sources(sheet)}{_roll()}{keys_html()}{_text(sheet)}"
        f"{hidden('title', sheet.value('title'))}{hidden('said', sheet.value('said'))}{_genres(offer, sheet)}"
        '<div class="numbers">'
        + sheet.line("bars", "Bars", longest=_LONGEST_NUMBER, hint="1 to 64; empty keeps its length", also=_DIGITS)
        + _seed(sheet)
        + sheet.line("tempo", "Tempo", longest=_LONGEST_NUMBER, hint="Quarter notes a minute", also=_DIGITS)
        + f"</div>{sheet.wrong('')}"
        '<div class="steps"><button type="submit" class="primary wide" data-key="Enter" data-focus="compose">Compose'
        "</button></div>"
    )
    if not offer.versions:
        body = (
            '<div class="home empty"><h2>There is no model to compose with yet.</h2><ul class="choices"><li>'
            + words.button(
                "<b>Train one</b><span>Choose a genre and how many minutes it may take.</span>",
                {"do": "training"},
                classes="choice",
            )
            + "</li></ul></div>"
        )
        return views("make") + words.notice(notice) + body
    return views("make") + words.notice(notice) + form({"do": "compose"}, body, "compose-form")


_DIGITS = ' inputmode="numeric"'


def _sources(sheet: Sheet) -> str:
    chips = "".join(
        with_form(
            escape(sample.title),
            {"do": "sample", "name": name},
            extra=f' data-focus="sample-{escape(name)}"'
            + (' aria-current="true"' if sample.title == sheet.value("title") else ""),
        )
        for name, sample in samples().items()
    )
    return (
        f'<section class="sources"><h3>A melody to begin with</h3><div class="samples">{chips}'
        '<label class="file-link">Open a file<input type="file" data-open accept=".mid,.midi,.abc,.txt" '
        'class="sr-only" aria-label="Open a melody: MIDI, ABC or note text" data-focus="open"></label></div></section>'
    )


def _roll() -> str:
    return (
        '<div class="staff"><div class="roll" data-melody data-label="The melody as a piano roll"></div>'
        '<p class="hint nothing">Choose a melody above, play the keys below, or write notes.</p></div>'
    )


def _text(sheet: Sheet) -> str:
    said = [line for line in sheet.value("said").splitlines() if line]
    done = "".join(f"<li>{escape(line)}</li>" for line in said)
    return (
        f'<section class="written">{sheet.lines("melody", "The melody as text", rows=4, classes="code", hint=_HOW)}'
        + (f'<ul class="done-to">{done}</ul>' if done else "")
        + "</section>"
    )


_HOW = "Notes as C4:q, rests as R:q; w, h, q, e, s are whole to sixteenth, a dot adds half. ABC is read, too."


def _genres(offer: Offer, sheet: Sheet) -> str:
    chosen = offer.find(sheet.value("genre")) or (offer.best[0] if offer.best else None)
    shown = [*offer.best, *([chosen] if chosen and chosen not in offer.best else [])]
    chips = ""
    for version in shown:
        about, best = version.about, version in offer.best
        value = about.genre if best else version.name
        on = " checked" if version == chosen else ""
        name = about.title if best else version.name
        chips += (
            f'<label><input type="radio" name="genre" value="{escape(value)}"{on} data-focus="genre-{escape(value)}">'
            f"<span>{escape(name)}<small>{KINDS[about.kind][0]}</small></span></label>"
        )
    kinds = dict.fromkeys(version.about.kind for version in shown)
    said = " ".join(f"{KINDS[kind][0]}: {KINDS[kind][1]}." for kind in kinds)
    none = f" Not trained yet: {', '.join(offer.untrained)}." if offer.untrained else ""
    return (
        f'<fieldset class="chips genres"><legend>Genre</legend>{chips}</fieldset>{sheet.wrong("genre")}'
        f'<p class="hint">{escape(said + none)}</p>'
    )


def _seed(sheet: Sheet) -> str:
    return (
        '<div class="seed">'
        + sheet.line("seed", "Seed", longest=_LONGEST_NUMBER, hint="Another number, other music", also=_DIGITS)
        + '<button type="button" class="plain" data-do="seed" data-focus="another">Another</button></div>'
    )
