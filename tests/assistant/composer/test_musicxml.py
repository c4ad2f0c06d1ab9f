import warnings

import numpy as np
import pytest

from assistant.composer.genres import genre
from assistant.composer.melody import read_melody
from assistant.composer.musicxml import fifths_of, musicxml, spelled
from assistant.composer.roll import empty, notes, transpose, write_note


def read_back(data):
    from music21 import converter

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return converter.parseData(data.decode(), format="musicxml")


def as_notes(part):
    found = part.stripTies().flatten().notes
    return sorted((round(n.offset * 4), p.midi, round(n.quarterLength * 4)) for n in found for p in n.pitches)


def test_music21_reads_the_same_notes_parts_key_and_tempo_back():
    melody = read_melody("ode-to-joy").roll
    roll = np.concatenate([transpose(melody, -down) for down in (0, 5, 12, 24)])
    score = read_back(musicxml(roll, genre("chorale"), 112, "Ode to Joy"))
    assert [part.partName for part in score.parts] == ["soprano", "alto", "tenor", "bass"]
    for part, voice in zip(score.parts, roll, strict=True):
        assert as_notes(part) == notes(voice)
        assert {measure.duration.quarterLength for measure in part.getElementsByClass("Measure")} == {4.0}
    first = score.parts[0].recurse()
    assert first.getElementsByClass("KeySignature").first().sharps == 2
    assert first.getElementsByClass("TimeSignature").first().ratioString == "4/4"
    assert first.getElementsByClass("MetronomeMark").first().number == 112
    clefs = [part.recurse().getElementsByClass("Clef").first().sign for part in score.parts]
    assert clefs == ["G", "G", "F", "F"]
    assert score.metadata.bestTitle == "Ode to Joy"
    assert score.metadata.composer == "Accompaniment: Etude"


def test_chords_that_overlap_and_drums_come_back():
    roll = empty(4, 2)
    write_note(roll[0], 72, 0, 32)
    for pitch, length in ((48, 12), (52, 8), (55, 8)):
        write_note(roll[1], pitch, 0, length)
    write_note(roll[1], 57, 8, 5)
    for step in range(0, 32, 2):
        write_note(roll[3], 42, step, 1)
    write_note(roll[3], 36, 0, 1)
    score = read_back(musicxml(roll, genre("rock"), 126, "Rock"))
    for part, voice in zip(score.parts, roll, strict=True):
        assert as_notes(part) == notes(voice)
    assert score.parts[3].recurse().getElementsByClass("Clef").first().sign == "percussion"


@pytest.mark.parametrize(
    ("tonic", "mode", "sharps"),
    [(0, "major", 0), (7, "major", 1), (5, "major", -1), (10, "major", -2), (9, "minor", 0), (4, "minor", 1)],
)
def test_key_signatures(tonic, mode, sharps):
    assert fifths_of(tonic, mode) == sharps


@pytest.mark.parametrize(
    ("pitch", "fifths", "name"),
    [(66, 0, "F#4"), (70, 0, "B-4"), (63, 0, "E-4"), (68, 0, "G#4"), (63, 3, "D#4"), (66, -4, "G-4"), (59, -6, "C-4")],
)
def test_pitches_are_spelled_after_the_key(pitch, fifths, name):
    assert spelled(pitch, fifths) == name
