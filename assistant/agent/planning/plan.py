"""What a plan is: the calls that an utterance asks for, or one question where something needed is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MOST_STEPS = 4
"""Calls in one plan."""


@dataclass(frozen=True, slots=True)
class Call:
    """A tool with the arguments that the person gave; what was left out is the tool's to fill in."""

    tool: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier turn of the person with what was called for it; without ``calls`` it is planned again."""

    text: str
    calls: tuple[Call, ...] | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do for an utterance.

    Without calls and question it needs no tool: the ordinary answer.

    Args:
        calls: in their order, at most `MOST_STEPS`.
        question: to the person, where something needed is missing or cannot be.
        rationale: in a few words, why.
        milliseconds: what planning took, once the embedding model was there.
        pending: the call that the question is about, which a reply to it completes.

    """

    calls: tuple[Call, ...] = ()
    question: str = ""
    rationale: str = ""
    milliseconds: float = 0.0
    pending: Call | None = None
