"""Melodies in ABC notation, as its standard 2.1 describes it (abcnotation.com), as far as a single voice needs it.

Read are the fields X, T, M, L, Q, K and V, notes with accidentals and octaves, lengths, rests, ties, broken rhythm,
tuplets, repeats with their endings, and changes of key, length and meter on the way. Chord symbols, decorations, grace
notes, slurs, words and explicit accidentals of a key are passed over; of several tunes or voices the first is read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from assistant.composer.abc_repeats import Bar, Item, Sound, play
from assistant.composer.quantise import Tune, bar_of
from assistant.errors import InputError

_FIELD = re.compile(r"\s*([A-Za-z]):(?![|:])(.*)")
_TOKENS = re.compile(
    r"""
    (?P<skip>\s+|"[^"]*"|![^!]*!|\+[A-Za-z][^+]*\+|\{[^}]*\}|[.~HLMOPSTuvJRy$`\\)*]|\((?!\d))
    |\[(?P<inline>[A-Za-z]):(?P<value>[^\]]*)\]
    |(?P<bar>\[\||[:|]*\|[:|\]]*|::+)(?:\[?(?P<ending>\d[\d,-]*))?
    |\[(?P<lone>\d[\d,-]*)
    |\((?P<p>[2-9])(?::(?P<q>\d*))?(?::(?P<r>\d*))?
    |\[(?P<chord>[^\]\d|][^\]]*)\](?P<chordlength>\d*/*\d*)
    |(?P<sign>\^\^|\^|__|_|=)?(?P<letter>[A-Ga-g])(?P<octave>[,']*)(?P<length>\d*/*\d*)
    |(?P<rest>[zxZX])(?P<restlength>\d*/*\d*)
    |(?P<tie>-)
    |(?P<broken>>+|<+)
    """,
    re.VERBOSE,
)
_NOTE = re.compile(r"(?P<sign>\^\^|\^|__|_|=)?(?P<letter>[A-Ga-g])(?P<octave>[,']*)(?P<length>\d*/*\d*)")
_LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_SIGNS = {"^^": 2, "^": 1, "=": 0, "_": -1, "__": -2}
_SHARPS = "FCGDAEB"
_FIFTHS = {"C": 0, "G": 1, "D": 2, "A": 3, "E": 4, "B": 5, "F": -1}
_MODES = {
    "": 0,
    "maj": 0,
    "ion": 0,
    "mix": -1,
    "dor": -2,
    "m": -3,
    "min": -3,
    "aeo": -3,
    "phr": -4,
    "loc": -5,
    "lyd": 1,
}
_KEY = re.compile(r"([A-G])([#b]?)\s*(maj|ion|mix|dor|min|aeo|phr|loc|lyd|m(?![a-z]))?", re.IGNORECASE)
_TUPLETS = {2: 3, 3: 2, 4: 3, 6: 2, 8: 3}


def is_abc(text: str) -> bool:
    """Say whether a text is meant as ABC: it has a line that states its key or its number."""
    return re.search(r"^(K|X):", text, re.MULTILINE) is not None


def read_abc(text: str) -> Tune:
    """Return the first tune of a text, repeats written out.

    Raises:
        InputError: a sign is not ABC, or the meter is not supported; the message names the place.

    """
    said = []
    tunes = [one for one in re.split(r"^(?=X:)", text, flags=re.MULTILINE) if is_abc(one)]
    if len(tunes) > 1:
        said.append(f"The text has {len(tunes)} tunes; the first is taken.")
    reader = _Reader()
    for number, line in enumerate((tunes[0] if tunes else text).splitlines(), start=1):
        reader.line(re.sub(r"(?<!\\)%.*", "", line), number)
    if len(reader.voices) > 1:
        said.append(f"The tune has {len(reader.voices)} voices; the first is taken.")
    notes = play(reader.items)
    bar = reader.bar
    first = _first_bar(reader.items)
    shift = float(bar - first) if first < bar else 0
    moved = [note._replace(start=note.start + shift) for note in notes]
    return Tune(moved, bar, reader.tempo, reader.title, tuple(said))


def _first_bar(items: Sequence[Item]) -> Fraction:
    """Return how many quarter notes come before the first bar line; those of everything where there is none."""
    length = Fraction(0)
    for item in items:
        if isinstance(item, Sound):
            length += item.length
        elif item.line and length:
            return length
    return Fraction(4)


@dataclass
class _Reader:
    items: list[Item] = field(default_factory=list)
    voices: list[str] = field(default_factory=list)
    title: str = ""
    tempo: float | None = None
    bar: int = 4
    _unit: Fraction | None = None
    _meter: Fraction = Fraction(1)
    _key: dict[str, int] = field(default_factory=dict)
    _voice: str = ""
    _bar_signs: dict[tuple[str, int], int] = field(default_factory=dict)
    _tuplet: tuple[int, Fraction] = (0, Fraction(1))
    _broken: Fraction = Fraction(1)

    def line(self, line: str, number: int) -> None:
        """Read one line: a field or music."""
        told = _FIELD.match(line)
        if told:
            self._field(told[1], told[2].strip())
            return
        place = 0
        while place < len(line):
            token = _TOKENS.match(line, place)
            if not token or token.end() == place:
                raise InputError(
                    f"Line {number} of the ABC, column {place + 1}: “{line[place : place + 8]}” is not read. "
                    "Correct it or leave it out."
                )
            place = token.end()
            if token["inline"]:
                self._field(token["inline"], token["value"].strip())
            elif not self.voices or self._voice == self.voices[0]:
                self._token(token)

    def _field(self, name: str, value: str) -> None:
        if name == "V":
            self._voice = value.split()[0] if value else ""
            if self._voice not in self.voices:
                self.voices.append(self._voice)
        elif name == "T":
            self.title = self.title or value
        elif name == "M":
            self._read_meter(value)
        elif name == "L":
            self._unit = _fraction(value, "L")
        elif name == "Q":
            self._read_tempo(value)
        elif name == "K":
            self._key = _signature(value)
            self._bar_signs = {}

    def _read_meter(self, value: str) -> None:
        common = {"C": "4/4", "C|": "2/2", "": "4/4", "none": "4/4"}.get(value, value)
        found = re.fullmatch(r"(\d{1,3})\s*/\s*(\d{1,3})", common)
        if not found:
            raise InputError(f"The meter “M:{value[:20]}” of the ABC is not read. Write it as M:4/4.")
        self.bar = bar_of(int(found[1]), int(found[2]))
        self._meter = Fraction(int(found[1]), int(found[2]))

    def _read_tempo(self, value: str) -> None:
        bare = re.sub(r'"[^"]*"', "", value).strip()
        found = re.search(r"(?:(\d+/\d+)\s*=\s*)?(\d+(?:\.\d+)?)", bare)
        if found and self.tempo is None:
            beat = _fraction(found[1], "Q") if found[1] else self._length_unit()
            self.tempo = float(found[2]) * float(beat * 4)

    def _length_unit(self) -> Fraction:
        return self._unit or (Fraction(1, 16) if self._meter < Fraction(3, 4) else Fraction(1, 8))

    def _token(self, token: re.Match[str]) -> None:
        if token["skip"]:
            return
        if token["bar"] or token["lone"]:
            self._bar_signs = {}
            ending = token["ending"] or token["lone"] or ""
            line = token["bar"] or ""
            # “:| [2” is the same as “:|2”.
            if not line and self.items and isinstance(before := self.items[-1], Bar) and not before.turns:
                line = before.line
                self.items.pop()
            self.items.append(Bar(line, frozenset(map(int, re.findall(r"\d", ending)))))
        elif token["p"]:
            self._begin_tuplet(token)
        elif token["broken"]:
            self._break(token["broken"])
        elif token["tie"]:
            if self.items and isinstance(self.items[-1], Sound):
                self.items[-1].tied = True
        elif token["rest"] in ("Z", "X"):
            self._add((), Fraction(int(token["restlength"] or 1) * self.bar))
        elif token["rest"]:
            self._add((), self._scaled(token["restlength"]))
        elif token["chord"]:
            inside = list(_NOTE.finditer(token["chord"]))
            pitches = tuple(self._pitch(note) for note in inside)
            factor = _length(inside[0]["length"]) if inside else Fraction(1)
            self._add(pitches, self._scaled(token["chordlength"]) * factor)
        else:
            self._add((self._pitch(token),), self._scaled(token["length"]))

    def _add(self, pitches: tuple[int, ...], length: Fraction) -> None:
        self.items.append(Sound(pitches, length))

    def _scaled(self, written: str) -> Fraction:
        length = _length(written) * self._length_unit() * 4 * self._broken
        self._broken = Fraction(1)
        left, factor = self._tuplet
        if left:
            length *= factor
            self._tuplet = (left - 1, factor)
        return length

    def _begin_tuplet(self, token: re.Match[str]) -> None:
        p = int(token["p"])
        q = int(token["q"] or _TUPLETS.get(p, 2))
        self._tuplet = (int(token["r"] or p), Fraction(q, p))

    def _break(self, signs: str) -> None:
        last = next((item for item in reversed(self.items) if isinstance(item, Sound)), None)
        short = Fraction(1, 2 ** len(signs))
        mine, yours = (2 - short, short) if signs[0] == ">" else (short, 2 - short)
        if last is not None:
            last.length *= mine
            self._broken = yours

    def _pitch(self, note: re.Match[str]) -> int:
        letter, octave = note["letter"], note["octave"].count("'") - note["octave"].count(",")
        octave += letter.islower()
        letter = letter.upper()
        if note["sign"]:
            self._bar_signs[letter, octave] = _SIGNS[note["sign"]]
        elif self.items and isinstance(self.items[-1], Bar):
            self._carry(letter, octave)
        sign = self._bar_signs.get((letter, octave), self._key.get(letter, 0))
        return 60 + 12 * octave + _LETTERS[letter] + sign

    def _carry(self, letter: str, octave: int) -> None:
        """Keep the accidental of a note that is tied over the bar line."""
        last = next((item for item in reversed(self.items) if isinstance(item, Sound)), None)
        if last is not None and last.tied and len(last.pitches) == 1:
            sign = last.pitches[0] - (60 + 12 * octave + _LETTERS[letter])
            if abs(sign) <= 2:
                self._bar_signs[letter, octave] = sign


def _signature(value: str) -> dict[str, int]:
    if not value or value.lower().startswith(("none", "clef", "perc")):
        return {}
    if value[:2].upper() == "HP":
        return {"F": 1, "C": 1}
    found = _KEY.match(value)
    if not found:
        raise InputError(f"The key “K:{value[:20]}” of the ABC is not read. Write it as K:C, K:F#m or K:D dor.")
    fifths = _FIFTHS[found[1].upper()] + {"": 0, "#": 7, "b": -7}[found[2].lower()]
    fifths += _MODES[(found[3] or "").lower()]
    named = _SHARPS[:fifths] if fifths >= 0 else _SHARPS[::-1][:-fifths]
    return dict.fromkeys(named, 1 if fifths >= 0 else -1)


def _length(written: str) -> Fraction:
    over, slash, under = written.partition("/")
    if not slash:
        return Fraction(int(over or 1))
    slashes = 1 + under.count("/")
    digits = under.lstrip("/")
    below = int(digits) if digits else 2**slashes
    if below == 0:
        raise InputError(f"The length “{written}” of the ABC divides by nothing. Correct it and try again.")
    return Fraction(int(over or 1), below)


def _fraction(value: str, name: str) -> Fraction:
    found = re.match(r"(\d+)\s*/\s*(\d+)", value)
    if not found or int(found[2]) == 0:
        raise InputError(f"The field “{name}:{value[:20]}” of the ABC is not read. Write it as {name}:1/8.")
    return Fraction(int(found[1]), int(found[2]))
