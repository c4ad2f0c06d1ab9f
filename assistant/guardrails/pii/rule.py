"""What a recogniser of this package is: a Presidio recogniser, and the words that must or must not stand by it.

Presidio's own engine raises scores by lemmas around a match, which needs a tagged text; that alone takes longer than
everything here together. So its recognisers run without the engine, and context is a search for words in the
characters before and behind a match.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import regex
from presidio_analyzer import Pattern, PatternRecognizer

_BEFORE, _BEHIND = 80, 40
"""Characters around a match in which words count as context."""


@dataclass(frozen=True, slots=True)
class Span:
    """Something found in a cleaned text; of two that overlap, the longer or else the better ``score`` counts."""

    kind: str
    start: int
    end: int
    score: float
    why: str


class Checked(PatternRecognizer):
    r"""A pattern recogniser with a check on top: what the check refuses is not found. ``\K`` begins the value."""

    def __init__(
        self, kind: str, *patterns: str, check: Callable[[str], bool] | None = None, score: float = 0.5
    ) -> None:
        made = [Pattern(f"{kind} {number}", pattern, score) for number, pattern in enumerate(patterns)]
        flags = regex.IGNORECASE | regex.MULTILINE
        super().__init__(supported_entity=kind, patterns=made, global_regex_flags=flags)
        self._check = check

    def invalidate_result(self, pattern_text: str) -> bool | None:
        """Refuse what the check does not pass."""
        return None if self._check is None else not self._check(pattern_text)


class Rule:
    """Finds one type of personal data.

    Args:
        kind: Bedrock's name of the type.
        recogniser: what finds candidates.
        near: words around a match that make it surer.
        needs: without those words it is no match.
        against: words in front of a match that make it none.
        labelled: the pattern holds the words that say what it is, which counts more than any form.
        why: how it was found, for a person.

    """

    def __init__(
        self,
        kind: str,
        recogniser: PatternRecognizer,
        *,
        near: str = "",
        needs: bool = False,
        against: str = "",
        labelled: bool = False,
        why: str = "its form",
    ) -> None:
        self.kind = kind
        self._recogniser = recogniser
        self._near = regex.compile(near, regex.IGNORECASE) if near else None
        self._needs = needs
        self._against = regex.compile(against, regex.IGNORECASE) if against else None
        self._bonus = 0.4 if labelled else 0.0
        self._why = f"Found by {'the words in front of it' if labelled else why}."

    def spans(self, text: str) -> Iterator[Span]:
        """Find in a cleaned text."""
        if self._needs and self._near and not self._near.search(text):
            return
        for result in self._recogniser.analyze(text, [self.kind]):
            around = text[max(0, result.start - _BEFORE) : result.start], text[result.end : result.end + _BEHIND]
            near = self._near is not None and any(self._near.search(part) for part in around)
            if (self._needs and not near) or (self._against and self._against.search(around[0])):
                continue
            yield Span(self.kind, result.start, result.end, result.score + 0.3 * near + self._bonus, self._why)
