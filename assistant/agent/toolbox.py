"""The tools that the agent has: those that ship with Etude, plug-ins, and those of attached MCP servers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any

from assistant.agent.tool import Observation, Tool
from assistant.settings import Settings

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

GROUP = "etude.tools"
"""Entry points of packages that bring tools: a tool, or a module or list of them."""
_SHIPPED = ("notes", "exam", "evaluation", "models", "music", "jobs")


@dataclass(frozen=True)
class Toolbox:
    """Tools by name, and a sentence for each that cannot be used."""

    tools: Mapping[str, Tool]
    problems: tuple[str, ...] = ()

    @classmethod
    def load(cls, settings: Settings) -> Toolbox:
        """Return all tools; one that cannot be used is a problem, and no error."""
        found = {one.name: one for one in shipped()}
        problems: list[str] = []
        for point in entry_points(group=GROUP):
            _take(found, problems, f"the package of {point.name}", _brought(point, problems))
        if settings.agent.mcp:
            from assistant.agent.mcp import attached

            tools, said = attached(settings)
            problems += said
            _take(found, problems, "an MCP server", tools)
        return cls(found, tuple(problems))

    def without(self, groups: Iterable[str]) -> Toolbox:
        """Return the tools that are in none of some groups."""
        left_out = set(groups)
        return Toolbox({name: tool for name, tool in self.tools.items() if tool.group not in left_out}, self.problems)

    def for_langchain(self) -> list[BaseTool]:
        """Return the tools as LangChain's agent takes them; they run in its graph, with a `Context`."""
        return [_bound(tool) for tool in self.tools.values()]


def shipped() -> list[Tool]:
    """Return the tools that ship with Etude."""
    return [one for name in _SHIPPED for one in _tools_of(import_module(f"assistant.agent.tools.{name}"))]


def _brought(point: EntryPoint, problems: list[str]) -> list[Tool]:
    try:
        loaded = point.load()
    except Exception as error:  # noqa: BLE001 - somebody else's package
        problems.append(f"The tools of {point.name} cannot be loaded ({type(error).__name__}: {error}). Uninstall it.")
        return []
    return _tools_of(loaded)


def _tools_of(brought: Any) -> list[Tool]:
    several = (
        brought if isinstance(brought, list | tuple) else vars(brought).values() if _module(brought) else [brought]
    )
    return [one for one in several if isinstance(one, Tool)]


def _module(brought: Any) -> bool:
    return hasattr(brought, "__name__") and hasattr(brought, "__spec__")


def _take(found: dict[str, Tool], problems: list[str], source: str, tools: Iterable[Tool]) -> None:
    for one in tools:
        if one.name in found:
            problems.append(f"There are two tools {one.name}; that of {source} is left out. Rename it.")
        else:
            found[one.name] = one


def _bound(tool: Tool) -> BaseTool:
    from langchain_core.tools import StructuredTool

    def call(**values: Any) -> tuple[str, Observation]:
        from dataclasses import replace

        from langgraph.runtime import get_runtime

        from assistant.agent.context import Context

        runtime = get_runtime(Context)
        context = replace(runtime.context, tool=tool.name, tell=runtime.stream_writer)
        observation = tool.run(context, tool.check(values))
        return observation.text, observation

    return StructuredTool.from_function(
        call,
        name=tool.name,
        description=tool.description,
        args_schema=tool.arguments,
        response_format="content_and_artifact",
    )
