from collections import Counter

import numpy as np
import pytest
from symusic import Note, Score, Track

from assistant.composer.midi import notes_of
from assistant.composer.recipes.band import BASS, CHORDS, DRUM, MELODY, band, lateness, on_the_grid
from assistant.composer.recipes.voices import voices
from assistant.composer.roll import ONSET, notes

TICKS = 96


def track(program, found, is_drum=False, late=0):
    made = Track(name="", program=program, is_drum=is_drum)
    for start, length, pitch in found:
        made.notes.append(Note(int(start * TICKS) + late, int(length * TICKS), pitch, 80))
    return made


def song(*tracks):
    score = Score(TICKS)
    for one in tracks:
        score.tracks.append(one)
    return score


LEAD = [(beat, 1, 72 + beat % 5) for beat in range(16)]
POWER = [(beat, 1, pitch) for beat in range(0, 16, 2) for pitch in (40, 47)]
LOW = [(beat / 2, 0.5, 28) for beat in range(32)]
BEAT = [(beat, 0.25, 35 if beat % 2 == 0 else 40) for beat in range(16)]


def test_tracks_find_their_parts_by_program_and_register():
    counts = Counter()
    roll = band(song(track(30, POWER), track(34, LOW), track(0, BEAT, True), track(81, LEAD)), counts)
    assert roll.shape == (4, 64, 128)
    assert [pitch for _, pitch, _ in notes(roll[MELODY])] == [pitch for _, _, pitch in LEAD]
    assert {pitch for _, pitch, _ in notes(roll[CHORDS])} == {40, 47}
    assert {pitch for _, pitch, _ in notes(roll[BASS])} == {28}
    assert [pitch for _, pitch, _ in notes(roll[DRUM])][:4] == [36, 38, 36, 38]
    assert set(np.unique(roll[DRUM])) == {0, ONSET}
    assert counts["notes"] == len(LEAD) + len(POWER) + len(LOW) + len(BEAT)


def test_who_plays_the_melody_may_change_after_four_bars():
    solo = [(16 + start, length, pitch - 5) for start, length, pitch in LEAD]
    roll = band(song(track(81, LEAD), track(29, solo), track(34, LOW)), Counter())
    assert [pitch for _, pitch, _ in notes(roll[MELODY])] == [pitch for _, _, pitch in LEAD + solo]


def test_a_second_track_with_the_same_melody_is_no_accompaniment():
    octave = [(start, length, pitch - 12) for start, length, pitch in LEAD]
    roll = band(song(track(81, LEAD), track(80, octave), track(34, LOW)), Counter())
    assert not roll[CHORDS].any()


def test_a_file_that_is_late_throughout_is_on_the_grid_once_that_is_known():
    late = notes_of(song(track(81, LEAD, late=6)).tracks[0], TICKS)
    assert on_the_grid(late) == 0
    assert lateness(late) == pytest.approx(0.25)
    assert on_the_grid(late, lateness(late)) == 1


def test_as_many_tracks_as_voices_are_ordered_by_register():
    choir = [track(0, [(0, 4, pitch)]) for pitch in (60, 48, 72, 67)]
    roll = voices(song(*choir), 4, Counter())
    assert [notes(voice) for voice in roll] == [[(0, pitch, 16)] for pitch in (72, 67, 60, 48)]


def test_chords_of_one_track_are_peeled_from_outside_in():
    piano = [(beat, 1, pitch + beat) for beat in range(4) for pitch in (48, 55, 60, 64, 72)]
    counts = Counter()
    roll = voices(song(track(0, piano), track(0, BEAT, True)), 4, counts)
    assert [[pitch for _, pitch, _ in notes(voice)] for voice in roll] == [
        [72, 73, 74, 75],
        [64, 65, 66, 67],
        [55, 56, 57, 58],
        [48, 49, 50, 51],
    ]
    assert counts["dropped"] == 4
