"""The kinds of jobs: a function, what it takes, and how much time and memory it may use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from assistant.errors import InputError
from assistant.jobs.context import Context

A = TypeVar("A", bound=BaseModel)
Work = Callable[[A, Context], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of job.

    Args:
        name: what it is called.
        function: does it and returns a result that can be written as JSON, without NaN and infinity.
        arguments: what the function takes; it is kept as JSON, so that paths in it had better be absolute.
        minutes: the most that it may run, waiting apart.
        memory_mb: the most resident memory, in megabytes (10⁶ bytes), of its processes together.
        resumable: called again with the same folder it goes on where it ended.
        grace: seconds from the wish that it ends until it is killed.
        short: it takes seconds. On each device short jobs have a line of their own, so that none of them waits for a
            long one to end.

    """

    name: str
    function: Work[Any]
    arguments: type[BaseModel]
    minutes: float
    memory_mb: int
    resumable: bool
    grace: float
    short: bool

    @property
    def module(self) -> str:
        """The module that the job's process imports to have this kind."""
        return self.function.__module__

    def check(self, values: Mapping[str, Any]) -> BaseModel:
        """Return the arguments in the type of the kind.

        Raises:
            InputError: a value is missing, unknown or out of range.

        """
        try:
            return self.arguments.model_validate(dict(values))
        except ValidationError as error:
            first = error.errors()[0]
            name = ".".join(str(part) for part in first["loc"])
            about = f"`{name}`" if name else "them"
            raise InputError(
                f"A job {self.name} cannot take these arguments; about {about}: {first['msg'].rstrip('.')}."
            ) from error


_kinds: dict[str, Kind] = {}


def job(
    name: str,
    arguments: type[A],
    *,
    minutes: float,
    memory_mb: int,
    resumable: bool = False,
    grace: float = 10.0,
    short: bool = False,
) -> Callable[[Work[A]], Work[A]]:
    """Declare the function below to be a kind of job; see `Kind`.

    It has to stand in a module that can be imported by its name. What is heavy is best imported inside the function:
    the module is imported by whoever puts such a job in line, too.
    """

    def declared(function: Work[A]) -> Work[A]:
        _kinds[name] = Kind(name, function, arguments, minutes, memory_mb, resumable, grace, short)
        return function

    return declared


def find_kind(name: str) -> Kind:
    """Return a kind by its name.

    Raises:
        InputError: no module that was imported declares it.

    """
    if name not in _kinds:
        raise InputError(f"There is no kind of job {name!r}; there are: {', '.join(sorted(_kinds)) or 'none'}.")
    return _kinds[name]
