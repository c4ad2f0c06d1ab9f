"""A text as the recognisers read it: digits are ASCII digits, nothing invisible stands in a number.

Full-width forms, digits of other scripts, typographic dashes and spaces become their ASCII equals one for one;
zero-width and direction-changing characters are left out; a lone surrogate becomes U+FFFD. Letters stay as they are,
since names are written in many scripts.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import regex

_LEFT_OUT = regex.compile(r"[\p{Cf}\u034f\u115f\u1160\u3164\ufe00-\ufe0f\uffa0]+")
_DIGIT = regex.compile(r"[^\P{Nd}0-9]")
_SAME = {
    **{wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)},
    **dict.fromkeys(range(55296, 57344), 65533),
    **dict.fromkeys((*range(0x2010, 0x2016), 0x2212, 0xFE58, 0xFE63), ord("-")),
    **dict.fromkeys((0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000), ord(" ")),
    0x2019: ord("'"),
}


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A cleaned text, and where its characters stand in the original; ``offsets`` is None where nothing moved."""

    text: str
    offsets: tuple[int, ...] | None = None

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return which characters of the original stand behind ``text[start:end]``."""
        if self.offsets is None or end <= start:
            return start, end
        return self.offsets[start], self.offsets[end - 1] + 1


def clean(text: str) -> Cleaned:
    """Return the text as the recognisers read it."""
    if text.isascii():
        return Cleaned(text)
    text = _DIGIT.sub(lambda digit: str(unicodedata.digit(digit[0])), text.translate(_SAME))
    gaps = [gap.span() for gap in _LEFT_OUT.finditer(text)]
    if not gaps:
        return Cleaned(text)
    kept: list[int] = []
    place = 0
    for start, end in [*gaps, (len(text), len(text))]:
        kept.extend(range(place, start))
        place = end
    return Cleaned("".join(text[at] for at in kept), tuple(kept))
