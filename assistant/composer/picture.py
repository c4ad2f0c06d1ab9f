"""A piece as a picture: a piano roll in lines of eight bars, one lane a part, the melody on top."""

from __future__ import annotations

import importlib.util
import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from assistant.composer.genres import Genre, Part
from assistant.composer.roll import STEPS_PER_BAR, STEPS_PER_BEAT, Roll, bars, notes

BARS_PER_LINE = 8

_PAPER, _RAISED, _LINE, _INK, _QUIET = "#FAF7F1", "#FFFDF9", "#E4DFD4", "#1C2030", "#5B6070"
_HUES = ("#B23A22", "#2B5C86", "#5B6070", "#1C2030")
"""By part, the melody in the accent. Order and label tell the parts apart without them."""

_STEP, _ROW, _DRUM_ROW = 10, 6, 14
_LEFT, _RIGHT, _TOP, _GAP, _NUMBERS, _BETWEEN = 136, 24, 56, 10, 24, 24
_LEAST = 12
"""Semitones that a lane shows at least."""

_DRUM_NAMES = {36: "kick", 38: "snare", 42: "closed hat", 46: "open hat", 43: "low tom", 47: "mid tom", 50: "high tom"}
_DRUM_NAMES |= {49: "crash", 51: "ride"}


@dataclass(frozen=True, slots=True)
class _Lane:
    part: Part
    hue: str
    pitches: tuple[int, ...]
    row: int

    @property
    def height(self) -> int:
        return len(self.pitches) * self.row


def picture(roll: Roll, genre: Genre, title: str) -> bytes:
    """Return a piece as a PNG.

    Args:
        roll: shaped (parts, steps, 128), parts as in the genre.
        genre: names the parts.
        title: stands above.

    """
    lanes = [_lane(voice, part, number) for number, (voice, part) in enumerate(zip(roll, genre.parts, strict=True))]
    length = max(bars(roll), 1)
    shown = min(length, BARS_PER_LINE)
    lines = -(-length // BARS_PER_LINE)
    line_height = _NUMBERS + sum(lane.height + _GAP for lane in lanes) + _BETWEEN
    size = (_LEFT + shown * STEPS_PER_BAR * _STEP + _RIGHT, _TOP + lines * line_height)
    image = Image.new("RGB", size, _PAPER)
    draw = ImageDraw.Draw(image)
    draw.text((_RIGHT, _TOP // 2), title, fill=_INK, font=_font(18), anchor="lm")
    for line in range(lines):
        _draw_line(draw, roll, lanes, line * BARS_PER_LINE, _TOP + line * line_height)
    written = io.BytesIO()
    image.save(written, "PNG", optimize=True)
    return written.getvalue()


def _lane(voice: Roll, part: Part, number: int) -> _Lane:
    used = np.flatnonzero(voice.any(axis=0)).tolist()
    hue = _HUES[number % len(_HUES)]
    if part.kind == "drums":
        return _Lane(part, hue, tuple(sorted({*used} or {36}, reverse=True)), _DRUM_ROW)
    low, high = (min(used), max(used)) if used else (part.low, part.low)
    more = max(0, _LEAST - (high - low + 1))
    low -= more // 2
    high += more - more // 2
    return _Lane(part, hue, tuple(range(high, low - 1, -1)), _ROW)


def _draw_line(draw: ImageDraw.ImageDraw, roll: Roll, lanes: list[_Lane], first: int, top: int) -> None:
    count = min(BARS_PER_LINE, bars(roll) - first)
    steps = slice(first * STEPS_PER_BAR, (first + count) * STEPS_PER_BAR)
    for bar in range(count):
        place = (_LEFT + bar * STEPS_PER_BAR * _STEP + 2, top + _NUMBERS - 6)
        draw.text(place, str(first + bar + 1), fill=_QUIET, font=_font(12), anchor="ls")
    at = top + _NUMBERS
    for lane, voice in zip(lanes, roll, strict=True):
        right = _LEFT + count * STEPS_PER_BAR * _STEP
        draw.rectangle((_LEFT, at, right, at + lane.height), fill=_RAISED)
        draw.text((_RIGHT, at + lane.height / 2), lane.part.name, fill=lane.hue, font=_font(15), anchor="lm")
        _draw_rows(draw, lane, at, right)
        for beat in range(count * STEPS_PER_BAR // STEPS_PER_BEAT + 1):
            x = _LEFT + beat * STEPS_PER_BEAT * _STEP
            whole = beat % (STEPS_PER_BAR // STEPS_PER_BEAT) == 0
            draw.line((x, at, x, at + lane.height), fill=_QUIET if whole else _LINE)
        for start, pitch, length in notes(voice[steps]):
            _draw_note(draw, lane, at, start, pitch, length)
        at += lane.height + _GAP


def _draw_rows(draw: ImageDraw.ImageDraw, lane: _Lane, at: int, right: int) -> None:
    """Draw where octaves begin, or the name of each drum."""
    for row, pitch in enumerate(lane.pitches):
        y = at + (row + 1) * lane.row
        if lane.part.kind == "drums":
            name = _DRUM_NAMES.get(pitch, str(pitch))
            draw.text((_LEFT - 6, y - lane.row / 2), name, fill=_QUIET, font=_font(9), anchor="rm")
            draw.line((_LEFT, y, right, y), fill=_LINE)
        elif pitch % 12 == 0:
            draw.text((_LEFT - 6, y - lane.row / 2), f"C{pitch // 12 - 1}", fill=_QUIET, font=_font(10), anchor="rm")
            draw.line((_LEFT, y, right, y), fill=_LINE)


def _draw_note(draw: ImageDraw.ImageDraw, lane: _Lane, at: int, start: int, pitch: int, length: int) -> None:
    x = _LEFT + start * _STEP
    y = at + lane.pitches.index(pitch) * lane.row
    steps = 1 if lane.part.kind == "drums" else length
    # A gap on the right tells a repeated note from a held one.
    draw.rounded_rectangle((x + 1, y, x + steps * _STEP - 2, y + lane.row - 1), radius=2, fill=lane.hue)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    # DejaVu Sans comes with matplotlib and knows the letters of most titles; Pillow's own font knows no accents.
    found = importlib.util.find_spec("matplotlib")
    if found is None or not found.origin:
        return ImageFont.load_default(size)
    return ImageFont.truetype(Path(found.origin).parent / "mpl-data" / "fonts" / "ttf" / "DejaVuSans.ttf", size)
