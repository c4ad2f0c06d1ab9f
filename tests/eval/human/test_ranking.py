import math

import pytest

from assistant.records import Rating
from eval.human.ranking import preference


def said(values, rater="Ann"):
    return [Rating(f"i{at}", rater, value) for at, value in enumerate(values)]


def test_the_win_probability_of_two_is_their_share_of_wins():
    found = preference(said(["A"] * 30 + ["B"] * 10 + ["tie", "both good", "both bad", "tie"]))
    assert found.win.value == pytest.approx(32 / 44, abs=0.002)
    assert found.better == "A"
    assert found.win.low > 0.5
    assert found.p < 0.01
    # Elo: a difference of d points wins with 1 / (1 + 10^(-d / 400)).
    assert 1 / (1 + 10 ** (-found.elo.value / 400)) == pytest.approx(found.win.value)
    assert sum(found.points) == pytest.approx(2000)


def test_the_other_way_round_is_the_mirror():
    values = ["A"] * 30 + ["B"] * 10
    other = preference(said(["B" if value == "A" else "A" for value in values]))
    assert other.better == "B"
    assert other.win.value == pytest.approx(1 - preference(said(values)).win.value)


def test_no_difference_is_shown_by_chance_or_by_too_few():
    assert preference(said(["A", "B"] * 20)).better == ""
    assert preference(said(["both good"] * 12)).better == ""
    few = preference(said(["A"] * 5))
    assert few.better == ""
    assert few.win.low < 0.5 < few.win.high
    assert few.win.value > 0.95
    assert preference(said(["A"] * 6)).better == "A"


def test_raters_who_agree_are_not_more_items():
    values = ["A"] * 13 + ["B"] * 7
    one = preference(said(values))
    three = preference([rating for rater in "XYZ" for rating in said(values, rater)])
    assert three.win.n == one.win.n == 20
    assert three.win.low == pytest.approx(one.win.low, abs=0.01)
    assert three.better == one.better == ""


def test_one_item_shows_nothing_and_nothing_is_nothing():
    assert preference(said(["A"])).p == 1
    assert math.isnan(preference([]).win.value)
