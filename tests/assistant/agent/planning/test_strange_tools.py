"""Tools that the router was never trained on, such as those of a plug-in."""

from typing import Annotated

import pytest
from pydantic import Field

from assistant.agent.context import Context
from assistant.agent.planning import Planner
from assistant.agent.planning.choice import grounded, wanted
from assistant.agent.planning.head import NONE
from assistant.agent.planning.planner import Before
from assistant.agent.tool import Observation, tool
from assistant.agent.toolbox import shipped


@tool(group="weather")
def forecast(context: Context, place: Annotated[str, Field(description="A town.")]) -> Observation:
    """Tell the weather forecast of a town.

    Examples:
        will I need an umbrella in Leeds?
        forecast for Oslo

    """
    return Observation("")


@pytest.fixture(scope="module")
def planner(shared_settings) -> Planner:
    small = shared_settings.model_copy(update={"model": "smollm2-135m-instruct"})
    return Planner(small, [*shipped(), forecast])


def test_a_tool_is_found_by_an_example_and_the_shipped_ones_as_before(planner):
    route = planner._router.route("Will I need an umbrella in Leeds")
    assert (route.label, route.by) == ("forecast", "example")
    assert planner._router.route("quiz me on IAM").by == "head"


def test_the_model_is_asked_about_what_is_near_and_may_say_no(planner):
    text = "I saw the forecast yesterday"
    assert wanted(planner._router.chat, text, forecast) < 0
    assert planner._router.route(text).label == NONE


def test_arguments_that_the_request_does_not_have_are_left_out(planner):
    found = planner._arguments("forecast", "weather forecast for Lisbon", Before())
    assert set(found) <= {"place"}
    assert all(word in "weather forecast for lisbon" for word in found.get("place", "").casefold().split())


@pytest.mark.parametrize(
    ("value", "is_it"), [("Lisbon", True), ("Porto", False), (7, True), (8, False), ("", False), (None, False)]
)
def test_grounded(value, is_it):
    assert grounded(value, "the forecast for Lisbon, 7 days", {}) is is_it
