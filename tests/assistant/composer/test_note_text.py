import pytest

from assistant.composer.note_text import read_note_text
from assistant.composer.quantise import to_roll
from assistant.composer.roll import notes
from assistant.errors import InputError


def steps(text):
    roll, _ = to_roll(read_note_text(text))
    return notes(roll[0])


def test_letters_signs_octaves_lengths_and_rests():
    assert steps("C4:q f#4:e Bb3:s R:s A-1:h. C4:e.~ C4:s") == [
        (0, 60, 4),
        (4, 66, 2),
        (6, 58, 1),
        (8, 9, 12),
        (20, 60, 4),
    ]


def test_a_note_without_a_length_is_a_quarter():
    assert steps("C4 G4") == [(0, 60, 4), (4, 67, 4)]


def test_a_tie_joins_over_the_bar_line_and_repeated_notes_stay_two():
    assert steps("C4:w~ | C4:h C4:h |") == [(0, 60, 24), (24, 60, 8)]


def test_a_short_first_bar_is_a_pickup_to_the_bar_line():
    assert steps("G4 | C5:w | C5:h. |")[:2] == [(12, 67, 4), (16, 72, 16)]


def test_two_bars_of_two_quarters_make_one_and_their_pickup_stands_before_a_bar_line():
    assert steps("C4 D4 | E4:h | F4:h") == [(0, 60, 4), (4, 62, 4), (8, 64, 8), (16, 65, 8)]
    assert steps("G4:e | C4 D4 | E4:h | F4:q.")[:2] == [(14, 67, 2), (16, 60, 4)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("C4:q H4:q", "Word 2, “H4:q”, is not a note"),
        ("C4:q C:q", "Word 2, “C:q”, is not a note"),
        ("C4:x", "is not a note"),
        ("C4:t3", "is not a note"),
        ("C4:s.", "ends within a sixteenth"),
        ("C11:q", "not a pitch that MIDI has"),
        ("C4:q~ D4:q", "Word 2, “D4:q”, is tied to a note of another pitch"),
        ("C4:q~ R:q", "another pitch"),
        ("R:q~ C4:q", "ties a rest"),
        ("C4:q~", "tied to nothing"),
        ("| |", "no notes"),
        ("R:q R:q", "no notes"),
        ("C4 D4 E4 | C4 D4 E4 | C4 D4 E4 | C4:h.", "hold 3 quarters; Etude composes in 4/4, 2/2 and 2/4"),
        ("C4:w | C4:w | C4 D4 E4 | C4:w | C4:w", "Bar 3 holds 3 quarters and the others 4"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text, said):
    with pytest.raises(InputError, match=r"\.$") as error:
        steps(text)
    assert said in str(error.value)
