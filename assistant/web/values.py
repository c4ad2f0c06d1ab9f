"""Reads what the browser sends to a room. It may be anything at all: what does not fit becomes empty."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

LONGEST_NAME = 200
LONGEST_PART = 4_096
"""Characters of a part of an address: it may be a path."""
MOST_VALUES = 200

Data = Mapping[str, object]


def sent(event: object) -> Data:
    """Return what came with an event of Gradio, whatever it was."""
    found = getattr(event, "_data", None)
    return found if isinstance(found, Mapping) else {}


def text(data: Data, name: str, longest: int = LONGEST_NAME) -> str:
    """Return a text, or an empty one when there is none or it is too long."""
    value = data.get(name)
    # Half of a surrogate pair is no text that could be saved or sent.
    return value.encode(errors="replace").decode() if isinstance(value, str) and len(value) <= longest else ""


def named(data: Data, names: Iterable[str]) -> dict[str, str]:
    """Return texts by their names, as an address would have them."""
    return {name: text(data, name, LONGEST_PART) for name in names}


def number(data: Data, name: str, otherwise: int = 0) -> int:
    """Return a whole number of a sensible size."""
    value = data.get(name)
    if isinstance(value, str) and len(value) <= 9 and value.isdecimal():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**9 else otherwise


def texts(data: Data, name: str) -> tuple[str, ...]:
    """Return a list of texts."""
    value = data.get(name)
    if not isinstance(value, list) or len(value) > MOST_VALUES:
        return ()
    return tuple(item for item in value if isinstance(item, str) and len(item) <= LONGEST_NAME)


def numbers(data: Data, name: str) -> tuple[int, ...]:
    """Return a list of whole numbers; texts of digits count."""
    value = data.get(name)
    if not isinstance(value, list) or len(value) > MOST_VALUES:
        return ()
    return tuple(found for item in value if (found := number({"it": item}, "it", -1)) >= 0)
