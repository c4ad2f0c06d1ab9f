"""Undoes what hides words from a check: lookalike letters, invisible characters, split words and simple encodings.

`normalise` cleans a text, keeps where each character came from, and adds what parts of it decode to (`views`).
Everything is linear in the text's length, and what was decoded is decoded once more at most. Nothing here judges:
harmless texts hold base64 and zero-width joiners too. What it does not undo: encryption, compression, words in
pictures or sounds, ciphers with a key, and spellings that only a reader would recognise.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache

from assistant.guardrails.decode import decoded
from assistant.guardrails.lookalikes import LOOKALIKES

_LEVELS = 2
"""How often what was decoded is looked at again: base64 of base64 is found, base64 of that is not."""
_MOST_DECODED = 200_000
"""Characters of all views together."""

_TAGS = range(0xE0020, 0xE007F)
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_INVISIBLE = frozenset(
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u200b\u200c\u200d\u2060\u2061\u2062\u2063\u2064"
    "\u206a\u206b\u206c\u206d\u206e\u206f\u3164\ufe00\ufe01\ufe02\ufe03\ufe04\ufe05\ufe06\ufe07\ufe08\ufe09\ufe0a"
    "\ufe0b\ufe0c\ufe0d\ufe0e\ufe0f\ufeff\uffa0"
)
_ZERO_WIDTH = frozenset("\u200b\u200c\u200d\u2060\u2061\u2062\u2063\u2064\ufeff")
_WORD = re.compile(r"[^\W\d_]+(?:[^\W\d_]|[\d_])*")
_FEW = 3
_LETTERS = 3
"""Shorter words with lookalikes are left alone."""
_SHARE = 0.02
"""Up to so many hidden characters, or such a share of a text, are a slip of copy and paste."""


@dataclass(frozen=True, slots=True)
class Normalised:
    """A text as a reader sees it.

    Args:
        text: the cleaned text; case, accents and line breaks stay as they were.
        views: what parts of it decode to, readable texts only; cleaned in the same way.
        signs: by which means something was hidden: ``invisible``, ``tags``, ``bidi``, ``lookalikes``, ``wide``, and
            the names of the decoders of `assistant.guardrails.decode`.
        offsets: for each character of ``text`` and for its end, the character of the original that it came from.

    """

    text: str
    views: tuple[str, ...]
    signs: frozenset[str]
    offsets: tuple[int, ...] | range

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return which characters of the original text stand behind ``text[start:end]``."""
        if end <= start:
            return self.offsets[start], self.offsets[start]
        return self.offsets[start], self.offsets[end - 1] + 1

    def cleaned(self, position: int) -> int:
        """Return where a character of the original stands in ``text``."""
        return bisect_left(self.offsets, position)


def normalise(text: str) -> Normalised:
    """Return a text cleaned, with what it decodes to. Lone surrogates stay; the empty text gives the empty text."""
    cleaned, offsets, signs, hidden = _clean(text)
    views = [hidden] if hidden else []
    level, room = [cleaned, *views], _MOST_DECODED
    for _ in range(_LEVELS):
        found: list[str] = []
        for source in level:
            for name, view in decoded(source):
                signs.add(name)
                view = _clean(view[:room])[0]
                room -= len(view)
                found.append(view)
        views += found
        level = found
        if not found or room <= 0:
            break
    return Normalised(cleaned, tuple(dict.fromkeys(views)), frozenset(signs), offsets)


def _clean(text: str) -> tuple[str, tuple[int, ...] | range, set[str], str]:
    """Return the cleaned text, its offsets, the signs, and what tag characters spell."""
    if text.isascii() and text.isprintable():
        return text, range(len(text) + 1), set(), ""
    kept: list[str] = []
    offsets: list[int] = []
    hidden: list[str] = []
    counts = dict.fromkeys(("invisible", "bidi", "wide"), 0)
    for place, char in enumerate(text):
        if char.isascii():
            # Null, backspace and escape say nothing to a reader.
            if char >= " " or char in "\n\r\t":
                kept.append(char)
                offsets.append(place)
            continue
        if char in _INVISIBLE:
            # Soft hyphens, emoji and scripts that join their letters need such characters.
            counts["invisible"] += char in _ZERO_WIDTH and bool(kept) and kept[-1].isascii()
        elif char in _BIDI:
            counts["bidi"] += 1
        elif ord(char) in _TAGS:
            hidden.append(chr(ord(char) - 0xE0000))
        elif unicodedata.combining(char) and kept:
            # An accent joins its letter; a heap of accents on one letter hides it.
            joined = unicodedata.normalize("NFC", kept[-1] + char)
            if len(joined) == 1:
                kept[-1] = joined
            elif not kept[-1].isascii():
                kept.append(char)
                offsets.append(place)
        else:
            plain = _plain(char)
            counts["wide"] += plain != char and plain.isascii() and plain.isalpha()
            kept.extend(plain)
            offsets.extend([place] * len(plain))
    signs = {name for name, count in counts.items() if count > max(_FEW, _SHARE * len(text))}
    # Flags of regions are spelled with a few tag characters.
    if len(hidden) > 6:
        signs.add("tags")
    cleaned, folded = _fold("".join(kept))
    if folded:
        signs.add("lookalikes")
    return cleaned, (*offsets, len(text)), signs, "".join(hidden) if "tags" in signs else ""


@lru_cache(maxsize=4096)
def _plain(char: str) -> str:
    return unicodedata.normalize("NFKC", char)


def _fold(text: str) -> tuple[str, bool]:
    """Replace lookalikes of Latin letters: in words that have Latin letters too, and where most of the text is Latin.

    A text in Russian or Greek stays as it is. The length does not change.
    """
    if text.isascii():
        return text, False
    latin = sum(char.isascii() and char.isalpha() for char in text)
    mostly_latin, folded = latin > sum(char in LOOKALIKES for char in text), 0

    def fold(match: re.Match[str]) -> str:
        nonlocal folded
        word = match[0]
        if word.isascii():
            return word
        plain = "".join(LOOKALIKES.get(char, char) for char in word)
        # Symbols such as the Greek ones of units and formulas stand in short words; names keep their own letters.
        if not plain.isascii() or len(plain) < _LETTERS or not (mostly_latin or _latin(word)):
            return word
        folded += _latin(word)
        return plain

    return _WORD.sub(fold, text), folded > 0


def _latin(word: str) -> bool:
    return any(char.isascii() and char.isalpha() for char in word)
