"""How personal data that was found agrees with what people marked.

A marked span is caught when findings of its type hold at least half of its letters and digits: recognisers differ in
whether a title or a country belongs to it. A finding is right when at least half of its own lie in marked spans of its
type. Findings inside spans of a type that Bedrock does not have (a place, a date) are neither right nor wrong, since
people disagree whether they are personal. ``hidden`` asks more: whether every letter and digit of a marked span was
found, by whatever types, so that a mask over the findings leaves nothing of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from assistant.guardrails.findings import Finding

_HALF = 0.5


class Marked(Protocol):
    """A span that a person marked, or one that a recogniser found, with Bedrock's type or None."""

    @property
    def start(self) -> int:
        """Where it begins, in characters."""

    @property
    def end(self) -> int:
        """One behind its last character."""

    @property
    def type(self) -> str | None:
        """What it is."""


@dataclass
class Agreement:
    """Counts by type: spans that were marked, caught and hidden; findings that count, and that are right."""

    marked: Counter[str] = field(default_factory=Counter)
    caught: Counter[str] = field(default_factory=Counter)
    hidden: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)

    def add(self, text: str, found: Sequence[Marked], spans: Sequence[Marked]) -> None:
        """Count one text: what was found in it, and what was marked."""
        hidden, unsure = _places(text, found), _places(text, [span for span in spans if span.type is None])
        for span in spans:
            if span.type is not None:
                here = _places(text, [span])
                self.marked[span.type] += 1
                self.caught[span.type] += len(here & _of_type(text, found, span)) >= _HALF * len(here)
                self.hidden[span.type] += here <= hidden
        for span in found:
            here = _places(text, [span])
            right = bool(here) and len(here & _of_type(text, spans, span)) >= _HALF * len(here)
            if right or not here or not here <= unsure:
                self.found[str(span.type)] += 1
                self.right[str(span.type)] += right


@dataclass(frozen=True, slots=True)
class Found:
    """A finding of personal data as a span."""

    start: int
    end: int
    type: str | None


def personal(findings: Iterable[Finding]) -> list[Found]:
    """Return the places where the policy on sensitive information found something, whatever is done about it."""
    here = (finding for finding in findings if finding.policy == "sensitiveInformationPolicy")
    return [Found(finding.start, finding.end, finding.kind) for finding in here if finding.end > finding.start]


def _of_type(text: str, spans: Iterable[Marked], like: Marked) -> set[int]:
    return _places(text, [span for span in spans if span.type == like.type])


def _places(text: str, spans: Iterable[Marked]) -> set[int]:
    return {place for span in spans for place in range(span.start, min(span.end, len(text))) if text[place].isalnum()}
