"""Cells of a CSV file that a spreadsheet will not run as a formula."""

from __future__ import annotations

_RUN = ("=", "+", "-", "@", "\t", "\r")


def guarded(text: str) -> str:
    """Return a text so that a spreadsheet takes it for text: what looks like a formula gets an apostrophe first.

    The signs are those of OWASP's page on CSV injection. A text that begins with an apostrophe and such a sign gets one
    more, so that `plain` gives every text back.
    """
    return f"'{text}" if text.lstrip("'").startswith(_RUN) else text


def plain(cell: str) -> str:
    """Return the text of a cell that `guarded` wrote."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(_RUN) else cell
