"""A melody spelled as note text, so that whatever it came from can be seen and changed on the page."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.composer.roll import STEPS_PER_BAR, Roll, notes

_NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_LENGTHS = {16: "w", 12: "h.", 8: "h", 6: "q.", 4: "q", 3: "e.", 2: "e", 1: "s"}
"""Steps of what one sign can write, the longest first."""
_BARS_PER_LINE = 4


def spell(roll: Roll) -> str:
    """Return note text for a melody shaped (1, steps, 128): `read_note_text` gives the same melody back.

    Every bar is written whole, with the rests before and after the notes; sharps, no flats.
    """
    words: list[list[str]] = [[] for _ in range(roll.shape[1] // STEPS_PER_BAR)]
    at = 0
    for start, pitch, length in notes(roll[0]):
        _write(words, at, start - at, "R")
        _write(words, start, length, f"{_NAMES[pitch % 12]}{pitch // 12 - 1}")
        at = start + length
    _write(words, at, roll.shape[1] - at, "R")
    bars = [" ".join(bar) for bar in words]
    lines = [" | ".join(bars[first : first + _BARS_PER_LINE]) for first in range(0, len(bars), _BARS_PER_LINE)]
    return " |\n".join(lines)


def _write(words: list[list[str]], start: int, steps: int, name: str) -> None:
    pieces = list(_cut(start, steps))
    for number, (bar, length) in enumerate(pieces, start=1):
        tie = "~" if name != "R" and number < len(pieces) else ""
        words[bar].append(f"{name}:{_LENGTHS[length]}{tie}")


def _cut(start: int, steps: int) -> Iterator[tuple[int, int]]:
    """Yield bars and lengths that one sign each can write."""
    while steps > 0:
        room = min(steps, STEPS_PER_BAR - start % STEPS_PER_BAR)
        length = next(size for size in _LENGTHS if size <= room)
        yield start // STEPS_PER_BAR, length
        start, steps = start + length, steps - length
