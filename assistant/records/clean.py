"""The one place that every free text passes on its way into the records.

A column of free text is of the type `FreeText` or `Title` (``assistant.records.columns``), which call `clean`; texts
inside a JSON column go through `clean_all` where they are put together. `set_mask` says what masks them; without it a
text is only made storable. A mask that raises keeps the text out of the records: nothing is written.

It does not protect what is not free text: ids, names of files and models, letters of exam answers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Mask = Callable[[str], str]

_mask: Mask | None = None


def set_mask(mask: Mask | None) -> None:
    """Mask free texts with a function from now on, in this process; None masks nothing.

    It has to leave a text alone that it has masked before.
    """
    global _mask
    _mask = mask


def clean(text: str) -> str:
    """Return a text as it may be kept: masked, without what no database stores (NUL, lone surrogates)."""
    masked = _mask(text) if _mask else text
    return masked.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def clean_all(value: Any) -> Any:
    """Return a JSON value with all of its texts cleaned; the keys stay."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {key: clean_all(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [clean_all(one) for one in value]
    return value
