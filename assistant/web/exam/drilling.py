"""The steps of the drill: which card is shown, and what a rating does."""

from __future__ import annotations

from datetime import UTC, datetime

from assistant.errors import InputError
from assistant.exam.cards import DECKS, Card, Deck, card_words
from assistant.exam.drill import RATINGS
from assistant.web import words
from assistant.web.exam import drill_view
from assistant.web.exam.rooms import Rooms
from assistant.web.values import Data, number, numbers, text

_TITLE = 60


class Drilling:
    """Shows cards and keeps ratings."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    def decks(self, notice: str = "") -> str:
        """Return the choice of a deck."""
        return drill_view.decks_html(self._rooms.drill.due(datetime.now(UTC)), notice)

    def card(self, data: Data, notice: str = "", said: str = "") -> tuple[Deck, str]:
        """Return the deck and the card to show: the one that the page names, else the next.

        Raises:
            InputError: there is no such deck.

        """
        drill, now, deck = self._rooms.drill, datetime.now(UTC), _deck(data)
        card = drill.cards.get(text(data, "card")) or drill.next(deck, now)
        if card is None:
            return deck, drill_view.done_html(deck, drill.due(now), said, notice)
        chosen = tuple(at for at in dict.fromkeys(numbers(data, "chosen")) if at < len(card.options))
        shown = drill_view.Shown(card, chosen, data.get("turned") is True)
        intervals = self._intervals(card, now) if shown.open else {}
        return deck, drill_view.card_html(shown, self._rooms.room.outline, intervals, said=said, notice=notice)

    def rate(self, data: Data) -> tuple[Deck, str]:
        """Keep a rating and return the next card.

        Raises:
            InputError: there is no such deck, card or rating.

        """
        drill, now = self._rooms.drill, datetime.now(UTC)
        card, rating = drill.cards.get(text(data, "card")), number(data, "rating")
        if card is None or rating not in RATINGS:
            raise InputError("This card is no longer in the deck. Go on with another.")
        saved = drill.review(card, rating, now)
        title = card_words(card)
        title = title if len(title) <= _TITLE else f"{title[:_TITLE].rsplit(' ', 1)[0]}…"
        said = f"“{title}” comes back in {words.span((saved.due - now).total_seconds())}."
        return self.card({"deck": text(data, "deck")}, said=said)

    def _intervals(self, card: Card, now: datetime) -> dict[int, float]:
        due = self._rooms.drill.preview(card, now)
        return {rating: (at - now).total_seconds() for rating, at in due.items()}


def _deck(data: Data) -> Deck:
    wanted = text(data, "deck")
    found = next((deck for deck in DECKS if deck == wanted), None)
    if found is None:
        raise InputError("There is no such deck. Choose one of these.")
    return found
