"""The two rows that say whether a metric can be trusted: an oracle near the top, shuffled answers near the floor."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import groupby

from eval.sample import Case
from eval.suites.registry import Suite


def oracle(cases: Sequence[Case], suite: Suite) -> list[Case]:
    """Return the samples, each with the best output that its own gold allows."""
    return [Case(case.sample, suite.oracle(case.sample)) for case in cases]


def shuffled(cases: Sequence[Case], seed: int = 0) -> list[Case]:
    """Return the samples in their order, each with what the system gave for another question.

    A question and what says it in other words (``Sample.of``) count as one question, so no answer lands on its own.
    Questions are put into a random order and the outputs moved on by as many places as the largest group has; so each
    output is used once. Returns nothing where that cannot be: one question has half of the samples or more.
    """
    groups = [list(group) for _, group in groupby(sorted(cases, key=_question), key=_question)]
    random.Random(seed).shuffle(groups)
    order = [case for group in groups for case in group]
    step = max(map(len, groups), default=0)
    if not step or len(order) < 2 * step:
        return []
    given = {case.sample.id: order[place - step].output for place, case in enumerate(order)}
    return [Case(case.sample, given[case.sample.id]) for case in cases]


def _question(case: Case) -> str:
    return case.sample.of or case.sample.id
