"""Keeps personal data and secrets out of logs.

Patterns only: names of people are not looked for, which would take a language model for each line. Otherwise it
protects as little as `find` does, and it sees only what passes the handler that it was added to: a traceback that a
program prints by itself, or a log of another process, stays as it is. A handler that formats ``exc_info`` anew instead
of using ``exc_text``, as those of rich do, shows the traceback unmasked.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection
from typing import Any

import regex

from assistant.guardrails.pii.clean import clean
from assistant.guardrails.pii.find import spans

LOGGED = frozenset({"ADDRESS", "AGE", "NAME", "URL"})
"""Types that stay in logs: they would take long, or a log is of no use without them."""

_SUSPICIOUS = regex.compile(
    r"@|://[^\s/]*:|\d(?:[ .:-]?\d){3}|pass|pwd|pw\b|user|login|secret|key|cvv|cvc|pin\b|\bat\b", regex.IGNORECASE
)
"""Without any of this a line holds nothing that is looked for, so that the recognisers need not even be imported."""


class MaskingFilter(logging.Filter):
    """A filter for handlers: it lets every record through, with what it found in it replaced as in ``{EMAIL}``."""

    def __init__(self, kinds: Collection[str] | None = None) -> None:
        super().__init__()
        from assistant.guardrails.document import PII_TYPES

        self._kinds = frozenset(PII_TYPES) - LOGGED if kinds is None else frozenset(kinds)
        self._busy = threading.local()

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask the message, its arguments and the traceback of a record."""
        # What is logged while the recognisers are imported would come back here.
        if getattr(self._busy, "now", False):
            return True
        self._busy.now = True
        try:
            self._mask(record)
        finally:
            self._busy.now = False
        return True

    def _mask(self, record: logging.LogRecord) -> None:
        if isinstance(record.args, dict):
            record.args = {name: self._argument(value) for name, value in record.args.items()}
        elif record.args:
            record.args = tuple(self._argument(value) for value in record.args)
        message = record.getMessage()
        masked = self._text(message)
        # Only where a value and the word that gives it away stand in different parts is the message put together here:
        # some formatters read the arguments.
        if masked != message:
            record.msg, record.args = masked, ()
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = self._text(record.exc_text)
        if record.stack_info:
            record.stack_info = self._text(record.stack_info)

    def _argument(self, value: Any) -> Any:
        shown = str(value)
        masked = self._text(shown)
        return value if masked == shown else masked

    def _text(self, text: str) -> str:
        if not _SUSPICIOUS.search(text):
            return text
        cleaned = clean(text)
        pieces, place = [], 0
        for span in spans(cleaned.text, self._kinds):
            start, end = cleaned.original(span.start, span.end)
            pieces += [text[place:start], f"{{{span.kind}}}"]
            place = end
        return "".join([*pieces, text[place:]])
