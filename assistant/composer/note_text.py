"""Melodies as text: ``C4:q D4:q R:h E4:e. F#4:s | …``.

A note is a letter, any sharps or flats (``#``, ``b``), an octave (4 holds middle C) and a length after a colon; ``R``
is a rest. Lengths are ``w`` whole, ``h`` half, ``q`` quarter, ``e`` eighth, ``s`` sixteenth; a dot adds half of it, and
without one a note is a quarter. ``~`` ties a note to the next, which has the same pitch. Bar lines ``|`` may be left
out; where they are written, bars have to hold two or four quarters, and a short first bar is a pickup. The grid is
sixteenths, so triplets cannot be written.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from assistant.composer.quantise import SUPPORTED, Note, Tune
from assistant.errors import InputError

_NOTE = re.compile(
    r"(?:(?P<rest>[Rr])|(?P<letter>[A-Ga-g])(?P<sign>(?:[#♯]{1,2}|[b♭]{1,2})?)(?P<octave>-?\d+))"
    r"(?::(?P<length>[whqes])(?P<dots>\.{0,3}))?(?P<tie>~?)$"
)
_BAR_LINE = re.compile(r"[|\]\[:.]*\|[|\]\[:.]*$")
_LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_LENGTHS = {"w": 4.0, "h": 2.0, "q": 1.0, "e": 0.5, "s": 0.25}
_SIGNS = {"#": 1, "♯": 1, "b": -1, "♭": -1}
_WRITE = "Write notes as C4:q, rests as R:q, with the lengths w, h, q, e and s"


def is_note_text(text: str) -> bool:
    """Say whether a text is meant as notes: its first word that is not a bar line is one."""
    return any(_NOTE.match(word) for word in [word for word in text.split() if not _BAR_LINE.match(word)][:1])


def read_note_text(text: str) -> Tune:
    """Return the tune that a text spells.

    Raises:
        InputError: a word is not a note, a tie leads nowhere or a bar is not full; the message names the place.

    """
    notes: list[Note] = []
    lines: list[float] = []
    now, tied = 0.0, False
    for number, word in enumerate(text.split(), start=1):
        if _BAR_LINE.match(word):
            lines.append(now)
            continue
        pitch, length, ties = _read(word, number)
        if tied:
            if pitch is None or pitch != notes[-1].pitch:
                raise InputError(
                    f"Word {number}, “{word}”, is tied to a note of another pitch. Tie equal pitches only."
                )
            notes[-1] = notes[-1]._replace(length=notes[-1].length + length)
        elif pitch is not None:
            notes.append(Note(now, length, pitch))
        now, tied = now + length, ties
    if tied:
        raise InputError("The last note is tied to nothing. Take the ~ away or write the note that it is tied to.")
    if not notes:
        raise InputError(f"The text has no notes. {_WRITE}.")
    bar, pickup = _bars([*lines, now])
    shift = bar - pickup if pickup else 0
    return Tune([note._replace(start=note.start + shift) for note in notes], bar)


def _read(word: str, number: int) -> tuple[int | None, float, bool]:
    found = _NOTE.match(word)
    if not found:
        raise InputError(f"Word {number}, “{word[:20]}”, is not a note. {_WRITE}; a dot lengthens, ~ ties.")
    length = _LENGTHS[found["length"] or "q"] * (2 - 0.5 ** len(found["dots"] or ""))
    if length % _LENGTHS["s"]:
        raise InputError(
            f"Word {number}, “{word}”, ends within a sixteenth, the shortest length there is. Use fewer dots."
        )
    if found["rest"]:
        if found["tie"]:
            raise InputError(f"Word {number}, “{word}”, ties a rest. Take the ~ away.")
        return None, length, False
    pitch = 12 * (int(found["octave"]) + 1) + _LETTERS[found["letter"].upper()]
    pitch += sum(_SIGNS[sign] for sign in found["sign"])
    if not 0 <= pitch <= 127:
        raise InputError(f"Word {number}, “{word}”, is not a pitch that MIDI has. Use octaves from -1 to 9.")
    return pitch, length, bool(found["tie"])


def _bars(lines: Sequence[float]) -> tuple[int, float]:
    """Return quarters in a bar and in the pickup, from where bar lines and the end are; 4 and 0 without bar lines."""
    ends = [line for line in dict.fromkeys(lines) if line > 0]
    lengths = [after - before for before, after in zip([0.0, *ends], ends, strict=False)]
    if len(lengths) == 1:
        return 4, 0
    # Neither the first nor the last bar need be full.
    bar = Counter(lengths[1:-1] or [max(lengths)]).most_common(1)[0][0]
    if bar not in (2, 4):
        raise InputError(
            f"The bars of the text hold {bar:g} quarters; Etude composes in {SUPPORTED}. "
            "Put bar lines after every two or four quarters, or leave them out."
        )
    for number, length in enumerate(lengths, start=1):
        short = number in (1, len(lengths)) and length < bar
        if length != bar and not short:
            raise InputError(
                f"Bar {number} holds {length:g} quarters and the others {bar:g}. Correct it and try again."
            )
    return int(bar), lengths[0] if lengths[0] < bar else 0
