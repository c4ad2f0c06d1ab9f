"""What a piece measures, in a table that says in plain words what each number is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

_SHARE, _NUMBER = "share", "number"
_ROWS = (
    ("consonance", "In consonance with the melody", "of the time: thirds, fourths, fifths, sixths, octaves", _SHARE),
    ("in_key", "In the key", "of what sounds", _SHARE),
    ("pitch_classes", "Different notes in a bar", "octaves count as one", _NUMBER),
    ("qualified_notes", "An eighth or longer", "of the notes; few means splinters", _SHARE),
    ("drum_pattern", "On the eighths", "of the drum strokes", _SHARE),
    ("voice_crossing", "Above the voice over it", "of the time; rare in good part writing", _SHARE),
    ("tonal_distance", "Distance from the melody", "in tonal space; 0 is the same notes", _NUMBER),
    ("empty_bars", "Silent bars", "of all bars", _SHARE),
)


def metrics_html(metrics: Mapping[str, float | None], parts: Sequence[str]) -> str:
    """Return the table: a row a metric, a column a part that was written; parts without the metric have a dash."""
    lead, *written = parts
    rows = ""
    for name, label, among, unit in _ROWS:
        keys = [f"{name}.{lead}-{part}" if name == "tonal_distance" else f"{name}.{part}" for part in written]
        values = [metrics.get(key) for key in keys]
        if any(value is not None for value in values):
            cells = "".join(f"<td>{_shown(value, unit)}</td>" for value in values)
            rows += f'<tr><th scope="row">{label}<small>{among}</small></th>{cells}</tr>'
    if not rows:
        return ""
    heads = "".join(f'<th scope="col">{escape(part)}</th>' for part in written)
    return (
        '<section class="measured"><h3>What it measures</h3><div class="wide" tabindex="0" role="region" '
        f'aria-label="What it measures"><table class="past"><thead><tr><td></td>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div></section>"
    )


def _shown(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    return f"{100 * value:.0f} %" if unit == _SHARE else f"{value:.1f}"
