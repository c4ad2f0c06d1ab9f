"""Chord charts of jazz by rules: blues, and songs in the form A A B A.

The forms are those of textbooks (M. Levine, The Jazz Theory Book, 1995: the ii-V-I, the blues, rhythm changes); chords
are then varied by two rules after M. Steedman's grammar (A Generative Grammar for Jazz Chord Sequences, Music
Perception 2, 1984): a dominant may be divided into its ii and itself, or be replaced by the one a tritone away.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_QUALITIES = {
    "maj7": (0, 4, 7, 11),
    "m7": (0, 3, 7, 10),
    "7": (0, 4, 7, 10),
    "m7b5": (0, 3, 6, 10),
}
_DIVIDED, _TRITONE = 0.3, 0.2


@dataclass(frozen=True, slots=True)
class Chord:
    """A seventh chord; `root` is a pitch class, `quality` one of those that charts write."""

    root: int
    quality: str

    @property
    def tones(self) -> tuple[int, int, int, int]:
        """Pitch classes of root, third, fifth and seventh."""
        first, third, fifth, seventh = ((self.root + above) % 12 for above in _QUALITIES[self.quality])
        return first, third, fifth, seventh


Bar = tuple[Chord, Chord]
"""What sounds in each half."""


def _bars(text: str) -> list[Bar]:
    """Return the bars of a chart such as "0_maj7 | 2_m7 7_7": roots in semitones above C, one or two chords a bar."""
    read = []
    for bar in text.split("|"):
        chords = [Chord(int(root), quality) for root, quality in (one.split("_") for one in bar.split())]
        read.append((chords[0], chords[-1]))
    return read


_BLUES = (
    "0_7 | 5_7 | 0_7 | 0_7 | 5_7 | 5_7 | 0_7 | 9_7 | 2_m7 | 7_7 | 0_7 9_7 | 2_m7 7_7",
    "9_m7 | 9_m7 | 9_m7 | 9_7 | 2_m7 | 2_m7 | 9_m7 | 9_m7 | 5_7 | 4_7 | 9_m7 | 11_m7b5 4_7",
)
_OPENINGS = (
    "0_maj7 9_m7 | 2_m7 7_7 | 4_m7 9_7 | 2_m7 7_7",
    "2_m7 | 7_7 | 0_maj7 | 0_maj7",
    "0_maj7 | 0_maj7 | 9_7 | 9_7",
    "0_maj7 | 5_7 | 4_m7 | 9_7",
    "9_m7 | 11_m7b5 4_7 | 9_m7 | 9_m7",
)
_CLOSINGS = (
    "2_m7 | 7_7 | 0_maj7 | 2_m7 7_7",
    "5_maj7 | 10_7 | 4_m7 9_7 | 2_m7 7_7",
    "2_m7 | 2_m7 | 7_7 | 7_7",
    "2_m7 | 11_m7b5 4_7 | 9_m7 | 9_m7",
)
_LAST = "2_m7 7_7 | 0_maj7", "11_m7b5 4_7 | 9_m7"
_BRIDGES = (
    "4_7 | 4_7 | 9_7 | 9_7 | 2_7 | 2_7 | 7_7 | 7_7",
    "7_m7 | 0_7 | 5_maj7 | 5_maj7 | 9_m7 | 2_7 | 2_m7 | 7_7",
    "2_m7 | 2_m7 | 9_m7 | 9_m7 | 11_m7b5 | 4_7 | 2_m7 | 7_7",
)


def chart(stream: np.random.Generator) -> tuple[str, list[list[Bar]]]:
    """Return the name of a form and its sections as they are played; one that comes back is the same object."""
    if stream.random() < 0.35:
        blues = _varied(_bars(_BLUES[stream.integers(len(_BLUES))]), stream)
        return "blues", [blues, blues]
    opening, closing = _OPENINGS[stream.integers(len(_OPENINGS))], _CLOSINGS[stream.integers(len(_CLOSINGS))]
    section = _varied(_bars(f"{opening} | {closing}"), stream)
    bridge = _varied(_bars(_BRIDGES[stream.integers(len(_BRIDGES))]), stream)
    last = section[:-2] + _bars(_LAST[int(section[0][0].root == 9)])
    return "song", [section, section, bridge, last]


def _varied(bars: list[Bar], stream: np.random.Generator) -> list[Bar]:
    varied = []
    for first, second in bars:
        if first == second and first.quality == "7" and stream.random() < _DIVIDED:
            first = Chord((first.root + 7) % 12, "m7")
        if second.quality == "7" and first != second and stream.random() < _TRITONE:
            second = Chord((second.root + 6) % 12, "7")
        varied.append((first, second))
    return varied
