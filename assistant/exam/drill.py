"""Spaced repetition: which card comes next, and when it comes again.

The algorithm is FSRS (Ye, Su and Cao 2022, "A Stochastic Shortest Path Algorithm for Optimizing Spaced Repetition
Scheduling") as the ``fsrs`` package has it, with its default parameters and a desired retention of 0.9.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from assistant.exam.cards import DECKS, Card, Deck
from assistant.records import ExamRecords, SavedCard, SavedReview

NEW_A_DAY = 20
"""New cards a day and deck, as Anki's default: each costs about eight reviews in its first weeks."""
Rating = Literal[1, 2, 3, 4]
RATINGS: dict[Rating, str] = {1: "Again", 2: "Hard", 3: "Good", 4: "Easy"}


@dataclass(frozen=True, slots=True)
class Due:
    """What waits in a deck: cards to repeat, new cards for today, and all that were never seen."""

    repeat: int
    new: int
    unseen: int


class Drill:
    """Chooses cards and keeps what was remembered."""

    def __init__(self, cards: Mapping[str, Card], records: ExamRecords, rng: random.Random | None = None) -> None:
        self.cards = cards
        self._records = records
        self._rng = rng or random.Random()

    def due(self, now: datetime) -> dict[Deck, Due]:
        """Return what waits in each deck."""
        known = self._records.cards()
        fresh = self._new_today(known, now)
        counts: dict[Deck, Due] = {}
        for deck in DECKS:
            ids = [card.id for card in self.cards.values() if card.deck == deck]
            unseen = sum(card_id not in known for card_id in ids)
            repeat = sum(card_id in known and known[card_id].due <= now for card_id in ids)
            counts[deck] = Due(repeat, min(unseen, max(NEW_A_DAY - fresh[deck], 0)), unseen)
        return counts

    def next(self, deck: Deck, now: datetime, sections: Collection[str] = ()) -> Card | None:
        """Return the card to show: the one overdue longest, else a new one while today has some; None when done.

        ``sections`` narrows the deck to cards of these sections, and then a new card does not count against the day.
        """
        known = self._records.cards()
        pool = [
            card
            for card in self.cards.values()
            if card.deck == deck and (not sections or set(sections) & set(card.sections))
        ]
        waiting = [card for card in pool if card.id in known and known[card.id].due <= now]
        if waiting:
            return min(waiting, key=lambda card: (known[card.id].due, card.id))
        unseen = [card for card in pool if card.id not in known]
        if not unseen or (not sections and self._new_today(known, now)[deck] >= NEW_A_DAY):
            return None
        # Flashcards follow the notes, the others come mixed.
        return unseen[0] if deck == "flashcards" else self._rng.choice(unseen)

    def review(self, card: Card, rating: Rating, now: datetime) -> SavedCard:
        """Keep how well a card was remembered and return when it comes again."""
        kept, at = _reviewed(card, self._records.card(card.id), rating, now)
        self._records.save_review(kept, SavedReview(card.id, rating, at))
        return kept

    def preview(self, card: Card, now: datetime) -> dict[Rating, datetime]:
        """Return when a card would come again after each rating; nothing is kept."""
        saved = self._records.card(card.id)
        return {rating: _reviewed(card, saved, rating, now)[0].due for rating in RATINGS}

    def _new_today(self, known: Mapping[str, SavedCard], now: datetime) -> dict[Deck, int]:
        """Return how many cards of each deck were seen for the first time in the last day."""
        first: dict[str, datetime] = {}
        for review in self._records.reviews():
            first.setdefault(review.card_id, review.at)
        today = now.astimezone().date()
        counts: dict[Deck, int] = dict.fromkeys(DECKS, 0)
        for card_id, at in first.items():
            card = self.cards.get(card_id)
            if card and card_id in known and at.astimezone().date() == today:
                counts[card.deck] += 1
        return counts


def _reviewed(card: Card, saved: SavedCard | None, rating: Rating, now: datetime) -> tuple[SavedCard, datetime]:
    """Return a card after a review, and when the review counts as made.

    A clock that was set back does not make time negative: a review is never before the last one.
    """
    import fsrs

    state = fsrs.Card.from_dict(saved.state) if saved else fsrs.Card(card_id=0, due=now)  # type: ignore[arg-type]
    at = max(now, state.last_review + timedelta(microseconds=1)) if state.last_review else now
    # Fuzz spreads cards over days; the seed makes the same review give the same day. The package draws from the
    # generator that all of the process shares, which goes on afterwards as if nothing had been drawn.
    before = random.getstate()
    random.seed(f"{card.id}{at.isoformat()}")
    try:
        state, _ = fsrs.Scheduler().review_card(state, fsrs.Rating(rating), review_datetime=at)
    finally:
        random.setstate(before)
    return SavedCard(card.id, state.due, dict(state.to_dict())), at
