"""Grades responses and turns them into a score."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assistant.exam.question import DOMAINS, Question

LOWEST, HIGHEST, PASS = 100, 1000, 700
"""The scale and the pass mark. Source: AIF-C01 exam guide, "Exam results"."""


@dataclass(frozen=True, slots=True)
class Share:
    """How many of how many were right."""

    right: int
    of: int

    @property
    def percent(self) -> float:
        """Per cent right; 0 of none is 0."""
        return 100 * self.right / self.of if self.of else 0.0


def is_complete(question: Question, response: Sequence[str]) -> bool:
    """Say whether a response chooses, orders or matches as much as the question asks."""
    if question.type == "matching":
        return len(response) == question.choose and all(letter in question.options for letter in response)
    known = [letter for letter in dict.fromkeys(response) if letter in question.options]
    return len(known) == len(response) == question.choose


def is_right(question: Question, response: Sequence[str]) -> bool:
    """Say whether a response is wholly right; as in the real exam there is no credit for a part.

    ``response`` holds letters: a set for single and multiple, in order for ordering, one a prompt for matching.
    """
    if question.type in ("ordering", "matching"):
        return list(response) == question.key
    return sorted(response) == sorted(question.key)


def scaled_score(right: int, of: int) -> int:
    """Return the score from 100 to 1000, ``100 + 900 * right / of`` rounded.

    AWS does not publish how it scales; a straight line is our choice, on which 700 takes two thirds right.
    """
    return round(LOWEST + (HIGHEST - LOWEST) * right / of) if of else LOWEST


def by_domain(questions: Iterable[Question], responses: Mapping[str, Sequence[str]]) -> dict[int, Share]:
    """Return the share of right responses in each domain that has questions; no response is a wrong one."""
    asked = list(questions)
    return {
        domain: Share(
            sum(is_right(question, responses.get(question.id, ())) for question in asked if question.domain == domain),
            count,
        )
        for domain in DOMAINS
        if (count := sum(question.domain == domain for question in asked))
    }
