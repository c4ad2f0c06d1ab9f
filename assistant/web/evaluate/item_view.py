"""One item to rate: a question, one or two answers, and the buttons; never which system wrote them."""

from __future__ import annotations

import json
from html import escape

from assistant.web import words
from assistant.web.icons import icon
from assistant.web.markdown import to_html
from assistant.web.screen import head
from eval.human.items import Answer, Item
from eval.human.sitting import LONGEST_COMMENT, Sitting

LABELS = {
    "thumbs": {"up": f"{icon('up')} Good", "down": f"{icon('down')} Not good"},
    "stars": {str(stars): "★" * stars for stars in range(1, 6)},
    "preference": {
        "A": "Answer 1 is better",
        "B": "Answer 2 is better",
        "tie": "A tie",
        "both good": "Both good",
        "both bad": "Both bad",
    },
}


def item_html(sitting: Sitting, at: int, item: Item, notice: str = "") -> str:
    """Return the item at a place as its rater sees it."""
    place = sitting.places[at]
    seen = sitting.seen(place)
    value, comment = (seen.value, seen.comment) if seen else ("", "")
    two = len(item.answers) > 1
    answers = "".join(
        _answer(answer, f"Answer {number}" if two else "") for number, answer in enumerate(item.answers, 1)
    )
    return (
        f'<article class="item-page" data-session="{escape(sitting.session.id)}" data-rater="{escape(sitting.rater)}" '
        f'data-at="{at}" data-item="{escape(place.item_id)}">{_head(sitting, at)}{_dots(sitting, at)}'
        f'{words.notice(notice)}<h2 class="stem">{escape(item.question)}</h2>'
        f'<div class="answers{" pair" if two else ""}">{answers}</div>'
        f'<textarea class="comment" name="comment" rows="1" maxlength="{LONGEST_COMMENT}" data-focus="comment" '
        f'aria-label="Comment" placeholder="Comment, if you like" data-value="{escape(value)}">{escape(comment)}'
        f"</textarea>{_foot(sitting, at, value)}</article>"
    )


def done_html(sitting: Sitting) -> str:
    """Return what is shown when a rater has rated everything."""
    session = sitting.session
    return (
        f"{head(session.name, 'Rate', {'do': 'rate'})}"
        f'<div class="done"><h2>All {len(sitting.places)} items are rated.</h2>'
        f"<p>Thank you, {escape(sitting.rater)}. You can still go back and change what you said.</p>"
        f'<p class="more">{words.button("See the result", classes="primary wide", do="result", session=session.id)}'
        f"{words.button('Let somebody else rate', do='who', session=session.id)}"
        f"{words.button('Go through them again', do='sit', session=session.id, rater=sitting.rater, item=0)}</p></div>"
    )


def _answer(answer: Answer, label: str) -> str:
    markers = {passage.marker for passage in answer.passages}
    text = to_html(answer.text, lambda marker: f"<sup>{marker}</sup>" if marker in markers else None)
    name = f"<h3>{label}</h3>" if label else ""
    named = f' aria-label="{label}"' if label else ""
    return (
        f'<section class="answer"{named}>{name}'
        f'<div class="reading">{text or "<p>It gave no answer.</p>"}</div>{_passages(answer)}</section>'
    )


def _passages(answer: Answer) -> str:
    if not answer.passages:
        return ""
    rows = "".join(
        f'<li value="{passage.marker}"><p class="path">{escape(passage.section)}</p>'
        f'<div class="reading">{to_html(passage.text)}</div></li>'
        for passage in answer.passages
    )
    many = words.count(len(answer.passages), "cited passage")
    return f'<details class="cited"><summary>{many}</summary><ol>{rows}</ol></details>'


def _head(sitting: Sitting, at: int) -> str:
    back = words.button("‹ Rate", key="h", classes="plain back", hint="Back to the sessions (H)", do="rate")
    return (
        f'<header class="sit">{back}<span><b>{at + 1}</b> of {len(sitting.places)}</span>'
        f'<span class="who">{escape(sitting.rater)}, {len(sitting.given)} rated</span></header>'
    )


def _dots(sitting: Sitting, at: int) -> str:
    dots = ""
    for number, place in enumerate(sitting.places):
        state = "answered" if place.item_id in sitting.given else "open"
        here = ' aria-current="step"' if number == at else ""
        dots += f'<li class="{state}"{here}></li>'
    many = " many" if len(sitting.places) > 40 else ""
    return f'<ol class="dots{many}" aria-hidden="true">{dots}</ol>'


def _foot(sitting: Sitting, at: int, value: str) -> str:
    where = {"session": sitting.session.id, "rater": sitting.rater}
    last = at + 1 >= len(sitting.places)
    choices = "".join(
        _choice(number, label, {"do": "give", **where, "item": at, "value": known}, chosen=known == value)
        for number, (known, label) in enumerate(LABELS[sitting.kind.name].items(), 1)
    )
    back = words.button(
        "Previous",
        {"do": "sit", **where, "item": max(at - 1, 0)},
        key="ArrowLeft",
        extra=f' data-focus="previous"{" disabled" if at == 0 else ""}',
    )
    after = {"do": "sit", **where, "item": at + 1}
    forward = words.button("End" if last else "Next", after, key="ArrowRight", extra=' data-focus="next"')
    return (
        f'<div class="steps rating"><div class="scale-of {sitting.kind.name}" role="radiogroup" '
        f'aria-label="Your rating">{choices}</div><p class="ways">{back}{forward}</p></div>'
    )


def _choice(number: int, label: str, step: dict[str, object], *, chosen: bool) -> str:
    said = f' aria-label="{words.count(number, "star")}"' if label.startswith("★") else ""
    return (
        f'<button type="button" class="choose-one" role="radio" aria-checked="{str(chosen).lower()}" data-do="give" '
        f'data-step="{escape(json.dumps(step))}" data-key="{number}" data-focus="rate-{number}"{said}>'
        f"<kbd>{number}</kbd><span>{label}</span></button>"
    )
