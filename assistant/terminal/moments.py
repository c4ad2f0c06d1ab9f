"""Moments as they are typed: a date, or how long ago."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from assistant.errors import InputError

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def moment(text: str, option: str) -> datetime | None:
    """Return the UTC moment of ``2026-11-01``, of ``2026-11-01T09:30`` (local time), or that was ``90d`` ago.

    The units are m, h, d and w. Nothing typed is None.

    Raises:
        InputError: it is neither; the sentence names the option.

    """
    typed = text.strip()
    if not typed:
        return None
    try:
        if ago := re.fullmatch(r"(\d{1,6})([mhdw])", typed):
            return datetime.now(UTC) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        return datetime.fromisoformat(typed).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InputError(f"{option} takes a date such as 2026-11-01, or a time such as 90d, not {text!r}.") from error
