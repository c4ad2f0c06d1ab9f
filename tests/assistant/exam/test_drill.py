"""Spaced repetition: what is due, what comes next, and clocks that go wrong."""

from datetime import UTC, datetime, timedelta

import pytest

from assistant.exam.bank import load_bank
from assistant.exam.cards import load_contrasts, make_cards
from assistant.exam.drill import NEW_A_DAY, Drill
from assistant.rooms import shipped_notes
from knowledge.outline import load_outline

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def cards():
    return make_cards(load_bank(), load_outline(shipped_notes()), load_contrasts())


@pytest.fixture
def drill(cards, records):
    return Drill(cards, records)


def test_every_section_question_and_contrast_is_a_card(cards, drill):
    due = drill.due(NOON)
    assert due["flashcards"].unseen == len(load_outline(shipped_notes()))
    assert due["contrasts"].unseen == len(load_contrasts())
    assert all(one.new == NEW_A_DAY and one.repeat == 0 for one in due.values())
    assert all(card.front.strip() and card.back.strip() and card.sections for card in cards.values())


def test_a_card_comes_back_when_it_is_due_and_later_each_time(drill):
    card = drill.next("flashcards", NOON)
    now, gaps = NOON, []
    for _ in range(5):
        saved = drill.review(card, 3, now)
        gaps.append(saved.due - now)
        assert drill.due(saved.due)["flashcards"].repeat == 1
        assert drill.next("flashcards", saved.due) == card
        now = saved.due
    assert gaps == sorted(gaps)
    assert gaps[-1] > timedelta(days=7)
    assert drill.review(card, 1, now).due - now < timedelta(hours=1)


def test_new_cards_end_for_today_and_come_again_tomorrow(drill):
    for _ in range(NEW_A_DAY):
        drill.review(drill.next("contrasts", NOON), 4, NOON)
    assert drill.next("contrasts", NOON) is None
    assert drill.due(NOON)["contrasts"].new == 0
    assert drill.next("contrasts", NOON + timedelta(days=1)) is not None


def test_a_section_can_be_drilled_by_itself(drill):
    card = drill.next("flashcards", NOON, ["tokens"])
    assert card.sections == ("tokens",)


def test_a_clock_that_was_set_back_is_survived(drill):
    card = drill.next("flashcards", NOON)
    drill.review(card, 3, NOON)
    saved = drill.review(card, 3, NOON - timedelta(days=400))
    assert saved.due > NOON
