"""Jazz by rules throughout: a melody, piano, walking bass and drums on charts that `charts` makes. None of it is real.

- Swing is written as a dotted eighth and a sixteenth: off-beats are the last sixteenth of a beat.
- The melody is made of motifs of two bars, rhythm and contour, that come back; on the beat it plays a chord tone, off
  the beat any note of the scale or chord; every fourth bar it rests after the first half.
- The piano plays third and seventh (the shell), with the ninth or fifth, in the rhythm of the Charleston or near it.
- The bass walks in quarter notes: the root, chord tones, and before a new chord a semitone above or below its root.
- The ride cymbal plays its usual pattern, the hi-hat two and four, the snare now and then an off-beat.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from assistant.composer.genres import Part
from assistant.composer.pieces import Piece, Progress, recipe
from assistant.composer.recipes.charts import Bar, Chord, chart
from assistant.composer.roll import ONSET, STEPS_PER_BAR, STEPS_PER_BEAT, Roll, empty, write_note
from assistant.errors import InputError

SOURCE = "Made by Etude's own rules; no musician wrote or played it."
LICENCE = "Apache-2.0, as Etude"
CHARTS = 180

_KICK, _SNARE, _HAT, _RIDE, _CRASH = 36, 38, 42, 51, 49
_RIDING = (0, 4, 7, 8, 12, 15)
_RHYTHMS = (
    (0, 4, 7, 8, 12),
    (0, 3, 4, 8),
    (4, 7, 8, 11, 12, 15),
    (0, 7, 12),
    (3, 4, 7, 8, 11, 12),
    (0, 4, 8, 11, 15),
)
_COMPING = (((0, 5), (7, 5)), ((4, 3), (11, 4)), ((0, 8), (8, 7)), ((7, 4), (15, 1)), ((3, 2), (8, 6)))
_MELODY_LOW, _MELODY_HIGH = 62, 82
_PIANO_LOW, _BASS_LOW, _BASS_HIGH = 54, 28, 52
_SCALE = (0, 2, 4, 5, 7, 9, 11)


@recipe("jazz")
def pieces(files: Sequence[Path], parts: Sequence[Part], on_progress: Progress) -> Iterator[Piece]:
    """Yield as many charts as the recipe makes, the same ones each time.

    Raises:
        InputError: files are given, which this recipe does not read.

    """
    if files:
        raise InputError("The genre “jazz” is made by rules and reads no files. Use “custom” for your own music.")
    for number in range(1, CHARTS + 1):
        stream = np.random.default_rng(number)
        form, sections = chart(stream)
        roll = _played(sections, stream)
        yield Piece(f"Chart {number} ({form})", SOURCE, LICENCE, roll, hashlib.sha256(roll.tobytes()).hexdigest())
        on_progress(number, CHARTS)


def _played(sections: Sequence[list[Bar]], stream: np.random.Generator) -> Roll:
    """Return a chart as melody, piano, bass and drums, shaped (4, steps, 128)."""
    roll = empty(4, sum(map(len, sections)))
    motifs = [_motif(stream) for _ in range(2)]
    lines: dict[int, list[tuple[int, int, int]]] = {}
    start = 0
    for section in sections:
        line = lines.setdefault(id(section), _line(section, motifs, stream))
        for at, pitch, length in line:
            write_note(roll[0], pitch, start + at, length)
        roll[3, start, _CRASH] = ONSET
        start += len(section) * STEPS_PER_BAR
    bars = [bar for section in sections for bar in section]
    _comp(roll[1], bars, stream)
    _walk(roll[2], bars, stream)
    _drum(roll[3], len(bars), stream)
    return roll


def _motif(stream: np.random.Generator) -> list[tuple[int, int]]:
    """Return two bars of (step, direction): where notes begin, and whether the line falls, stays or rises."""
    rhythm = [bar * STEPS_PER_BAR + step for bar in range(2) for step in _RHYTHMS[stream.integers(len(_RHYTHMS))]]
    return [(step, int(stream.integers(-1, 2))) for step in rhythm]


def _line(
    section: Sequence[Bar], motifs: Sequence[list[tuple[int, int]]], stream: np.random.Generator
) -> list[tuple[int, int, int]]:
    """Return the melody of a section as (step, pitch, length)."""
    steps: list[tuple[int, int]] = []
    for pair in range(len(section) // 2):
        motif = motifs[0] if pair % 4 != 2 else motifs[1]
        for step, direction in motif:
            if pair % 2 == 0 or step < STEPS_PER_BAR + STEPS_PER_BAR // 2:
                steps.append((2 * pair * STEPS_PER_BAR + step, direction))
    pitch, pitches = int(stream.integers(69, 77)), []
    for step, direction in steps:
        chord = _at(section, step)
        wanted = pitch + direction * int(stream.integers(2, 5))
        # The line turns back before it leaves its range.
        wanted += 5 * ((wanted < _MELODY_LOW + 2) - (wanted > _MELODY_HIGH - 2))
        classes = chord.tones if step % STEPS_PER_BEAT == 0 else {*_SCALE, *chord.tones}
        pitch = _nearest(range(_MELODY_LOW, _MELODY_HIGH + 1), classes, wanted)[0]
        pitches.append(pitch)
    begins = [step for step, _ in steps]
    ends = [*begins[1:], len(section) * STEPS_PER_BAR]
    return [(begin, pitch, min(end - begin, 8)) for begin, end, pitch in zip(begins, ends, pitches, strict=True)]


def _comp(part: Roll, bars: Sequence[Bar], stream: np.random.Generator) -> None:
    for number in range(len(bars)):
        rhythm = _COMPING[stream.integers(len(_COMPING))]
        colour = bool(stream.integers(2))
        for step, length in rhythm:
            # An off-beat before a chord already plays it.
            ahead = number * STEPS_PER_BAR + step + (step % STEPS_PER_BEAT == 3)
            chord = _at(bars, min(ahead, len(bars) * STEPS_PER_BAR - 1))
            ninth = chord.quality != "m7b5" and colour
            for tone in (chord.tones[1], chord.tones[3], (chord.root + 2) % 12 if ninth else chord.tones[2]):
                write_note(part, _PIANO_LOW + (tone - _PIANO_LOW) % 12, number * STEPS_PER_BAR + step, length)


def _walk(part: Roll, bars: Sequence[Bar], stream: np.random.Generator) -> None:
    beats = [_at(bars, beat * STEPS_PER_BEAT) for beat in range(4 * len(bars))]
    pitch = 36
    for beat, (chord, after) in enumerate(pairwise([*beats, beats[0]])):
        new = beat == 0 or beats[beat - 1] != chord or beat % 4 == 0
        if new:
            classes = {chord.root}
        elif chord != after:
            classes = {(after.root + (1 if stream.random() < 0.5 else -1)) % 12}
        else:
            classes = set(chord.tones)
        near = [one for one in _nearest(range(_BASS_LOW, _BASS_HIGH + 1), classes, pitch) if one != pitch]
        pitch = near[0 if new else int(stream.integers(min(2, len(near))))]
        write_note(part, pitch, beat * STEPS_PER_BEAT, STEPS_PER_BEAT)


def _drum(part: Roll, bars: int, stream: np.random.Generator) -> None:
    for start in range(0, bars * STEPS_PER_BAR, STEPS_PER_BAR):
        for step in _RIDING:
            part[start + step, _RIDE] = ONSET
        part[[start + 4, start + 12], _HAT] = ONSET
        part[start, _KICK] = ONSET
        for step in (3, 7, 11, 15):
            if stream.random() < 0.15:
                part[start + step, _SNARE if stream.random() < 0.7 else _KICK] = ONSET


def _nearest(pitches: range, classes: Collection[int], wanted: int) -> list[int]:
    """Return the pitches of some pitch classes, the nearest first."""
    return sorted((one for one in pitches if one % 12 in classes), key=lambda one: (abs(one - wanted), one))


def _at(bars: Sequence[Bar], step: int) -> Chord:
    """Return the chord of a step."""
    return bars[step // STEPS_PER_BAR][step % STEPS_PER_BAR * 2 // STEPS_PER_BAR]
