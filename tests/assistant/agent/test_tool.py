"""What a tool is made of, and where tools come from."""

from typing import Annotated

import pytest
from pydantic import Field

from assistant.agent.context import Context
from assistant.agent.tool import Cost, Observation, Tool, tool
from assistant.agent.toolbox import Toolbox, shipped
from assistant.errors import InputError

TOOLS = {
    "search_notes": ["query"],
    "answer_from_notes": ["question"],
    "start_exam": ["kind", "count", "domain"],
    "continue_exam": [],
    "quiz_me": ["topic", "count"],
    "flashcards_due": [],
    "run_evaluation": ["suite", "model", "limit"],
    "compare_runs": ["first", "second"],
    "list_models": [],
    "compose_music": ["melody", "genre", "bars", "tempo", "key", "seed", "device"],
    "train_genre": ["genre", "minutes", "device"],
    "job_status": ["job"],
    "cancel_job": ["job"],
    "open_result": ["job", "run"],
}


@tool(group="garden", cost=lambda arguments: Cost(arguments.rows / 2))
def dig(
    context: Context, place: str, rows: Annotated[int, Field(ge=1, le=9, description="How many.")] = 2
) -> Observation:
    """Dig over a bed.

    The rest of the docstring is for readers of the code.

    Examples:
        dig over the bed by the wall

        turn the soil for me

    Raises:
        Nothing.

    """
    return Observation(f"{rows} rows of {place}")


def test_a_function_with_a_docstring_is_a_tool(settings):
    assert isinstance(dig, Tool)
    assert (dig.name, dig.group, dig.description) == ("dig", "garden", "Dig over a bed.")
    assert dig.examples == ("dig over the bed by the wall", "turn the soil for me")
    assert dig.schema()["required"] == ["place"]
    assert dig.schema()["properties"]["rows"]["description"] == "How many."
    arguments = dig.check({"place": "the bed"})
    assert dig.run(Context(settings), arguments).text == "2 rows of the bed"
    assert not dig.cost(arguments).needs_confirmation
    assert dig.cost(dig.check({"place": "the bed", "rows": 9})).needs_confirmation


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "dig needs place"),
        ({"place": "x", "deep": True}, "dig has no argument deep"),
        ({"place": "x", "rows": 12}, "rows cannot be 12"),
    ],
)
def test_wrong_arguments_are_one_sentence(values, said):
    with pytest.raises(InputError, match=said):
        dig.check(values)


def test_a_function_without_a_docstring_or_a_context_is_no_tool():
    with pytest.raises(TypeError, match="docstring"):
        tool(group="garden")(lambda context: Observation(""))


@pytest.mark.parametrize(
    ("cost", "asks"),
    [
        (Cost(0.9), False),
        (Cost(1.0), False),
        (Cost(1.5), True),
        (Cost(0.1, gpu=True), True),
        (Cost(outside=True), True),
    ],
)
def test_what_costs_a_gpu_or_more_than_a_minute_is_confirmed(cost, asks):
    assert cost.needs_confirmation == asks


def test_the_tools_that_ship(settings):
    assert {one.name: list(one.arguments.model_fields) for one in shipped()} == TOOLS
    assert set(Toolbox.load(settings).tools) >= set(TOOLS)
    assert all(one.description.endswith(".") and len(one.description) < 100 for one in shipped())


class Point:
    """An entry point, as an installed package declares one."""

    def __init__(self, name, brought):
        self.name, self.brought = name, brought

    def load(self):
        if isinstance(self.brought, Exception):
            raise self.brought
        return self.brought


def test_packages_bring_tools_and_a_broken_one_does_no_harm(settings, monkeypatch):
    clash = Tool(**{**{name: getattr(dig, name) for name in Tool.__dataclass_fields__}, "name": "list_models"})
    points = [Point("garden", dig), Point("broken", ImportError("no spade")), Point("clash", [clash])]
    monkeypatch.setattr("assistant.agent.toolbox.entry_points", lambda group: points)
    box = Toolbox.load(settings)
    assert box.tools["dig"] is dig
    assert box.tools["list_models"] is not clash
    assert "broken cannot be loaded (ImportError: no spade)" in box.problems[0]
    assert "two tools list_models" in box.problems[1]
