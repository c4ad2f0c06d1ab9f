from collections import Counter
from pathlib import Path

import music21
import pytest

from assistant.composer.recipes.scores import Note, lay_out, measures_of, meters, parse, stretch, voice_roll
from assistant.composer.roll import ONSET, empty, notes
from assistant.errors import InputError

BACH = Path(music21.__file__).parent / "corpus" / "bach"
SATB = ("high", "high", "low", "low")


@pytest.mark.parametrize(
    ("lengths", "starts"),
    [
        ([4, 4, 4], [0, 4, 8]),
        ([1, 4, 3], [3, 4, 8]),  # a pickup, and a last bar without it
        ([4, 3, 1, 4], [0, 4, 7, 8]),  # a bar that a repeat cuts
        ([4, 3, 4], [0, 5, 8]),  # a short bar by itself
        ([1, 4, 3, 1, 4], [3, 4, 8, 11, 12]),
    ],
)
def test_whole_measures_fall_on_bar_lines(lengths, starts):
    assert lay_out(lengths, 4.0) == starts


def test_two_measures_of_two_quarters_share_no_measure():
    assert lay_out([0.5, 2, 2, 1.5], 2.0) == [1.5, 2, 4, 6]


def test_a_chorale_as_it_is_printed():
    score = parse(BACH / "bwv66.6.mxl")
    assert meters(score) == {"4/4"}
    roll, counts = stretch([measures_of(part) for part in score.parts], 4, SATB)
    assert [notes(voice)[:3] for voice in roll] == [
        [(12, 73, 2), (14, 71, 2), (16, 69, 4)],
        [(12, 64, 4), (16, 66, 4), (20, 64, 4)],
        [(12, 57, 2), (14, 59, 2), (16, 61, 4)],
        [(12, 57, 2), (14, 56, 2), (16, 54, 4)],
    ]
    assert roll.shape == (4, 160, 128)
    assert counts["moved"] == counts["dropped"] == 0


def test_what_is_no_score_is_said_so(tmp_path):
    (tmp_path / "cut.xml").write_bytes(b"<score-partwise>")
    with pytest.raises(InputError, match="not a score"):
        parse(tmp_path / "cut.xml")


def test_ties_are_one_note_and_grace_notes_are_left_out():
    from music21 import converter

    score = converter.parse("tinyNotation: 4/4 c2. d4~ d4 e2.")
    measures = list(score.getElementsByClass("Measure"))
    grace = music21.note.Note("G4").getGrace()
    measures[1].insert(1.0, grace)
    roll, counts = stretch([measures], 4, ("high",))
    assert notes(roll[0]) == [(0, 60, 12), (12, 62, 8), (20, 64, 12)]
    assert counts["notes"] == 3


def test_triplets_go_to_the_nearest_sixteenth_and_are_counted():
    counts = Counter()
    part = empty(1, 1)[0]
    triplet = [Note(number / 3, (number + 1) / 3, 60 + number) for number in range(3)]
    voice_roll(triplet, part, "high", counts)
    assert notes(part) == [(0, 60, 1), (1, 61, 2), (3, 62, 1)]
    assert (counts["notes"], counts["moved"], counts["dropped"]) == (3, 2, 0)


def test_of_a_double_stop_one_note_is_kept():
    chord = [Note(0, 1, 60), Note(0, 2, 67)]
    for keep, pitch, length in (("high", 67, 8), ("low", 60, 4)):
        part, counts = empty(1, 1)[0], Counter()
        voice_roll(chord, part, keep, counts)
        assert notes(part) == [(0, pitch, length)]
        assert counts["dropped"] == 1
    assert (part == ONSET).sum() == 1
