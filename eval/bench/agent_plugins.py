"""How often tools that the router was never trained on are found: ``python -m eval.bench.agent_plugins``.

Twelve plug-ins as their authors might write them, each with three examples, beside the tools that ship; and requests by
a second writer who saw the plug-ins' names, descriptions and arguments, and not their examples. The first six plug-ins
and every other of the remaining requests were for choosing thresholds (``dev``), the rest is ``test``.
"""

from __future__ import annotations

import argparse
import inspect
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from assistant.agent.context import Context
from assistant.agent.planning import Planner
from assistant.agent.planning.plan import Plan
from assistant.agent.tool import Observation, Tool, tool
from assistant.agent.toolbox import shipped
from assistant.settings import load_settings
from eval.stats import wilson

DATA = Path(__file__).parents[1] / "data" / "agent_plugins.json"
_TYPES = {"string": str, "integer": int, "number": float}


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody writes, and what is right: a tool, "" for none, and the arguments that a plug-in is to get."""

    text: str
    tool: str
    arguments: Mapping[str, Any]
    split: str


def load() -> tuple[list[Tool], list[Request]]:
    """Return the plug-ins with their examples, and the requests."""
    found = json.loads(DATA.read_text(encoding="utf-8"))
    tools = [_made(row) for row in found["tools"]]
    dev = {one.name for one in tools[: len(tools) // 2]}
    own = {one.name for one in tools}
    rest = 0
    requests = []
    for row in found["requests"]:
        if row["tool"] in own:
            split = "dev" if row["tool"] in dev else "test"
        else:
            rest += 1
            split = "dev" if rest % 2 else "test"
        requests.append(Request(row["text"], row["tool"], row["arguments"], split))
    return tools, requests


def _made(row: Mapping[str, Any]) -> Tool:
    """Return a tool as the decorator makes it of a function with this docstring and these parameters."""
    examples = "\n".join(f"    {line}" for line in row["examples"])

    def function(context: Context, **values: Any) -> Observation:
        return Observation("")

    function.__name__ = row["name"]
    function.__doc__ = f"{row['description']}\n\nExamples:\n{examples}\n"
    return tool(group="plug-in")(_with_parameters(function, row["arguments"]))


def _with_parameters(function: Any, arguments: Mapping[str, Mapping[str, Any]]) -> Any:
    kinds = inspect.Parameter
    parameters = [kinds("context", kinds.POSITIONAL_OR_KEYWORD, annotation=Context)]
    function.__annotations__ = {"context": Context}
    for name, told in sorted(arguments.items(), key=lambda item: not item[1]["required"]):
        base: Any = _TYPES[told["type"]]
        base, default = (base, kinds.empty) if told["required"] else (base | None, None)
        type_: Any = Annotated[base, Field(description=told["description"])]
        parameters.append(kinds(name, kinds.POSITIONAL_OR_KEYWORD, default=default, annotation=type_))
        function.__annotations__[name] = type_
    function.__signature__ = inspect.Signature(parameters)
    return function


def right_tool(request: Request, plan: Plan) -> bool:
    """Say whether exactly the wanted tool would be called, or is asked about; none where none is wanted."""
    meant = [call.tool for call in plan.calls] or ([plan.pending.tool] if plan.pending else [])
    return meant == ([request.tool] if request.tool else [])


def right_arguments(request: Request, plan: Plan) -> bool:
    """Say whether the arguments are the wanted ones, apart from capitals, articles and stops."""
    call = plan.calls[0] if plan.calls else plan.pending
    given = {name: value for name, value in (call.arguments if call else {}).items() if value is not None}
    return {name: _plain(value) for name, value in given.items()} == {
        name: _plain(value) for name, value in request.arguments.items()
    }


def _plain(value: Any) -> str:
    text = " ".join(str(value).casefold().strip(" .!?").split())
    text = text.removesuffix(".0")
    return text.removeprefix("the ").removeprefix("a ")


def measure(
    requests: Iterable[Request], planner: Planner, plug_ins: Collection[str], verbose: bool = False
) -> dict[str, list[bool]]:
    """Return what was right, by kind of request: plug-in, arguments, shipped, none."""
    found: dict[str, list[bool]] = defaultdict(list)
    for request in requests:
        plan = planner.plan(request.text)
        right = right_tool(request, plan)
        kind = "plug-in" if request.tool in plug_ins else "shipped" if request.tool else "none"
        found[kind].append(right)
        if kind == "plug-in" and right:
            right = right_arguments(request, plan)
            found["arguments"].append(right)
        if verbose and not right:
            meant = [(call.tool, dict(call.arguments)) for call in plan.calls] or plan.pending
            print(f"  {request.text!r}: {request.tool or 'none'} {request.arguments} | {meant} ({plan.rationale})")
    return found


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--split", choices=("dev", "test"), default="test")
    options.add_argument("--verbose", action="store_true", help="print what is not right")
    options.add_argument("--without-examples", action="store_true")
    chosen = options.parse_args()
    tools, requests = load()
    if chosen.without_examples:
        tools = [replace(one, examples=()) for one in tools]
    planner = Planner(load_settings(), [*shipped(), *tools])
    asked = [one for one in requests if one.split == chosen.split]
    found = measure(asked, planner, {one.name for one in tools}, chosen.verbose)
    for kind, rights in found.items():
        share = wilson(sum(rights), len(rights))
        print(f"{kind:10} {sum(rights):3} of {len(rights):3}  {share.value:.2f} [{share.low:.2f}, {share.high:.2f}]")


if __name__ == "__main__":
    main()
