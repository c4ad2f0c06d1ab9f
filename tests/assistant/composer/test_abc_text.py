import pytest

from assistant.composer.abc_text import is_abc, read_abc
from assistant.composer.note_text import is_note_text
from assistant.composer.quantise import to_roll
from assistant.composer.roll import notes
from assistant.errors import InputError


def steps(body, head="M:4/4\nL:1/4\nK:C\n"):
    roll, _ = to_roll(read_abc(head + body))
    return notes(roll[0])


def pitches(body, head="M:4/4\nL:1/4\nK:C\n"):
    return [pitch for _, pitch, _ in steps(body, head)]


def test_octaves_lengths_rests_and_ties():
    assert steps("C, C c c' | C2 z/ E3/2- | E4 |") == [
        (0, 48, 4),
        (4, 60, 4),
        (8, 72, 4),
        (12, 84, 4),
        (16, 60, 8),
        (26, 64, 22),
    ]


def test_the_key_and_accidentals_last_to_the_bar_line():
    assert pitches("F ^G G =F | F G ^F F |", "M:4/4\nL:1/4\nK:D\n") == [66, 68, 68, 65, 66, 67, 66, 66]


@pytest.mark.parametrize(
    ("key", "expected"),
    [("C", 71), ("Am", 71), ("F", 70), ("Bb", 70), ("D dor", 71), ("Gm", 70), ("Edor", 71), ("none", 71), ("HP", 71)],
)
def test_keys_and_modes_say_whether_b_is_flat(key, expected):
    assert pitches("B4", f"L:1/4\nK:{key}\n") == [expected]


def test_a_tie_carries_an_accidental_over_the_bar_line():
    assert steps("z3 ^F- | F3 F |") == [(12, 66, 16), (28, 66, 4)]


def test_broken_rhythm_tuplets_and_grace_notes():
    assert steps('"Am"c>d {g}e<f !trill!c4 | c8 |', "M:4/4\nL:1/8\nK:C\n")[:5] == [
        (0, 72, 3),
        (3, 74, 1),
        (4, 76, 1),
        (5, 77, 3),
        (8, 72, 8),
    ]
    roll, said = to_roll(read_abc("M:4/4\nL:1/8\nK:C\n(3cde f2 g4 |"))
    assert [start for start, _, _ in notes(roll[0])] == [0, 1, 3, 4, 8]
    assert "2 of 5 notes began off the sixteenth grid" in said[0]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("|: C4 :| D4 |", "CCD"),
        ("C4 :| D4 |]", "CCD"),
        ("|: C4 |1 D4 :|2 E4 || F4 |", "CDCEF"),
        ("|: C4 | [1 D4 :| [2 E4 |: F4 :|", "CDCEFF"),
        ("|: C4 :: D4 :| E4", "CCDDE"),
        ("C4 |1 D4 :|2 E4 || F4 |1 G4 :|2 A4 |]", "CDCEFGFA"),
        ("|: C4 || D4 :| E4", "CDCDE"),
    ],
)
def test_repeats_and_endings_are_written_out(body, expected):
    letters = {60: "C", 62: "D", 64: "E", 65: "F", 67: "G", 69: "A"}
    assert "".join(letters[pitch] for pitch in pitches(body)) == expected


def test_pickup_tempo_title_and_first_of_several_voices_and_tunes():
    text = 'X:1\nT:One\nM:4/4\nL:1/8\nQ:"Lively" 1/8=200\nK:G\nV:1\nG2 | B8 |\nV:2\nC2 | C8 |\nX:2\nK:C\nc\n'
    tune = read_abc(text)
    assert (tune.title, tune.tempo) == ("One", 100)
    assert [(note.start, note.pitch) for note in tune.notes] == [(3, 67), (4, 71)]
    assert len(tune.said) == 2
    assert "2 tunes" in tune.said[0]
    assert "2 voices" in tune.said[1]


def test_the_highest_of_a_chord_is_the_melody():
    roll, said = to_roll(read_abc("L:1/4\nK:C\n[CEG]2 [FA]2 |"))
    assert notes(roll[0]) == [(0, 67, 8), (8, 69, 8)]
    assert "the highest is taken: 2 of 5" in said[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("M:3/4\nK:C\nCDE", "3/4; Etude composes in 4/4, 2/2 and 2/4"),
        ("M:6/8\nK:C\nCDE", "6/8"),
        ("M:quick\nK:C\nC", "M:quick"),
        ("K:H\nC", "K:H"),
        ("L:0/0\nK:C\nC", "L:0/0"),
        ("K:C\nC D §", "Line 2 of the ABC, column 5"),
        ("K:C\nC/0", "divides by nothing"),
        ("X:1\nK:C\n", "no notes"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text, said):
    with pytest.raises(InputError) as error:
        to_roll(read_abc(text))
    assert said in str(error.value)


def test_abc_and_note_text_are_told_apart():
    assert is_abc("X:1\nK:C\nCDEF")
    assert not is_abc("C4:q D4:q")
    assert is_note_text("| C4:q D4:q")
    assert not is_note_text("X:1\nK:C\nCDEF")
