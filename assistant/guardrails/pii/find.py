"""Finds personal data and secrets, and matches of one's own patterns.

What this does not protect against: values that are spelled out, split over messages, encoded, or in pictures; numbers
with a mistyped check digit; bare numbers that nothing near by explains; names in small letters; languages other than
English wherever words around a value decide. It finds the form of a value, and cannot know whether it is real.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING

import regex

from assistant.guardrails.findings import Action, Finding, PolicyName, Source
from assistant.guardrails.pii.clean import clean
from assistant.guardrails.pii.regexes import SECONDS, matches

if TYPE_CHECKING:
    from assistant.guardrails.document import Regex, SensitiveInformationPolicy
    from assistant.guardrails.pii.rule import Rule, Span

_POLICY: PolicyName = "sensitiveInformationPolicy"
_CHUNK, _OVERLAP = 8000, 400
"""Characters that the recognisers read at once, and that two neighbours share."""
_PLACEHOLDER = regex.compile(r"\{[A-Z][A-Z0-9_]*(?:-\d+)?\}")


def find(text: str, policy: SensitiveInformationPolicy, source: Source = "INPUT") -> list[Finding]:
    """Find what a policy names; of findings of Etude's types that overlap, the longest counts.

    Matches of one's own patterns are all given, since their author asked for them. A pattern that ran out of time is
    given as a finding of action NONE without a match.

    Raises:
        InputError: a pattern is no regular expression.
        ModelError: NAME is asked for and the model that finds names is not installed.

    """
    actions: dict[str, Action] = {
        each.type: action for each in policy.piiEntitiesConfig if (action := each.action_on(source))
    }
    cleaned = clean(text)
    found: list[Finding] = []
    for span in spans(cleaned.text, actions):
        start, end = cleaned.original(span.start, span.end)
        found.append(Finding(_POLICY, span.kind, actions[span.kind], start, end, text[start:end], why=span.why))
    for own in policy.regexesConfig:
        if action := own.action_on(source):
            found += _own(own, action, text)
    return sorted(found, key=lambda finding: (finding.start, finding.end))


def spans(text: str, kinds: Collection[str]) -> list[Span]:
    """Find types of personal data in a cleaned text; no two overlap."""
    wanted = set(kinds)
    if not wanted:
        return []
    found = [span for start, part in _chunks(text) for span in _moved(_spans(part, wanted), start)]
    placeholders = [match.span() for match in _PLACEHOLDER.finditer(text)]
    return _longest([span for span in found if not any(s < span.end and span.start < e for s, e in placeholders)])


def _spans(text: str, wanted: set[str]) -> Iterator[Span]:
    digits = any(map(str.isdigit, text))
    for kind, needs_digits, rule in _rules():
        if kind in wanted and (digits or not needs_digits):
            yield from rule.spans(text)
    if "NAME" in wanted and not text.islower():
        from assistant.guardrails.pii.names import names

        yield from names(text)


@cache
def _rules() -> tuple[tuple[str, bool, Rule], ...]:
    """Presidio takes seconds to import, so it is first imported when something is looked for."""
    from assistant.guardrails.pii import address, cards, contact, identity, secrets

    rules = [rule for room in (secrets, contact, cards, identity, address) for rule in room.RULES]
    without = ("EMAIL", "URL", "PASSWORD", "USERNAME", "SWIFT_CODE", "ADDRESS", "AWS_ACCESS_KEY")
    return tuple((rule.kind, rule.kind not in without, rule) for rule in rules)


def _chunks(text: str) -> Iterator[tuple[int, str]]:
    """Cut a long text at line ends, or where there are none, anywhere; neighbours share some characters."""
    start = 0
    while len(text) - start > _CHUNK:
        end = text.rfind("\n", start + _CHUNK // 2, start + _CHUNK) + 1 or start + _CHUNK
        yield start, text[start:end]
        start = end - _OVERLAP
    yield start, text[start:]


def _moved(found: Iterable[Span], by: int) -> Iterator[Span]:
    from assistant.guardrails.pii.rule import Span

    for span in found:
        yield Span(span.kind, span.start + by, span.end + by, span.score, span.why)


def _longest(found: Iterable[Span]) -> list[Span]:
    kept: list[Span] = []
    for span in sorted(found, key=lambda span: (span.start - span.end, -span.score, span.start)):
        if not any(span.start < other.end and other.start < span.end for other in kept):
            kept.append(span)
    return sorted(kept, key=lambda span: span.start)


def _own(own: Regex, action: Action, text: str) -> list[Finding]:
    found: list[Finding] = []
    try:
        for start, end in matches(own.pattern, text):
            found.append(Finding(_POLICY, own.name, action, start, end, text[start:end], why="Found by a pattern."))
    except TimeoutError:
        why = f"The pattern {own.name!r} ran longer than {SECONDS:g} s and was stopped. Make it simpler."
        found.append(Finding(_POLICY, own.name, "NONE", why=why))
    return found
