import pytest

from eval.human.result import result_of
from eval.human.sessions import make_session
from eval.human.sitting import rate, sit


def rated(records, run, values):
    """Make a session in which each rater said the same of every item; return its result."""
    session = make_session(records, [run], "thumbs")
    for rater, value in values.items():
        sitting = sit(records, session, rater)
        for at in range(len(sitting.places)):
            sitting = rate(records, sitting, at, value)
    return result_of(records, session)


def test_a_few_thumbs_up_are_not_certainty(records, run_a):
    # Wilson: 4 of 4 is 1 / (1 + z^2 / n) at its lower end.
    found = rated(records, run_a, {"Ann": "up"})
    assert (found.mean.value, found.mean.high) == pytest.approx((1.0, 1.0))
    assert found.mean.low == pytest.approx(1 / (1 + 1.959964**2 / 4))
    assert found.said == "100 % thumbs up [51, 100]."


def test_raters_who_differ_on_every_item_are_no_certain_half(records, run_a):
    found = rated(records, run_a, {"Ann": "up", "Bo": "down"})
    assert found.mean.value == 0.5
    assert found.mean.n == 4
    assert found.mean.low < 0.25
    assert found.mean.high > 0.75
