"""Patterns of one's own, each under a time limit.

A pattern that runs out of time protects nothing in that text; it is told of by a finding without a match, and the
other patterns still run.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import regex

from assistant.errors import InputError

SECONDS = 0.1
"""Time that one pattern may take for one text."""


def matches(pattern: str, text: str) -> Iterator[tuple[int, int]]:
    """Give start and end of each match that is not empty.

    Raises:
        InputError: the pattern is no regular expression.
        TimeoutError: the pattern ran out of time.

    """
    for match in _compiled(pattern).finditer(text, timeout=SECONDS):
        if match.end() > match.start():
            yield match.span()


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> regex.Pattern[str]:
    try:
        return regex.compile(pattern)
    except (regex.error, OverflowError, RecursionError) as error:
        raise InputError(f"{pattern!r} is no regular expression ({error}). Correct it in the guardrail.") from error
