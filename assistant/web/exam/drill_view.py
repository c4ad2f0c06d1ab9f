"""The drill: the choice of a deck, one card, and the end of a deck."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from assistant.exam.cards import Card, Deck
from assistant.exam.drill import RATINGS, Due
from assistant.web import words
from assistant.web.exam import pieces
from assistant.web.markdown import to_html

ABOUT: dict[Deck, tuple[str, str]] = {
    "flashcards": ("Flashcards", "A heading of the notes; say what it means, then turn the card."),
    "questions": ("Questions", "Questions of the bank, until you know why."),
    "contrasts": ("Contrasts", "Two things that are easily confused, and a case that only one of them fits."),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """How a card is shown: numbers of the options chosen so far, and whether it was turned."""

    card: Card
    chosen: Sequence[int] = ()
    turned: bool = False

    @property
    def open(self) -> bool:
        """Whether the back is to be seen."""
        return self.turned or (bool(self.card.options) and len(set(self.chosen)) >= len(self.card.key))

    @property
    def right(self) -> bool:
        """Whether exactly the right options were chosen."""
        return {self.card.options[number] for number in self.chosen} == set(self.card.key)


def decks_html(due: Mapping[Deck, Due], notice: str = "") -> str:
    """Return the decks with what waits in each."""
    rows = ""
    for deck, waiting in due.items():
        name, line = ABOUT[deck]
        facts = f"{waiting.repeat} to repeat · {waiting.new} new today · {waiting.unseen} never seen"
        label = f"<b>{name}</b><span>{escape(line)}</span><em>{facts}</em>"
        rows += f"<li>{words.button(label, classes='choice', do='card', deck=deck)}</li>"
    return f'{pieces.head("Drill")}{words.notice(notice)}<ul class="choices">{rows}</ul>'


def done_html(deck: Deck, due: Mapping[Deck, Due], said: str = "", notice: str = "") -> str:
    """Return what is shown when nothing of a deck is due."""
    others = [name for name, waiting in due.items() if name != deck and waiting.repeat + waiting.new]
    links = "".join(words.button(f"Drill {ABOUT[name][0].lower()}", do="card", deck=name) for name in others)
    return (
        f"{_head(deck)}{words.notice(notice)}{_said(said)}"
        '<div class="done"><h2>Nothing more is due in this deck today.</h2>'
        "<p>The cards come back by themselves; new ones wait for tomorrow.</p>"
        f'<p class="more">{links}{words.button("All decks", key="Enter", do="decks")}</p></div>'
    )


def card_html(
    shown: Shown, outline: pieces.Outline, intervals: Mapping[int, float], *, said: str = "", notice: str = ""
) -> str:
    """Return a card.

    ``intervals`` are the seconds until it comes back, by rating; ``said`` tells about the card before it.
    """
    card = shown.card
    front = f'<div class="front reading">{to_html(card.front)}</div>'
    step: dict[str, object] = {"do": "card", "deck": card.deck, "card": card.id}
    if not shown.open:
        turned = {**step, "turned": True}
        turn = words.button("Turn the card", turned, key="Space", classes="primary wide", extra=' data-focus="main"')
        alias = pieces.silent(turned, "Enter")
        body = f'{_options(shown, step)}<div class="steps"><span></span>{turn}{alias}</div>'
    else:
        verdict = ""
        if card.options and shown.chosen:
            verdict = (
                '<p class="verdict right" role="status"><span class="sign">✓</span>Right.</p>'
                if shown.right
                else '<p class="verdict wrong" role="status"><span class="sign">✗</span>Not right.</p>'
            )
        body = (
            f'{verdict}{_solved(shown)}<div class="back reading">{to_html(card.back)}</div>'
            f"{pieces.section_links(card.sections, outline)}{_ratings(card, intervals)}"
        )
    return (
        f'{_head(card.deck)}{words.notice(notice)}{_said(said)}<article class="card" data-card="{escape(card.id)}" '
        f'data-open="{"yes" if shown.open else ""}">{front}{body}</article>'
    )


def _head(deck: Deck) -> str:
    back = words.button("‹ Drill", key="h", classes="plain back", do="decks", hint="All decks (H)")
    return f'<header class="screen">{back}<h2>{ABOUT[deck][0]}</h2></header>'


def _said(said: str) -> str:
    return f'<p class="counts" role="status">{escape(said)}</p>' if said else ""


def _options(shown: Shown, step: Mapping[str, object]) -> str:
    card = shown.card
    if not card.options:
        return ""
    rows = ""
    for number, option in enumerate(card.options):
        chosen = number in shown.chosen
        now = [other for other in shown.chosen if other != number] if chosen else [*shown.chosen, number]
        rows += (
            "<li>"
            + words.button(
                f'<span class="letter">{number + 1}</span><span>{escape(option)}</span>',
                {**step, "chosen": now},
                key=str(number + 1),
                classes="option",
                extra=f' aria-pressed="{str(chosen).lower()}"',
            )
            + "</li>"
        )
    hint = f'<p class="choose">Choose {len(card.key)}</p>' if len(card.key) > 1 else ""
    return f'{hint}<ul class="options">{rows}</ul>'


def _solved(shown: Shown) -> str:
    card = shown.card
    if not card.options:
        return ""
    chosen: Collection[str] = {card.options[number] for number in shown.chosen}
    rows = ""
    for number, option in enumerate(card.options, 1):
        right = option in card.key
        look = "right" if right else "wrong" if option in chosen else "other"
        word = ("Right" if right else "Wrong") + (", your choice" if option in chosen else "")
        rows += (
            f'<li class="option row {look}"><span class="letter">{number}</span><div>'
            f'<p class="text">{escape(option)}</p>'
            f'<p class="mark"><span class="sign">{"✓" if right else "✗"}</span>{word}</p></div></li>'
        )
    return f'<ul class="options solved">{rows}</ul>'


def _ratings(card: Card, intervals: Mapping[int, float]) -> str:
    buttons = "".join(
        words.button(
            f"<b>{name}</b><small>{words.span(intervals[rating]) if rating in intervals else ''}</small>"
            f"<kbd>{rating}</kbd>",
            key=str(rating),
            classes="rate",
            do="rate",
            deck=card.deck,
            card=card.id,
            rating=rating,
        )
        for rating, name in RATINGS.items()
    )
    return f'<div class="ratings" role="group" aria-label="How well did you know it?">{buttons}</div>'
