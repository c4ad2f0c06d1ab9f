"""The keyboard: two octaves and a C, on a phone one; each key shows the letter that plays it."""

from __future__ import annotations

_WHITE = (0, 2, 4, 5, 7, 9, 11)
_NAMES = ("C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B")
_LETTERS = "awsedftgyhujk"
_KEYS = 25
_LENGTHS = (("s", "Sixteenth"), ("e", "Eighth"), ("q", "Quarter"), ("h", "Half"), ("w", "Whole"))


def keys_html() -> str:
    """Return the keyboard with what stands above it: lengths, rest, undo, and hearing the melody."""
    lengths = "".join(
        f'<button type="button" class="plain" data-do="length" data-length="{length}" aria-pressed="false" '
        f'title="{name} ({number})">{name}</button>'
        for number, (length, name) in enumerate(_LENGTHS, start=1)
    )
    return (
        '<section class="instrument"><div class="tools"><div class="lengths" role="group" aria-label="Length of notes">'
        f'{lengths}<button type="button" class="plain" data-do="dot" aria-pressed="false" title="Dotted (.)">Dotted'
        '</button></div><div class="edits">'
        f"{_tool('listen', 'Play', 'Space')}{_tool('rest', 'Rest', 'R')}{_tool('undo', 'Undo', 'Backspace')}"
        f"{_tool('clear', 'Clear', '')}</div></div>"
        f'<div class="range">{_octave("lower", "Lower", "Z")}<div class="keyboard" role="group" '
        'aria-label="Keyboard: the letters A to K play it, Z and X move it by an octave">'
        f"{''.join(_key(place) for place in range(_KEYS))}</div>{_octave('higher', 'Higher', 'X')}</div></section>"
    )


def _tool(do: str, label: str, key: str) -> str:
    title = f' title="{label} ({key})"' if key else ""
    return f'<button type="button" class="plain" data-do="{do}" data-focus="{do}"{title}>{label}</button>'


def _octave(do: str, label: str, key: str) -> str:
    sign = "‹" if do == "lower" else "›"
    return (
        f'<button type="button" class="quiet" data-do="{do}" data-focus="{do}" aria-label="{label} octave ({key})" '
        f'title="{label} octave ({key})">{sign}</button>'
    )


def _key(place: int) -> str:
    step = place % 12
    kind = "white" if step in _WHITE else "black"
    letter = f"<kbd>{_LETTERS[place].upper()}</kbd>" if place < len(_LETTERS) else ""
    return (
        f'<button type="button" class="key {kind}" data-place="{place}" tabindex="-1" aria-label="{_NAMES[step]}" '
        f'style="--at:{_whites_before(place)}">{letter}<i></i></button>'
    )


def _whites_before(place: int) -> int:
    return sum(step % 12 in _WHITE for step in range(place))
