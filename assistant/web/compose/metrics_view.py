"""What a piece measures beside real music, in a table that says in plain words what each number is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from assistant.composer.reference import Reference, find_reference
from assistant.web import words

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


_BESIDE = {
    "chorale": "real chorales",
    "quartet": "real quartets",
    "rock": "real rock",
    "folk-dance": "tunes with rules",
    "jazz": "jazz by rules",
}
"""What stands beside a piece, by genre; only three of them have accompaniments that people wrote."""


def metrics_html(metrics: Mapping[str, float | None], parts: Sequence[str], genre: str = "") -> str:
    """Return the table: a row a metric; for each part that was written, the piece's figure and what is usual.

    Usual is the range that eight in ten stretches of the genre's held-out pieces are in; a genre of the user's own has
    none. Parts without the metric have a dash.
    """
    lead, *written = parts
    reference = find_reference(genre)
    usual = reference.middle if reference else {}
    rows = ""
    for name, label, among, unit in _ROWS:
        keys = [f"{name}.{lead}-{part}" if name == "tonal_distance" else f"{name}.{part}" for part in written]
        if any(metrics.get(key) is not None for key in keys):
            cells = "".join(_cells(metrics.get(key), usual.get(key), unit, beside=bool(reference)) for key in keys)
            rows += f'<tr><th scope="row">{label}<small>{among}</small></th>{cells}</tr>'
    if not rows:
        return ""
    note = f'<p class="hint">{_note(genre, reference)}</p>' if reference else ""
    return (
        '<section class="measured"><h3>What it measures</h3><div class="wide" tabindex="0" role="region" '
        f'aria-label="What it measures"><table class="past">{_head(written, _BESIDE.get(genre, ""))}'
        f"<tbody>{rows}</tbody></table></div>{note}</section>"
    )


def _head(written: Sequence[str], beside: str) -> str:
    if not beside:
        heads = "".join(f'<th scope="col">{escape(part)}</th>' for part in written)
        return f"<thead><tr><td></td>{heads}</tr></thead>"
    heads = "".join(f'<th scope="colgroup" colspan="2">{escape(part)}</th>' for part in written)
    below = f'<th scope="col">piece</th><th scope="col">{beside}</th>' * len(written)
    columns = '<colgroup></colgroup><colgroup span="2"></colgroup>' + '<colgroup span="2"></colgroup>' * (
        len(written) - 1
    )
    return f'{columns}<thead><tr><td rowspan="2"></td>{heads}</tr><tr>{below}</tr></thead>'


def _cells(value: float | None, usual: tuple[float, float] | None, unit: str, *, beside: bool) -> str:
    cells = f"<td>{_shown(value, unit)}</td>"
    return f'{cells}<td class="usual">{_range(usual, unit)}</td>' if beside else cells


def _note(genre: str, reference: Reference) -> str:
    return (
        f"{_BESIDE[genre].capitalize()}: what eight in ten stretches of 8 to 16 bars have, in "
        f"{words.count(reference.pieces, 'piece')} that models do not learn from."
    )


def _range(usual: tuple[float, float] | None, unit: str) -> str:
    if usual is None:
        return "–"
    low, high = (_shown(end, unit) for end in usual)
    return low if low == high else f"{low.removesuffix(' %')}–{high}"


def _shown(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    return f"{100 * value:.0f} %" if unit == _SHARE else f"{value:.1f}"
