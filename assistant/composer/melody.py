"""Melodies from anything that may hold one: a sample's name, note text, ABC, or a file."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.composer.abc_text import is_abc, read_abc
from assistant.composer.midi_melody import read_midi_melody
from assistant.composer.note_text import is_note_text, read_note_text
from assistant.composer.quantise import Tune, to_roll
from assistant.composer.roll import Roll
from assistant.composer.roll import bars as count_bars
from assistant.composer.samples import find_sample, samples
from assistant.errors import InputError

LARGEST = 2_000_000
"""Bytes of a file or characters of a text."""

SLOWEST, FASTEST = 30, 300
"""Quarter notes a minute."""

_LONGEST_PATH = 1_024
_OTHERS = {
    b"PK": "a compressed file",
    b"<?xml": "a score in XML",
    b"RIFF": "a sound or a wrapped file",
    b"ID3": "a sound recording",
    b"fLaC": "a sound recording",
    b"OggS": "a sound recording",
}


@dataclass(frozen=True, slots=True)
class Melody:
    """A melody on the grid.

    Args:
        roll: shaped (1, steps, 128), in whole bars.
        tempo: quarter notes a minute, None where it is not known.
        title: empty where it is not known.
        notes: what was done to it on the way, in sentences for the user.

    """

    roll: Roll
    tempo: float | None = None
    title: str = ""
    notes: tuple[str, ...] = ()

    @property
    def bars(self) -> int:
        """How many bars it has."""
        return count_bars(self.roll)


def read_melody(source: str | Path, *, track: int | None = None) -> Melody:
    """Return the melody in a source.

    Args:
        source: a sample's name or title, note text, ABC, or a file that holds MIDI, note text or ABC.
        track: of a MIDI file, which has the melody, counted from 1; None chooses one.

    Raises:
        InputError: the source is none of these, has no melody, or is in a meter that Etude does not compose in.

    """
    if isinstance(source, str) and (sample := find_sample(source)):
        tune = read_note_text(sample.notes)
        return _melody(Tune(tune.notes, tune.bar, sample.tempo, sample.title), sample.title)
    file = _as_file(source)
    if file is None:
        return _melody(_from_text(str(source), "The text"), "")
    data = _read(file)
    if data.startswith(b"MThd"):
        return _melody(read_midi_melody(data, file.name, track), file.stem)
    return _melody(_from_text(_decoded(data, file.name), file.name), file.stem)


def _melody(tune: Tune, title: str) -> Melody:
    roll, said = to_roll(tune)
    tempo = tune.tempo if tune.tempo is not None and SLOWEST <= tune.tempo <= FASTEST else None
    return Melody(roll, tempo, tune.title or title, said)


def _as_file(source: str | Path) -> Path | None:
    """Return the file that is meant; None where a text is."""
    named = str(source)
    if isinstance(source, str) and (not named.strip() or "\n" in named or len(named) > _LONGEST_PATH):
        return None
    path = Path(named).expanduser()
    try:
        if path.is_file():
            return path
        if path.is_dir():
            raise InputError(f"{path} is a folder. Name one file with a melody.")
    except (OSError, ValueError):
        return None
    if isinstance(source, Path) or path.suffix.lower() in (".mid", ".midi", ".abc", ".txt"):
        raise InputError(f"There is no file {path}.")
    return None


def _read(file: Path) -> bytes:
    try:
        if file.stat().st_size > LARGEST:
            raise InputError(f"{file.name} has more than {LARGEST // 1_000_000} MB. Give a smaller file.")
        data = file.read_bytes()
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}.") from error
    if not data.strip():
        raise InputError(f"{file.name} is empty. Give a file with a melody.")
    return data


def _decoded(data: bytes, name: str) -> str:
    wrong = next((what for start, what in _OTHERS.items() if data.startswith(start)), None)
    if wrong is None:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("latin-1")
        if not any(ord(sign) < 32 and not sign.isspace() for sign in text):
            return text
        wrong = "neither MIDI nor text"
    raise InputError(f"{name} is {wrong}. Give a MIDI file (.mid), ABC or note text; a notation program exports MIDI.")


def _from_text(text: str, name: str) -> Tune:
    if len(text) > LARGEST:
        raise InputError(f"{name} is longer than {LARGEST // 1_000_000} million characters. Give a shorter melody.")
    if not text.strip():
        raise InputError("The melody is empty. Give a sample's name, a MIDI file, note text or ABC.")
    if is_abc(text):
        return read_abc(text)
    if is_note_text(text):
        return read_note_text(text)
    known: Sequence[str] = list(samples())
    near = difflib.get_close_matches(text.strip().casefold(), known, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    begin = " ".join(text.split())
    begin = begin if len(begin) <= 40 else begin[:39] + "…"
    raise InputError(
        f"“{begin}” is no file, note text (C4:q D4:q), ABC or sample; samples are: {', '.join(known)}.{hint}"
    )
