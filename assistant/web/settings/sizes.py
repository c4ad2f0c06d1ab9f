"""Sizes in words."""

from __future__ import annotations


def in_words(size: float) -> str:
    """Return bytes as "98 MB" or "1.1 GB" (10⁶ and 10⁹ bytes)."""
    if size >= 999.5e6:
        return f"{size / 1e9:,.1f} GB" if size < 99.5e9 else f"{size / 1e9:,.0f} GB"
    return f"{size / 1e6:,.0f} MB" if size >= 1e6 or not size else f"{max(size / 1e3, 1):,.0f} kB"
