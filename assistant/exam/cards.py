"""The cards of the drill: flashcards made from the notes, the questions of the bank, and contrasts of lookalikes.

A flashcard asks for a heading; its back is the first paragraph of that section, which the notes write so that it stands
alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from assistant.errors import InputError
from assistant.exam.bank import bank_folder
from assistant.exam.question import Question, Text
from knowledge.outline import NoteSection
from knowledge.split import plain

Deck = Literal["flashcards", "questions", "contrasts"]
DECKS: tuple[Deck, ...] = ("flashcards", "questions", "contrasts")


@dataclass(frozen=True, slots=True)
class Card:
    """Something to be remembered; ``front`` and ``back`` are Markdown.

    ``id`` is stable, so that what was learned survives a new version of the notes. ``options`` are what can be chosen
    (contrasts, questions), empty where one only turns the card over; ``key`` are the right ones of them.
    """

    id: str
    deck: Deck
    front: str
    back: str
    sections: tuple[str, ...]
    options: tuple[str, ...] = ()
    key: tuple[str, ...] = ()


class Contrast(BaseModel):
    """Two things that are often confused, and a scenario that only one of them fits."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Text
    pair: Annotated[tuple[Text, Text], Field(description="The two names, in any order.")]
    cue: Text
    key: Text
    why: Text
    sections: Annotated[list[Text], Field(min_length=1)]

    @model_validator(mode="after")
    def _key_is_one_of_the_pair(self) -> Self:
        if self.key not in self.pair:
            raise ValueError(f"the key {self.key} is not one of the pair")
        return self


def make_cards(
    bank: Mapping[str, Question], outline: Mapping[str, NoteSection], contrasts: Mapping[str, Contrast]
) -> dict[str, Card]:
    """Return all cards by id: first those of the notes in reading order, then questions, then contrasts."""
    cards = [
        *(_flashcard(section) for section in outline.values() if section.blocks),
        *(_question_card(question) for question in bank.values() if question.type in ("single", "multiple")),
        *(_contrast_card(contrast) for contrast in contrasts.values()),
    ]
    return {card.id: card for card in cards}


@cache
def load_contrasts(file: Path | None = None) -> Mapping[str, Contrast]:
    """Read the contrasts, the shipped ones by default; a folder without any has none.

    Raises:
        InputError: lines are wrong; each is named.

    """
    file = file or bank_folder() / "contrasts.jsonl"
    found: dict[str, Contrast] = {}
    wrong: list[str] = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines() if file.is_file() else (), 1):
        try:
            contrast = Contrast.model_validate(json.loads(line))
            if contrast.id in found:
                raise ValueError(f"the id {contrast.id} is taken")
            found[contrast.id] = contrast
        except ValidationError as error:
            wrong.append(f"{file.name}:{number}: {error.errors()[0]['msg']}")
        except ValueError as error:
            wrong.append(f"{file.name}:{number}: {error}")
    if wrong:
        raise InputError("The contrasts have wrong lines; correct them, then try again:\n  " + "\n  ".join(wrong))
    return found


def _flashcard(section: NoteSection) -> Card:
    return Card(f"note:{section.id}", "flashcards", section.title, section.blocks[0], (section.id,))


def _question_card(question: Question) -> Card:
    right = "\n".join(f"- **{question.options[key]}** {question.explanations[key]}" for key in question.key)
    return Card(
        f"question:{question.id}",
        "questions",
        question.whole_stem,
        right,
        tuple(question.sections),
        tuple(question.options.values()),
        tuple(question.options[key] for key in question.key),
    )


def _contrast_card(contrast: Contrast) -> Card:
    first, second = sorted(contrast.pair)
    front = f"{contrast.cue}\n\n{first}, or {second}?"
    back = f"**{contrast.key}**. {contrast.why}"
    return Card(
        f"contrast:{contrast.id}", "contrasts", front, back, tuple(contrast.sections), (first, second), (contrast.key,)
    )


def card_words(card: Card) -> str:
    """Return the front as one plain line."""
    return " ".join(plain(card.front).split())
