import numpy as np
from symusic import Score

from assistant.composer.genres import genre
from assistant.composer.melody import read_melody
from assistant.composer.midi import midi_bytes, write_midi
from assistant.composer.roll import empty, notes, write_note


def band():
    roll = empty(4, 2)
    for start, pitch, length in ((0, 72, 4), (4, 72, 4), (8, 74, 24)):
        write_note(roll[0], pitch, start, length)
    for pitch in (48, 52, 55):
        write_note(roll[1], pitch, 0, 16)
    write_note(roll[2], 36, 0, 5)
    for step in range(0, 32, 4):
        write_note(roll[3], 42, step, 1)
    return roll


def test_every_note_comes_back_and_tracks_have_names_instruments_and_the_drum_channel():
    rock, roll = genre("rock"), band()
    score = Score.from_midi(midi_bytes(roll, rock, 126))
    assert [track.name for track in score.tracks] == [part.name for part in rock.parts]
    assert [track.is_drum for track in score.tracks] == [False, False, False, True]
    assert [track.program for track in score.tracks][:3] == [part.program for part in rock.parts[:3]]
    assert [(sign.numerator, sign.denominator) for sign in score.time_signatures] == [(4, 4)]
    assert round(score.tempos[0].qpm) == 126
    for track, voice in zip(score.tracks, roll, strict=True):
        found = sorted((note.time // 120, note.pitch, note.duration // 120) for note in track.notes)
        assert found == notes(voice)


def test_the_melody_is_louder_and_beats_are_accented_the_same_every_time():
    rock, roll = genre("rock"), band()
    assert midi_bytes(roll, rock, 126) == midi_bytes(roll, rock, 126)
    tracks = Score.from_midi(midi_bytes(roll, rock, 126)).tracks
    assert min(note.velocity for note in tracks[0].notes) > max(note.velocity for note in tracks[1].notes)
    first, second, third = (note.velocity for note in list(tracks[3].notes)[:3])
    assert first > third > second


def test_a_melody_that_is_written_is_read_back(tmp_path):
    melody = read_melody("yankee-doodle")
    roll = np.concatenate([melody.roll, empty(3, melody.bars)])
    write_midi(roll, genre("chorale"), melody.tempo, tmp_path / "yankee.mid")
    again = read_melody(tmp_path / "yankee.mid")
    assert notes(again.roll[0]) == notes(melody.roll[0])
    assert round(again.tempo) == melody.tempo
