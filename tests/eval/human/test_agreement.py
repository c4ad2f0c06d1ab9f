import math
from dataclasses import replace

import pytest

from assistant.records import Rating
from eval.human.agreement import agreement
from eval.human.kinds import KINDS


def table(*raters):
    """Ratings of raters, one string of values each; a blank is no rating."""
    return [
        Rating(f"i{at}", f"r{number}", value)
        for number, values in enumerate(raters)
        for at, value in enumerate(values)
        if value != " "
    ]


def test_alpha_is_that_of_published_tables():
    # Krippendorff, Computing Krippendorff's alpha-reliability (2011): four observers, twelve units.
    stars = table("123321412   ", "1233224125 3", " 3332342251 ", "12332441251 ")
    found = agreement(stars, KINDS["stars"])
    assert found.alpha.value == pytest.approx(0.815, abs=5e-4)
    assert (found.raters, found.alpha.n) == (4, 11)
    assert found.alpha.low < found.alpha.value < found.alpha.high
    # Three observers, fifteen units, nominal.
    nominal = replace(KINDS["stars"], level="nominal")
    assert agreement(table("     34121133 3", "1 213343", "  21344 21133 4"), nominal).alpha.value == pytest.approx(
        0.691, abs=5e-4
    )


def test_what_alpha_means_is_said():
    whole = agreement(table("12345123", "12345123"), KINDS["stars"])
    assert whole.alpha.value == 1
    assert "well enough to rely on" in whole.said
    assert "Only 8 items" in whole.said
    against = agreement(table("1" * 10 + "5" * 10, "5" * 10 + "1" * 10), KINDS["stars"])
    assert against.alpha.value < 0
    assert "too little to rely on" in against.said


@pytest.mark.parametrize(
    ("raters", "said"),
    [
        ([], "two raters; there are none"),
        (["123"], "two raters; there is one"),
        (["1 ", " 2"], "no item was so far"),
        (["12", "1 "], "only one item was so far"),
        (["333", "333"], "the same rating everywhere"),
    ],
)
def test_too_little_is_said(raters, said):
    found = agreement(table(*raters), KINDS["stars"])
    assert said in found.said
    assert math.isnan(found.alpha.value)
