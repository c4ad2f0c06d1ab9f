"""Numbers that people write as words or figures, and what they count."""

from __future__ import annotations

import re

_UNITS = re.findall(
    r"\w+",
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen",
)
_ONES = {word: number for number, word in enumerate(_UNITS)}
_TENS = {
    word: 10 * number
    for number, word in enumerate(("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"), 2)
}
_WORD = "|".join(sorted([*_ONES, *_TENS], key=len, reverse=True))
_DIGITS = "|".join(_UNITS[1:10])
_COMPOUND = re.compile(
    rf"\b(?:(?:a|one)\s+hundred(?:\s+and)?\b\s*)?(?:\b(?:{_WORD})\b(?:[\s-](?:{_DIGITS})\b)?)?", re.IGNORECASE
)
_DOZEN = re.compile(r"\b(half\s+a\s+|a\s+|one\s+)?dozen\b", re.IGNORECASE)
_COUNTED = re.compile(
    r"\s*-?\s*(?:more\s+)?(?:bars?|measures?|hours?|minutes?|mins?|questions?|samples?|cards?|domain)", re.I
)
_TIME = re.compile(r"(\d+(?:[.,]\d+)?)\s*-?\s*(minutes?|mins?|min|m|hours?|hrs?|hr|h)\b", re.IGNORECASE)
_SPOKEN_TIME = (
    (
        re.compile(r"\b(?:an|one|1)\s+hour\s+and\s+a\s+half\b|\b(?:one|1)\s+and\s+a\s+half\s+hours?\b", re.IGNORECASE),
        90.0,
    ),
    (re.compile(r"\bhalf\s+an?\s+hour\b|\b(?:a\s+)?half\s+hour\b", re.IGNORECASE), 30.0),
    (re.compile(r"\b(?:a\s+)?quarter\s+of\s+an\s+hour\b|\ba\s+quarter\s+hour\b", re.IGNORECASE), 15.0),
    (re.compile(r"\ban\s+hour\b", re.IGNORECASE), 60.0),
)


def figures(text: str) -> str:
    """Return a text with number words as figures, "16-bar"; "one" is a number only before what it counts."""

    def written(found: re.Match[str]) -> str:
        words = re.findall(r"[a-z]+", found[0].casefold())
        if not words:
            return found[0]
        if words == ["one"] and not _COUNTED.match(text, found.end()):
            return found[0]
        total = 100 if "hundred" in words else 0
        rest = words[words.index("hundred") + 1 :] if total else words
        total += sum(_ONES.get(word, 0) + _TENS.get(word, 0) for word in rest)
        tail = found[0][len(found[0].rstrip()) :]
        return f"{total}{tail}"

    text = _COMPOUND.sub(written, text)
    return _DOZEN.sub(lambda found: "6" if (found[1] or "").casefold().startswith("half") else "12", text)


def minutes(text: str) -> float | None:
    """Return the minutes that a text with figures names, "half an hour" as 30; None where it names none."""
    for pattern, value in _SPOKEN_TIME:
        if pattern.search(text):
            return value
    if not (found := _TIME.search(text)):
        return None
    value = float(found[1].replace(",", "."))
    return value * 60 if found[2].casefold().startswith("h") else value


def counted(text: str, what: str) -> int | None:
    """Return the number before, or behind, what it counts; ``what`` is a pattern. None where there is none."""
    before = re.search(rf"\b(\d{{1,5}})\s*-?\s*(?:[a-z-]+\s+){{0,2}}?(?:{what})\b", text, re.IGNORECASE)
    if before:
        return int(before[1])
    behind = re.search(
        rf"\b(?:{what})\s*(?:of|to|=|:|is|at|number|count)?\s*(?:of\s+|to\s+)?(\d{{1,5}})\b", text, re.IGNORECASE
    )
    return int(behind[1]) if behind else None
