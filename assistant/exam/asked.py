"""A multiple-choice question as it is asked, whoever wrote it: a stem, lettered options, and how many to choose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from assistant.errors import InputError
from assistant.exam.question import LETTERS, Question, Text, asked_for, problem_of

LONGEST = 6_000
"""Characters of a stem or an option. The real exam's longest case has about 1,500; more would not fit the model."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to answer: ``options`` are texts by letter, ``choose`` is how many of them are right."""

    id: str
    stem: str
    options: Mapping[str, str]
    choose: int = 1
    key: tuple[str, ...] = ()

    @classmethod
    def of(cls, question: Question) -> Asked:
        """Return a question of the bank as it is asked."""
        return cls(question.id, question.whole_stem, question.options, question.choose, tuple(question.key))


class _Row(BaseModel):
    model_config = ConfigDict(extra="ignore")

    id: str | int = ""
    question: Annotated[Text, Field(max_length=LONGEST)]
    options: Annotated[dict[str, Annotated[Text, Field(max_length=LONGEST)]], Field(min_length=2, max_length=8)]
    answer: list[str] = []
    choose: Annotated[int, Field(ge=1)] | None = None

    @field_validator("options", mode="before")
    @classmethod
    def _lettered(cls, value: Any) -> Any:
        if isinstance(value, list):
            return dict(zip(LETTERS, value, strict=False)) if len(value) <= len(LETTERS) else value
        if isinstance(value, dict):
            return {str(letter).strip().upper(): text for letter, text in value.items()}
        return value

    @field_validator("answer", mode="before")
    @classmethod
    def _key(cls, value: Any) -> Any:
        letters = [value] if isinstance(value, str) else [] if value is None else value
        if isinstance(letters, list) and len(letters) == 1 and isinstance(letters[0], str):
            letters = [part for part in letters[0].replace(",", " ").split() if part]
        return [str(letter).strip().upper() for letter in letters] if isinstance(letters, list) else value


def asked_from_row(row: Any, number: int) -> Asked:
    """Return the question of one row ``{id, question, options, answer?, choose?}``.

    How many are right is ``choose``, else what the stem asks for, else the number of keys.

    Raises:
        InputError: something is missing, or the key names no option; the sentence begins with the row's number.

    """
    try:
        read = _Row.model_validate(row)
    except ValidationError as error:
        raise InputError(f"line {number}: {problem_of(error, 'the row')}") from error
    if unknown := [letter for letter in read.answer if letter not in read.options]:
        raise InputError(f"line {number}: the answer {unknown[0]} is not one of its options")
    told = asked_for(read.question)
    choose = read.choose or (told if told > 1 else len(read.answer) or 1)
    if choose >= len(read.options):
        raise InputError(f"line {number}: {choose} of {len(read.options)} options cannot be chosen")
    return Asked(str(read.id or number), read.question.strip(), read.options, choose, tuple(read.answer))
