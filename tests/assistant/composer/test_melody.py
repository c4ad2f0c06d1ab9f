"""Melodies out of anything, good and bad, through the one door for them."""

import contextlib

import pytest
from symusic import Note, Score, Tempo, TimeSignature, Track

from assistant.composer.melody import LARGEST, read_melody
from assistant.composer.roll import notes
from assistant.composer.samples import samples
from assistant.errors import InputError


def track(name="", found=(), program=0, is_drum=False):
    made = Track(name=name, program=program, is_drum=is_drum)
    for start, length, pitch in found:
        made.notes.append(Note(int(start * 480), int(length * 480), pitch, 80))
    return made


def midi(*tracks, meters=(), tempos=(), tpq=480):
    score = Score(tpq)
    for one in tracks:
        score.tracks.append(one)
    for at, top, bottom in meters:
        score.time_signatures.append(TimeSignature(int(at * 480), top, bottom))
    for at, qpm in tempos:
        score.tempos.append(Tempo(int(at * 480), float(qpm)))
    return score.dumps_midi()


@pytest.fixture
def read(tmp_path):
    def read(data, name="tune.mid", **options):
        file = tmp_path / name
        file.write_bytes(data)
        return read_melody(file, **options)

    return read


LINE = [(0, 1, 72), (1, 1, 74), (2, 2, 76)]
STEPS = [(0, 72, 4), (4, 74, 4), (8, 76, 8)]


def test_every_sample_is_whole_bars_with_a_title_a_tempo_and_a_source():
    assert len(samples()) >= 3
    for name, sample in samples().items():
        melody = read_melody(name)
        assert (melody.title, melody.tempo) == (sample.title, sample.tempo)
        assert 4 <= melody.bars <= 16
        assert sample.source
        assert read_melody(sample.title.upper()).title == sample.title


def test_twinkle_begins_as_it_should():
    assert [pitch for _, pitch, _ in notes(read_melody("twinkle").roll[0])[:7]] == [60, 60, 67, 67, 69, 69, 67]


def test_text_may_be_notes_or_abc_and_stand_in_a_file(read):
    assert notes(read_melody("C5 D5 E5:h").roll[0]) == STEPS
    assert notes(read_melody("X:1\nL:1/4\nK:C\ncde2|").roll[0]) == STEPS
    assert notes(read(b"C5 D5 E5:h", "tune.txt").roll[0]) == STEPS
    from_abc = read("X:1\nT:Café\nL:1/4\nQ:90\nK:C\ncde2|".encode("latin-1"), "tune.abc")
    assert (from_abc.title, from_abc.tempo, notes(from_abc.roll[0])) == ("Café", 90, STEPS)


def test_a_midi_file_gives_its_melody_tempo_and_name(read):
    melody = read(midi(track("x", LINE), tempos=[(0, 96)]), "My tune.mid")
    assert notes(melody.roll[0]) == STEPS
    assert (melody.title, melody.tempo, melody.bars, melody.notes) == ("My tune", 96, 1, ())


@pytest.mark.parametrize(("top", "bottom"), [(4, 4), (2, 2), (2, 4)])
def test_meters_that_are_composed_in(read, top, bottom):
    assert notes(read(midi(track("x", LINE), meters=[(0, top, bottom)])).roll[0]) == STEPS


@pytest.mark.parametrize(("top", "bottom"), [(3, 4), (6, 8), (5, 4), (7, 8), (12, 8)])
def test_other_meters_are_refused(read, top, bottom):
    with pytest.raises(InputError, match=f"in {top}/{bottom}; Etude composes in 4/4, 2/2 and 2/4"):
        read(midi(track("x", LINE), meters=[(0, top, bottom)]))


def test_a_change_to_another_meter_is_refused(read):
    with pytest.raises(InputError, match="in 3/4"):
        read(midi(track("x", [*LINE, (8, 4, 60)]), meters=[(0, 4, 4), (8, 3, 4)]))


def test_a_pickup_in_a_bar_of_its_own_is_led_to_the_bar_line(read):
    found = read(midi(track("x", [(0, 1, 67), (1, 4, 72)]), meters=[(0, 1, 4), (1, 4, 4)]))
    assert notes(found.roll[0]) == [(12, 67, 4), (16, 72, 16)]


