"""A piece as a score in MusicXML, which notation programs open."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from assistant.composer.genres import Genre, Part
from assistant.composer.key import key
from assistant.composer.roll import STEPS_PER_BEAT, Roll, bars, notes

_LETTERS = "FCGDAEB"
_BAR = 4.0
_DRUM_CHANNEL = 9
_TREBLE = 57
"""Mean MIDI pitch from which a treble clef needs fewer ledger lines than a bass clef."""


def musicxml(roll: Roll, genre: Genre, tempo: float, title: str) -> bytes:
    """Return a piece as a MusicXML file: one staff a part, in the key that its notes have.

    Args:
        roll: shaped (parts, steps, 128), parts as in the genre, in the key that is to be heard.
        genre: names the parts and their instruments.
        tempo: quarter notes a minute.
        title: stands above.

    """
    music21 = _music21()
    pitched = [number for number, part in enumerate(genre.parts) if part.kind != "drums"]
    fifths = fifths_of(*key(roll[pitched]))
    score = music21.stream.Score()
    # Without a composer music21 would name itself.
    score.metadata = music21.metadata.Metadata(title=title, composer="Accompaniment: Etude")
    for number, (voice, part) in enumerate(zip(roll, genre.parts, strict=True)):
        score.insert(0, _staff(voice, part, fifths, tempo if number == 0 else None, bars(roll)))
    return bytes(music21.musicxml.m21ToXml.GeneralObjectExporter(score).parse())


def fifths_of(tonic: int, mode: str) -> int:
    """Return the sharps of a key signature, -5 to 6, flats below 0."""
    relative = tonic if mode == "major" else tonic + 3
    return (relative * 7 + 5) % 12 - 5


def spelled(pitch: int, fifths: int) -> str:
    """Return music21's name of a MIDI pitch in a key signature, such as "F#4" or "B-3".

    Of the names of a pitch the one that is nearest on the line of fifths is taken, from three flats below the
    signature's major tonic to what is eight fifths above it: in C major C#, E flat, F#, G# and B flat.
    """
    place = fifths - 3 + (pitch * 7 - (fifths - 3)) % 12
    sharps, letter = divmod(place + 1, 7)
    name = _LETTERS[letter]
    natural = pitch - sharps
    return f"{name}{('#' if sharps > 0 else '-') * abs(sharps)}{natural // 12 - 1}"


def _staff(voice: Roll, part: Part, fifths: int, tempo: float | None, length: int) -> Any:
    music21 = _music21()
    staff = music21.stream.Part(id=part.name)
    staff.partName = part.name
    staff.insert(0, _instrument(part))
    staff.insert(0, music21.meter.TimeSignature("4/4"))
    if part.kind == "drums":
        staff.insert(0, music21.clef.PercussionClef())
    else:
        staff.insert(0, music21.key.KeySignature(fifths))
        staff.insert(0, _clef(voice))
    if tempo is not None:
        staff.insert(0, music21.tempo.MetronomeMark(number=round(tempo)))
    for start, sounding in _sounding(voice, fifths):
        staff.insert(start, sounding)
    staff.makeRests(refStreamOrTimeRange=[0.0, length * _BAR], fillGaps=True, inPlace=True)
    staff.makeNotation(inPlace=True)
    return staff


def _sounding(voice: Roll, fifths: int) -> Iterator[tuple[float, Any]]:
    """Yield notes, and chords of what begins and ends together, with where they begin in quarter notes."""
    music21 = _music21()
    together: dict[tuple[int, int], list[int]] = defaultdict(list)
    for start, pitch, length in notes(voice):
        together[start, length].append(pitch)
    for (start, length), pitches in sorted(together.items()):
        names = [spelled(pitch, fifths) for pitch in pitches]
        quarters = length / STEPS_PER_BEAT
        if len(names) == 1:
            yield start / STEPS_PER_BEAT, music21.note.Note(names[0], quarterLength=quarters)
        else:
            yield start / STEPS_PER_BEAT, music21.chord.Chord(names, quarterLength=quarters)


def _instrument(part: Part) -> Any:
    instrument = _music21().instrument
    if part.kind == "drums":
        made = instrument.UnpitchedPercussion()
        made.midiChannel = _DRUM_CHANNEL
    else:
        made = instrument.instrumentFromMidiProgram(part.program)
    made.partName = part.name
    return made


def _clef(voice: Roll) -> Any:
    clef = _music21().clef
    pitches = [pitch for _, pitch, _ in notes(voice)]
    middle = sum(pitches) / len(pitches) if pitches else 60
    return clef.TrebleClef() if middle >= _TREBLE else clef.BassClef()


def _music21() -> Any:
    """Return the package, of whose functions few have types; it takes most of a second to import."""
    package = import_module("music21")
    import_module("music21.musicxml.m21ToXml")
    return package
