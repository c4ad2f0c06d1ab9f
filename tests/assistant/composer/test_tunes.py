from itertools import pairwise

import numpy as np

from assistant.composer.roll import empty, transpose, write_note
from assistant.composer.tunes import groups, split

TWINKLE = (60, 60, 67, 67, 69, 69, 67, 67, 65, 65, 64, 64, 62, 62, 60, 60, 67, 67, 65, 65, 64, 64, 62, 62)
ODE = (64, 64, 65, 67, 67, 65, 64, 62, 60, 60, 62, 64, 64, 62, 62, 62, 64, 64, 65, 67, 67, 65, 64, 62)


def melody(pitches, length=4):
    part = empty(1, 6)[0]
    for beat, pitch in enumerate(pitches):
        write_note(part, pitch, 4 * beat, length)
    return part


def with_passing_notes(pitches):
    part = melody(pitches, 2)
    for beat, (pitch, after) in enumerate(pairwise(pitches)):
        write_note(part, (pitch + after) // 2, 4 * beat + 2, 2)
    return part


def test_another_key_and_passing_notes_are_the_same_tune_and_another_tune_is_not():
    tunes = [melody(ODE), melody(TWINKLE), transpose(with_passing_notes(TWINKLE), 5), transpose(melody(ODE), -3)]
    assert groups(tunes) == [0, 1, 1, 0]


def test_in_notes_twice_as_long_it_is_the_same_tune():
    slow = np.repeat(melody(TWINKLE), 2, axis=0)
    assert groups([melody(TWINKLE), slow]) == [0, 0]


def test_what_is_from_one_file_is_one_group():
    assert groups([melody(TWINKLE), melody(ODE)], ["a", "a"]) == [0, 0]


def test_a_group_is_never_divided_and_the_order_of_pieces_makes_no_difference():
    of = [number // 3 for number in range(300)]
    first = [3 * group for group in of]
    titles, bars = [f"piece {number}" for number in range(300)], [10] * 300
    sides = split(first, titles, bars)
    assert all(len({side for side, one in zip(sides, of, strict=True) if one == group}) == 1 for group in range(100))
    assert [sides.count(side) for side in range(3)] == [240, 30, 30]
    backwards = split([297 - 3 * group for group in of], titles[::-1], bars)
    assert backwards[::-1] == sides


def test_of_three_tunes_one_is_learnt_from_and_one_measured_with_each_time():
    assert sorted(split([0, 1, 2], ["a", "b", "c"], [9, 8, 7])) == [0, 1, 2]
    assert split([0], ["a"], [9]) == [0]


def test_a_piece_that_would_decide_alone_is_learnt_from():
    sides = split(list(range(50)), [f"piece {number}" for number in range(50)], [100, *[10] * 49])
    assert sides[0] == 0
