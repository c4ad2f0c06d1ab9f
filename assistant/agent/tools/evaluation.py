"""Action group evaluation: run a suite, and compare two runs."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from pydantic import Field

from assistant.agent import evaluating  # its kind of job is declared by importing it
from assistant.agent.context import Context
from assistant.agent.tool import Cost, Link, Observation, tool
from assistant.errors import InputError

Suite = Literal["agent", "exam", "guardrails", "qa", "retrieval", "robustness"]

SECONDS: dict[str, float] = {
    "agent": 3.0,
    "exam": 8.0,
    "guardrails": 0.05,
    "qa": 6.6,
    "retrieval": 0.5,
    "robustness": 6.6,
}
"""Seconds a sample with the default model on two CPU cores: means of the runs in ``eval/results``; robustness asks the
questions of qa, and a decision of the agent may take three."""
ALL_RUNS = Link("All runs", "run", "?tab=evaluate")
_OPENING = 0.5
"""Minutes until models and notes are open."""
_Run = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]


def run_cost(arguments: Any) -> Cost:
    """Return what a run is expected to take."""
    return Cost(_OPENING + arguments.limit * SECONDS[arguments.suite] / 60)


@tool(group="evaluation", cost=run_cost)
def run_evaluation(
    context: Context,
    suite: Annotated[Suite, Field(description="What is measured; qa are answers in words, exam is multiple choice.")],
    model: Annotated[str, Field(max_length=200, description="Catalog id of a model; empty is the one in use.")] = "",
    limit: Annotated[int, Field(ge=1, le=10_000, description="How many samples.")] = 40,
) -> Observation:
    """Measure a model or the assistant with a suite of questions."""
    if model:
        from assistant.models.catalog import card_for

        card_for(model)
    name = evaluating.run_name(suite)
    status = context.submit("evaluate", {"suite": suite, "model": model, "limit": limit, "name": name})
    tested = model or context.settings.model_in_use
    words = f"{limit} samples of {suite} are being asked of {tested}. Ask me how far it is, or look at the run."
    links = (_run_link(name), ALL_RUNS)
    return Observation(words, links, {"job": status.id, "run": name})


@tool(group="evaluation")
def compare_runs(
    context: Context,
    first: Annotated[_Run | None, Field(description="Id of a run; the one before the last by default.")] = None,
    second: Annotated[_Run | None, Field(description="Id of the run to compare with it; the last by default.")] = None,
) -> Observation:
    """Compare two evaluation runs and say which is better."""
    if first is None or second is None:
        finished = evaluating.finished_runs(context.settings)
        rest = [one for one in finished if one not in (first, second)]
        if len(rest) + sum(one is not None for one in (first, second)) < 2:
            raise InputError("There are fewer than two finished runs. Say “run the qa evaluation” to make one.")
        second = second or rest.pop(0)
        first = first or rest.pop(0)
    text = evaluating.compared(context.settings, first, second)
    address = "?" + urlencode({"tab": "evaluate", "run": first, "with": second})
    return Observation(text, (Link("The comparison", "run", address),), {"runs": [first, second]})


def _run_link(run: str) -> Link:
    return Link("The run", "run", "?" + urlencode({"tab": "evaluate", "run": run}))
