"""The part of a reply that is shown, where a template has the model reason before it answers."""

from __future__ import annotations

import re


class Shown:
    """Lets the answer through and keeps the reasoning before it back, as the reply arrives.

    Args:
        answer_after: the mark, at the beginning of a line, behind which the answer stands; without one everything is
            shown. A reply in which the mark never comes shows nothing: reasoning is not an answer.

    """

    def __init__(self, answer_after: str) -> None:
        self._mark = re.compile(rf"^[ \t*_#>-]*{re.escape(answer_after)}[ \t*_]*", re.MULTILINE | re.IGNORECASE)
        self._held = ""
        self._open = not answer_after
        self._began = not answer_after

    def add(self, text: str) -> str:
        """Return what of a further piece of the reply is shown."""
        if not self._open:
            self._held += text
            found = self._mark.search(self._held)
            # Blanks and emphasis behind the mark belong to it, and more of them may be on the way.
            if not found or found.end() == len(self._held):
                return ""
            self._open, text = True, self._held[found.end() :]
        if not self._began:
            text = text.lstrip()
            self._began = bool(text)
        return text
