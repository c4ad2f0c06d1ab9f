"""Draws the questions of a practice round or a mock exam."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from assistant.errors import InputError
from assistant.exam.question import DOMAINS, WEIGHTS, Difficulty, Question

SCORED, UNSCORED, MINUTES = 50, 15, 90
"""Source: AIF-C01 exam guide, "Exam content"."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What to practise; empty means any."""

    domains: tuple[int, ...] = ()
    difficulties: tuple[Difficulty, ...] = ()
    tasks: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    count: int = 10

    def allows(self, question: Question) -> bool:
        """Say whether a question fits."""
        return (
            (not self.domains or question.domain in self.domains)
            and (not self.difficulties or question.difficulty in self.difficulties)
            and (not self.tasks or question.task in self.tasks)
            and (not self.sections or bool(set(self.sections) & set(question.sections)))
            and (not self.questions or question.id in self.questions)
        )


def draw_practice(bank: Iterable[Question], wish: Wish, seen: Mapping[str, int], rng: random.Random) -> list[Question]:
    """Return questions that fit, those answered least often first, otherwise in random order.

    Args:
        bank: what to draw from.
        wish: what they must fit.
        seen: how often each was answered before, by id.
        rng: where chance comes from.

    Raises:
        InputError: the count is not positive, a domain does not exist, or no question fits.

    """
    if wish.count < 1:
        raise InputError("A practice round needs at least one question.")
    if wrong := [domain for domain in wish.domains if domain not in DOMAINS]:
        raise InputError(f"There is no domain {wrong[0]}; there are 1 to {len(DOMAINS)}.")
    fitting = [question for question in bank if wish.allows(question)]
    if not fitting:
        raise InputError("No question fits that choice. Choose more domains or another difficulty.")
    rng.shuffle(fitting)
    fitting.sort(key=lambda question: seen.get(question.id, 0))
    return _cases_together(fitting[: wish.count])


def draw_mock(
    bank: Sequence[Question], seen: Mapping[str, int], rng: random.Random
) -> tuple[list[Question], frozenset[str]]:
    """Return 65 questions in the official weights, and the ids of the 15 that do not count.

    Raises:
        InputError: the bank has too few questions of a domain.

    """
    scored, unscored = shares(SCORED), shares(UNSCORED)
    chosen: list[Question] = []
    idle: set[str] = set()
    for domain in DOMAINS:
        pool = [question for question in bank if question.domain == domain]
        needed = scored[domain] + unscored[domain]
        if len(pool) < needed:
            raise InputError(f"A mock exam needs {needed} questions of domain {domain}; the bank has {len(pool)}.")
        rng.shuffle(pool)
        pool.sort(key=lambda question: seen.get(question.id, 0))
        drawn = pool[:needed]
        rng.shuffle(drawn)
        chosen += drawn
        idle |= {question.id for question in drawn[: unscored[domain]]}
    rng.shuffle(chosen)
    return _cases_together(chosen), frozenset(idle)


def shares(total: int) -> dict[int, int]:
    """Return how many of ``total`` questions each domain gets, by largest remainder of the official weights."""
    exact = {domain: total * weight / 100 for domain, weight in WEIGHTS.items()}
    counts = {domain: int(value) for domain, value in exact.items()}
    by_rest = sorted(exact, key=lambda domain: counts[domain] - exact[domain])
    for domain in by_rest[: total - sum(counts.values())]:
        counts[domain] += 1
    return counts


def _cases_together(questions: Collection[Question]) -> list[Question]:
    """Put the questions of a case one after the other, in the order of their ids."""
    placed: dict[str, list[Question]] = {}
    for question in questions:
        placed.setdefault(question.case.id if question.case else question.id, []).append(question)
    return [question for group in placed.values() for question in sorted(group, key=lambda item: item.id)]
