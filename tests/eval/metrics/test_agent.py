import pytest

from eval.metrics.registry import find_metric
from eval.sample import Called, Case, Output, Planned, Sample

JAZZ = Called(tool="compose_music", arguments={"genre": "jazz", "key": "D"})


def scores(planned: Planned, **given):
    case = Case(Sample(id="1", prompt="", planned=planned), Output(**given))
    return find_metric("tool_plan").function([case], None)[0]


@pytest.mark.parametrize(
    ("arguments", "right"),
    [
        ({"genre": "jazz", "key": "D major"}, 1.0),
        ({"genre": "jazz"}, 0.0),
        ({"genre": "jazz", "key": "D", "seed": 1}, 0.0),
        ({"genre": "rock", "key": "D"}, 0.0),
    ],
)
def test_all_that_was_said_and_no_more_is_right(arguments, right):
    found = scores(Planned(calls=(JAZZ,)), calls=(Called(tool="compose_music", arguments=arguments),))
    assert (found["right_tool"], found["right_arguments"]) == (1.0, right)


def test_another_order_or_a_question_instead_is_wrong():
    other = Called(tool="quiz_me", arguments={"topic": "IAM"})
    assert scores(Planned(calls=(JAZZ, other)), calls=(other, JAZZ))["right_tool"] == 0.0
    assert scores(Planned(calls=(JAZZ,)), question="Which key?")["right_tool"] == 0.0


def test_no_tool_and_a_question_are_scored_apart():
    assert scores(Planned()) == {"right_tool": 1.0, "no_tool": 1.0}
    assert scores(Planned(), calls=(JAZZ,))["no_tool"] == 0.0
    assert scores(Planned(asks="train_genre"), question="Which genre?")["asks"] == 1.0
    assert scores(Planned(asks="train_genre"))["asks"] == 0.0


def test_slower_is_less_than_before():
    planned = Planned(calls=(Called(tool="compose_music", arguments={"tempo": "slower"}),), earlier={"tempo": 100})
    for tempo, right in ((80, 1.0), (100, 0.0), (120, 0.0)):
        given = (Called(tool="compose_music", arguments={"tempo": tempo}),)
        assert scores(planned, calls=given)["right_arguments"] == right
