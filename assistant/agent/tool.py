"""What a tool is, and how a function becomes one.

::

    @tool(group="music", cost=seconds(5))
    def whistle(
        context: Context,
        tune: Annotated[str, Field(description="What to whistle.")],
        times: Annotated[int, Field(ge=1, le=9)] = 1,
    ) -> Observation:
        \"\"\"Whistle a tune.\"\"\"

The first line of the docstring is the description that a planner reads, and the parameters behind ``context`` are the
arguments, with their types, limits and descriptions. Docstring and annotations are all that has to be written. In a
section ``Examples:`` the docstring may have requests that ask for the tool, one a line.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_type_hints

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from assistant.agent.context import Context
from assistant.errors import InputError

LinkKind = Literal["piece", "run", "exam", "note", "conversation", "job"]

FREE_MINUTES = 1.0
"""Minutes of CPU that a tool may take without being confirmed."""


@dataclass(frozen=True, slots=True)
class Link:
    """A place in the web page; ``address`` is its query string, ``?tab=compose&piece=…``."""

    title: str
    kind: LinkKind
    address: str


@dataclass(frozen=True, slots=True)
class Observation:
    """What a tool gave: words for the person, places to look at, and values for programs, which JSON can hold."""

    text: str
    links: tuple[Link, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a call is expected to cost.

    Args:
        minutes: of the processor that it runs on.
        gpu: that is a GPU.
        outside: it is done by a program that is not Etude's, of which neither is known.

    """

    minutes: float = 0.0
    gpu: bool = False
    outside: bool = False

    @property
    def needs_confirmation(self) -> bool:
        """Whether a person has to say yes to the exact arguments first."""
        return self.gpu or self.outside or self.minutes > FREE_MINUTES

    def describe(self) -> str:
        """Say it in a few words."""
        if self.outside:
            return "a program outside of Etude; what it takes is not known"
        where = "a GPU" if self.gpu else "the CPU"
        if self.minutes < 1:
            return f"less than a minute on {where}"
        minutes = round(self.minutes)
        return f"about {minutes} minute{'s' * (minutes != 1)} on {where}"


@dataclass(frozen=True, slots=True)
class Tool:
    """Something that the agent can do.

    Args:
        name: by which it is called.
        group: the tools that belong together, Bedrock's action group.
        description: what it does, in a line.
        arguments: what it takes; a name that it does not have is refused.
        run: does it; raises `EtudeError` with a sentence for the person.
        cost: what a call is expected to cost, from its arguments.
        examples: requests that ask for it.

    """

    name: str
    group: str
    description: str
    arguments: type[BaseModel]
    run: Callable[[Context, BaseModel], Observation]
    cost: Callable[[BaseModel], Cost]
    examples: tuple[str, ...] = ()

    def check(self, values: Mapping[str, Any]) -> BaseModel:
        """Return arguments in their types, with what was left out filled in.

        Raises:
            InputError: one is missing, unknown or out of range.

        """
        try:
            return self.arguments.model_validate(dict(values))
        except ValidationError as error:
            raise InputError(_explain(self.name, error)) from error

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the arguments."""
        return self.arguments.model_json_schema()


def free(arguments: BaseModel) -> Cost:
    """Return the cost of a tool that answers at once."""
    return Cost()


def tool(*, group: str, cost: Callable[[Any], Cost] = free) -> Callable[[Callable[..., Observation]], Tool]:
    """Make a tool of the function below; see the top of this module.

    Raises:
        TypeError: the function has no docstring, or does not take a context first.

    """

    def made(function: Callable[..., Observation]) -> Tool:
        told = inspect.getdoc(function) or ""
        description = told.partition("\n")[0].strip()
        hints = get_type_hints(function, include_extras=True)
        context, *rest = inspect.signature(function).parameters.values()
        if not description or hints.get(context.name) is not Context:
            raise TypeError(f"{function.__name__} needs a docstring and a first parameter of the type Context.")
        fields: dict[str, Any] = {
            one.name: (hints[one.name], ... if one.default is one.empty else one.default) for one in rest
        }
        # A default such as a device is to be chosen has to stand in what a person confirms.
        config = ConfigDict(extra="forbid", frozen=True, validate_default=True)
        arguments = create_model(function.__name__, __config__=config, __doc__=description, **fields)

        def run(context: Context, values: BaseModel) -> Observation:
            return function(context, **{name: getattr(values, name) for name in fields})

        return Tool(function.__name__, group, description, arguments, run, cost, _examples(told))

    return made


def _examples(docstring: str) -> tuple[str, ...]:
    """Return the lines of the section Examples, which ends where the indentation does."""
    section = re.search(r"^Examples?:\n((?:[ \t]+\S.*(?:\n|$)|[ \t]*\n)+)", docstring, re.MULTILINE)
    return tuple(line.strip() for line in section[1].splitlines() if line.strip()) if section else ()


def _explain(tool: str, error: ValidationError) -> str:
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"]) or "arguments"
    said = first["msg"].rstrip(".")
    if first["type"] == "missing":
        return f"{tool} needs {name}. Say what it is to be."
    if first["type"] == "extra_forbidden":
        return f"{tool} has no argument {name}. Leave it out."
    if first["type"] == "value_error":
        return f"{said.removeprefix('Value error, ')}."
    return f"{name} cannot be {str(first['input'])[:60]}: {said[0].lower()}{said[1:]}."
