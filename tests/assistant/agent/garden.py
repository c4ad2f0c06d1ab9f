"""An agent with tools of a test, and a planner that does as it is told and keeps what it was shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field

from assistant.agent.agent import Agent
from assistant.agent.context import Context
from assistant.agent.planning.plan import Call, Plan
from assistant.agent.tool import Cost, Observation, tool
from assistant.agent.toolbox import Toolbox


@dataclass
class Told:
    """A planner: plans by utterance; ``seen`` has every text that it was given to plan from."""

    plans: dict[str, Plan]
    seen: list[str] = field(default_factory=list)

    def __call__(self, utterance, after=()):
        self.seen += [utterance, *(turn.text for turn in after)]
        return self.plans.get(utterance, Plan())


@dataclass
class Bench:
    """What a test uses: an agent, its planner, and what its tools did."""

    settings: object
    told: Told
    done: list
    toolbox: Toolbox
    assistant: object = None

    def agent(self, **given):
        given = {"assistant": self.assistant, "toolbox": self.toolbox, "plan": self.told, **given}
        return Agent(given.pop("settings", self.settings), **given)


def calls(*steps, **arguments):
    return Plan(tuple(Call(step, arguments) for step in steps), rationale="as the test says")


def make_bench(settings):
    """Return a bench with two tools: one that costs half an hour, and one that costs nothing."""
    done = []

    @tool(group="test", cost=lambda arguments: Cost(arguments.minutes))
    def toil(
        context: Context,
        what: Annotated[str, Field(description="What to do.")],
        minutes: Annotated[float, Field(ge=0, le=60)] = 30.0,
    ) -> Observation:
        """Work hard."""
        done.append((what, minutes))
        return Observation(f"{what} is done.")

    @tool(group="test")
    def look(context: Context, at: str = "it") -> Observation:
        """Look at something."""
        done.append(("look", at))
        return Observation(f"I see {at}.")

    told = Told(
        {
            "toil": calls("toil", what="the garden"),
            "look": calls("look"),
            "both": Plan((Call("toil", {"what": "the wall"}), Call("look", {"at": "the wall"}))),
            "many": calls(*["look"] * 5),
            "which": Plan(question="Which one?"),
            "wrong": calls("toil", what="the roof", minutes=100),
        }
    )
    return Bench(settings, told, done, Toolbox({one.name: one for one in (toil, look)}))
