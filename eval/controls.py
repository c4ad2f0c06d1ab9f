"""The two rows that say whether a metric can be trusted: an oracle near the top, shuffled answers near the floor."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import groupby

from eval.sample import Case, Output
from eval.suites.registry import Suite


def oracle(cases: Sequence[Case], suite: Suite) -> list[Case]:
    """Return the samples, each with the best output that its own gold allows."""
    return [Case(case.sample, suite.oracle(case.sample)) for case in cases]


def shuffled(cases: Sequence[Case], seed: int = 0) -> list[Case]:
    """Return the samples in their order, each with what the system gave for other questions.

    A question and what says it in other words (``Sample.of``) count as one question, so no answer lands on its own.
    Questions are put into a random order and the answers moved on by as many places as the largest group has, so that
    each is used once; passages and citations are moved as far the other way, so that they speak neither of the question
    nor of the answer. Returns nothing where that cannot be: one question has more than half of the samples. Where
    one has more than a third, passages stay with their answer.
    """
    groups = [list(group) for _, group in groupby(sorted(cases, key=_question), key=_question)]
    random.Random(seed).shuffle(groups)
    order = [case for group in groups for case in group]
    step, count = max(map(len, groups), default=0), len(order)
    if not step or count < 2 * step:
        return []
    back = step if count >= 3 * step else -step
    given = {
        case.sample.id: _with_passages(order[place - step].output, order[(place + back) % count].output)
        for place, case in enumerate(order)
    }
    return [Case(case.sample, given[case.sample.id]) for case in cases]


def _with_passages(answer: Output, found: Output) -> Output:
    return answer.model_copy(
        update={
            "passages": found.passages,
            "read": found.read,
            "citations": found.citations if answer.citations else (),
        }
    )


def _question(case: Case) -> str:
    return case.sample.of or case.sample.id
