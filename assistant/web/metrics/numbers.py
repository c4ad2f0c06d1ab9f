"""Numbers with their units, short enough for a figure or an axis."""

from __future__ import annotations

from assistant.records.metric_names import Unit


def shown(value: float | None, unit: Unit) -> str:
    """Return a value of a metric: "1,204", "3.2 s", "84 ms", "$0.0123"; nothing for None."""
    if value is None:
        return ""
    if unit == "Milliseconds":
        return f"{value:,.0f} ms" if value < 1000 else f"{value / 1000:,.2f} s" if value < 10_000 else _seconds(value)
    if unit == "USD":
        return f"${value:,.4f}" if 0 < value < 1 else f"${value:,.2f}"
    return f"{value:,.0f}"


def on_axis(value: float, unit: Unit) -> str:
    """Return a value of an axis: "1.2 k", "2.5 s"."""
    if unit == "Milliseconds":
        return f"{value:g} ms" if 0 < value < 1000 else f"{value / 1000:g} s"
    sign = "$" if unit == "USD" else ""
    for least, size, letter in ((1e9, 1e9, "G"), (1e6, 1e6, "M"), (1e4, 1e3, "k")):
        if value >= least:
            return f"{sign}{value / size:g} {letter}"
    return f"{sign}{value:,.10g}"


def _seconds(milliseconds: float) -> str:
    seconds = milliseconds / 1000
    return f"{seconds:.1f} s" if seconds < 120 else f"{seconds / 60:.1f} min"
