from assistant.composer.quantise import MOST_BARS, Note, Tune, to_roll
from assistant.composer.roll import notes


def voice(found, bar=4):
    roll, said = to_roll(Tune([Note(*note) for note in found], bar))
    assert roll.shape == (1, roll.shape[1], 128)
    assert roll.shape[1] % 16 == 0
    return notes(roll[0]), said


def test_played_times_go_to_the_nearest_sixteenth_and_short_notes_are_held_to_the_next_step():
    found, said = voice([(0.02, 0.85, 60), (0.98, 0.4, 62), (1.27, 0.2, 64)])
    assert found == [(0, 60, 4), (4, 62, 1), (5, 64, 1)]
    assert "3 of 3 notes" in said[0]


def test_a_staccato_that_is_written_stays():
    assert voice([(0, 0.75, 60), (1, 0.5, 62)])[0] == [(0, 60, 3), (4, 62, 2)]


def test_the_highest_line_is_kept_and_what_begins_beneath_a_held_note_is_not():
    melody = [(0, 2, 72), (2, 2, 71)]
    beneath = [(0, 1, 60), (1, 1, 64), (2, 1, 55), (3, 1, 60)]
    found, said = voice([*melody, *beneath])
    assert found == [(0, 72, 8), (8, 71, 8)]
    assert "2 of 6 notes are kept" in said[0]


def test_legato_overlap_keeps_both_notes():
    assert voice([(0, 1.2, 72), (1, 1, 71)])[0] == [(0, 72, 4), (4, 71, 4)]


def test_silent_bars_before_the_first_note_go_and_a_pickup_keeps_its_place():
    found, said = voice([(11, 1, 60), (12, 4, 64)])
    assert found == [(12, 60, 4), (16, 64, 16)]
    assert said == ("2 silent bars before the first note were left out.",)


def test_what_is_longer_than_can_be_composed_is_cut_and_that_is_said():
    found, said = voice([(4.0 * bar, 4, 60) for bar in range(900)])
    assert len(found) == MOST_BARS
    assert said == ("The melody has 900 bars; Etude composes at most 64, so the first 64 are used.",)


def test_one_note_is_a_melody():
    found, said = voice([(0, 1, 60)])
    assert found == [(0, 60, 4)]
    assert "single note" in said[0]
