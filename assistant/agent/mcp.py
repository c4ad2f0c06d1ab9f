"""Tools of MCP servers that the settings attach.

What a server says of its tools goes before a planner and before people, so it is accepted by a person first and pinned
by its hash: a server that words a tool differently later, to be called for something else, is not listened to until a
person has read and accepted that. Only the tools that the settings list are there at all, and a call of one needs
confirmation, since nobody here knows what it does. What it answers is data, like everything that a tool gives.

This does not protect against a server that does something else than it says. It is a program like any other.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, create_model

from assistant.agent.context import Context
from assistant.agent.tool import Cost, Observation, Tool
from assistant.errors import InputError
from assistant.settings import Attached, Settings
from assistant.writing import write_whole

if TYPE_CHECKING:
    from mcp import ClientSession
    from mcp.types import Tool as Offered

T = TypeVar("T")

_TYPES: Mapping[str, Any] = {
    "string": str,
    "integer": int,
    "number": float,
    "boolean": bool,
    "array": list,
    "object": dict,
}


def attached(settings: Settings) -> tuple[list[Tool], list[str]]:
    """Return the tools that may be called, and a sentence for each server or tool that may not."""
    tools: list[Tool] = []
    problems: list[str] = []
    pins = _pins(settings)
    for name, server in settings.agent.mcp.items():
        try:
            offered = {one.name: one for one in _offered(name, server)}
        except InputError as error:
            problems.append(str(error))
            continue
        for wanted in server.tools:
            if wanted not in offered:
                problems.append(f"The server {name} has no tool {wanted}. Correct `agent.mcp.{name}.tools`.")
            elif problem := _unpinned(pins, name, offered[wanted]):
                problems.append(problem)
            else:
                tools.append(_tool(name, server, offered[wanted]))
    return tools, problems


def accept(settings: Settings, name: str) -> list[tuple[str, str]]:
    """Pin what a server says of the tools that may be called, and return them with their descriptions.

    Raises:
        InputError: there is no such server, it does not answer, or it lacks a tool.

    """
    if name not in settings.agent.mcp:
        known = ", ".join(settings.agent.mcp) or "none"
        raise InputError(f"No MCP server {name} is attached; there are: {known}. Set `agent.mcp.{name}`.")
    server = settings.agent.mcp[name]
    offered = {one.name: one for one in _offered(name, server)}
    if missing := [one for one in server.tools if one not in offered]:
        raise InputError(f"The server {name} has no tool {missing[0]}. Correct `agent.mcp.{name}.tools`.")
    pins = _pins(settings)
    pins[name] = {one: digest(offered[one]) for one in server.tools}
    _place(settings).parent.mkdir(parents=True, exist_ok=True)
    write_whole(_place(settings), json.dumps(pins, indent=2))
    return [(one, offered[one].description or "") for one in server.tools]


def digest(offered: Offered) -> str:
    """Return the SHA-256 of all that a server says of a tool: its name, description and arguments."""
    said = {"name": offered.name, "description": offered.description, "arguments": offered.inputSchema}
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _unpinned(pins: Mapping[str, Mapping[str, str]], name: str, offered: Offered) -> str:
    pinned = pins.get(name, {}).get(offered.name)
    if pinned is None:
        return f"The tool {offered.name} of {name} is new. Read it and accept it: etude agent --accept-mcp {name}"
    if pinned != digest(offered):
        return (
            f"The server {name} has changed what it says of {offered.name}; it is not called until you have read and "
            f"accepted that: etude agent --accept-mcp {name}"
        )
    return ""


def _tool(name: str, server: Attached, offered: Offered) -> Tool:
    pinned = digest(offered)

    def run(context: Context, arguments: BaseModel) -> Observation:
        values = arguments.model_dump(mode="json", exclude_unset=True)

        async def call(session: ClientSession) -> tuple[str, bool]:
            # In the session of the call: between two of them a server may become another.
            now = next((one for one in (await session.list_tools()).tools if one.name == offered.name), None)
            if now is None or digest(now) != pinned:
                raise InputError(
                    _unpinned({name: {offered.name: pinned}}, name, now or offered) or f"{name} is changed."
                )
            result = await session.call_tool(offered.name, values)
            texts = [part.text for part in result.content if part.type == "text"]
            return "\n".join(texts), bool(result.isError)

        text, failed = _with(name, server, call)
        if failed:
            raise InputError(f"{name} could not do that: {text or 'it does not say why'}")
        return Observation(text or "It gave nothing to read.", data={"server": name, "tool": offered.name})

    return Tool(
        name=f"{name}_{offered.name}",
        group=name,
        description=" ".join((offered.description or offered.name).split())[:300],
        arguments=_model(f"{name}_{offered.name}", offered.inputSchema),
        run=run,
        cost=lambda arguments: Cost(outside=True),
    )


def _model(name: str, schema: Mapping[str, Any]) -> type[BaseModel]:
    """Return a pydantic model of the first level of a JSON Schema; what lies deeper the server checks."""
    needed = set(schema.get("required", ()))
    fields: dict[str, Any] = {}
    for key, value in schema.get("properties", {}).items():
        kind = _TYPES.get(value.get("type"), Any) if isinstance(value.get("type"), str) else Any
        about = Field(... if key in needed else value.get("default"), description=value.get("description"))
        fields[key] = (kind if key in needed else kind | None, about)
    return create_model(name, __config__=ConfigDict(extra="forbid", frozen=True), **fields)


def _offered(name: str, server: Attached) -> Sequence[Offered]:
    async def listed(session: ClientSession) -> Sequence[Offered]:
        return (await session.list_tools()).tools

    return _with(name, server, listed)


def _with(name: str, server: Attached, do: Callable[[ClientSession], Coroutine[Any, Any, T]]) -> T:
    """Do something in a session with a server."""

    async def talk() -> T:
        async with asyncio.timeout(server.seconds), _session(server) as session:
            await session.initialize()
            return await do(session)

    # In a thread of its own: whoever calls may be inside of a loop already.
    with ThreadPoolExecutor(1) as beside:
        try:
            return beside.submit(asyncio.run, talk()).result()
        except Exception as error:
            for told in _leaves(error):
                if isinstance(told, InputError):
                    raise told from None
            raise InputError(
                f"The MCP server {name} does not answer. Check `agent.mcp.{name}` and start it."
            ) from error


def _session(server: Attached) -> AbstractAsyncContextManager[ClientSession]:
    from langchain_mcp_adapters.sessions import create_session

    if server.url:
        return create_session({"transport": "streamable_http", "url": server.url})
    if not server.command:
        raise InputError("An MCP server needs `command` or `url` in the settings.")
    command, *arguments = server.command
    return create_session({"transport": "stdio", "command": command, "args": arguments})


def _leaves(error: BaseException) -> list[BaseException]:
    return (
        [leaf for one in error.exceptions for leaf in _leaves(one)]
        if isinstance(error, BaseExceptionGroup)
        else [error]
    )


def _pins(settings: Settings) -> dict[str, dict[str, str]]:
    try:
        read = json.loads(_place(settings).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise InputError(f"{_place(settings)} cannot be read. Delete it and accept the servers again.") from error
    return read if isinstance(read, dict) else {}


def _place(settings: Settings) -> Path:
    return settings.home / "agent" / "mcp.json"