def test_the_track_that_is_named_so_has_the_melody(read):
    low, high = [(n, 1, 60) for n in range(8)], [(n, 1, 84) for n in range(8)]
    melody = read(midi(track("Flute", high), track("Lead vocal", low), track("Bass", [(0, 8, 40)])))
    assert {pitch for _, pitch, _ in notes(melody.roll[0])} == {60}
    assert melody.notes[0] == (
        "The file has 3 tracks; the melody is taken from “Lead vocal” (track 2), which its name says."
    )


def test_else_the_highest_that_plays_much_has_it_or_the_one_that_is_asked_for(read):
    tracks = [track("a", [(0, 8, 40)]), track("b", [(n, 1, 70) for n in range(8)]), track("c", [(3, 0.5, 100)])]
    assert "“b” (track 2), the highest" in read(midi(*tracks)).notes[0]
    chosen = read(midi(*tracks), track=1)
    assert [pitch for _, pitch, _ in notes(chosen.roll[0])] == [40]
    assert "track 1), as asked" in chosen.notes[0]
    with pytest.raises(InputError, match="has 3 tracks; there is no track 9"):
        read(midi(*tracks), track=9)


def test_forty_tracks_are_read_and_drums_are_never_the_melody(read):
    tracks = [track(f"part {n}", [(0, 4, 30 + n)]) for n in range(39)]
    melody = read(midi(*tracks, track("kit", [(0, 4, 120)], is_drum=True)))
    assert "40 tracks" in melody.notes[0]
    assert max(pitch for _, pitch, _ in notes(melody.roll[0])) == 68


def test_chords_are_reduced_to_their_highest_notes(read):
    melody = read(midi(track("piano", [*LINE, (0, 4, 48), (0, 4, 55)])))
    assert notes(melody.roll[0]) == STEPS
    assert "3 of 5 notes are kept" in melody.notes[0]


def test_thirty_minutes_are_cut_and_that_is_said(read):
    melody = read(midi(track("x", [(n, 1, 60 + n % 12) for n in range(3600)]), tempos=[(0, 120)]))
    assert melody.bars == 64
    assert "has 900 bars; Etude composes at most 64, so the first 64 are used" in melody.notes[0]


def test_one_note_is_enough(read):
    assert notes(read(midi(track("x", [(0, 1, 60)]))).roll[0]) == [(0, 60, 4)]


def test_a_note_days_away_costs_no_memory(read):
    melody = read(midi(track("x", [(0, 1, 60), (1_000_000, 1, 62)])))
    assert melody.bars <= 64


WHOLE = midi(track("x", LINE))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (midi(), "no notes"),
        (midi(track("x")), "no notes"),
        (midi(track("x", [(0, 1, 36)], is_drum=True)), "only drums"),
        (WHOLE[:20], "cut off or damaged"),
        (WHOLE[:-9], "cut off or damaged"),
        (b"MThd" + b"\xff" * 200, "cut off or damaged"),
        (WHOLE[:12] + b"\0\0" + WHOLE[14:], "how long a quarter note is"),
        (WHOLE[:12] + b"\xe7\x28" + WHOLE[14:], "cut off or damaged"),
        (bytes(range(256)) * 4, "neither MIDI nor text"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "a sound or a wrapped file"),
        (b"ID3\x04\0\0", "a sound recording"),
        (b"PK\x03\x04\0", "a compressed file"),
        (b"<?xml version='1.0'?><score-partwise/>", "a score in XML"),
        (b"Dear diary, today I hummed.", "no file, note text"),
        pytest.param(b"MThd" + b"\0" * LARGEST, "more than 2 MB", id="large"),
    ],
)
def test_a_bad_file_gets_one_sentence(read, data, said):
    with pytest.raises(InputError) as error:
        read(data)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("", "The melody is empty"),
        ("twinkel", "Did you mean twinkle?"),
        ("missing.mid", "There is no file missing.mid"),
        pytest.param("hello world " * 500, "no file, note text", id="long"),
        pytest.param("C4 " * LARGEST, "longer than 2 million", id="very long"),
        ("\0", "no file, note text"),
        (".", "is a folder"),
    ],
)
def test_bad_words_get_one_sentence(source, said):
    with pytest.raises(InputError) as error:
        read_melody(source)
    assert said in str(error.value)
    assert len(str(error.value)) < 300


def test_bytes_that_are_cut_anywhere_never_do_worse(read):
    whole = midi(track("a", LINE), track("b", LINE, is_drum=True), meters=[(0, 4, 4)], tempos=[(0, 90)])
    for length in range(len(whole)):
        for data in (whole[:length], whole[:length] + b"\xff" + whole[length + 1 :]):
            with contextlib.suppress(InputError):
                assert read(data).bars <= 64
