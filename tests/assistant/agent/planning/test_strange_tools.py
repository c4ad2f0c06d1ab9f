"""Tools that the router was never trained on, such as those of a plug-in."""

from typing import Annotated

import pytest
from pydantic import Field

from assistant.agent.context import Context
from assistant.agent.planning import Planner
from assistant.agent.planning.choice import grounded
from assistant.agent.planning.planner import Before
from assistant.agent.tool import Observation, tool
from assistant.agent.toolbox import shipped


@tool(group="weather")
def forecast(context: Context, place: Annotated[str, Field(description="A town.")]) -> Observation:
    """Tell the weather forecast of a town."""
    return Observation("")


@pytest.fixture(scope="module")
def planner(shared_settings) -> Planner:
    small = shared_settings.model_copy(update={"model": "smollm2-135m-instruct"})
    return Planner(small, [*shipped(), forecast])


def test_a_tool_near_the_request_is_put_to_the_model_and_others_are_not(planner):
    route = planner._router.route("weather forecast for Lisbon")
    assert route.by == "model"
    assert planner._router.route("quiz me on IAM").by == "head"


def test_arguments_that_the_request_does_not_have_are_left_out(planner):
    found = planner._arguments("forecast", "weather forecast for Lisbon", Before())
    assert set(found) <= {"place"}
    assert all(word in "weather forecast for lisbon" for word in found.get("place", "").casefold().split())


@pytest.mark.parametrize(
    ("value", "is_it"), [("Lisbon", True), ("Porto", False), (7, True), (8, False), ("", False), (None, False)]
)
def test_grounded(value, is_it):
    assert grounded(value, "the forecast for Lisbon, 7 days", {}) is is_it
