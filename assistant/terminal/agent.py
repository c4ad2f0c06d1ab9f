"""What ``etude agent`` does: one message to the agent, with live progress and confirmation; for programs, JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict
from typing import Any
from uuid import uuid4

import typer
from rich.console import Console
from rich.status import Status
from rich.text import Text

from assistant.agent.agent import Agent
from assistant.agent.events import (
    AgentEvent,
    Answered,
    Confirmation,
    Failed,
    Observed,
    Planned,
    Progressed,
    Started,
    Stopped,
    Thinking,
)
from assistant.chat.events import Delta, Stage
from assistant.errors import InputError
from assistant.settings import load_settings
from assistant.terminal.ask import answer_json, print_sources


def run_agent(text: str, thread: str, *, yes: bool, as_json: bool) -> None:
    """Have something done, and print what came of it.

    Raises:
        InputError: there is no text.
        typer.Exit: it failed, or a tool was not called for another reason than the person's no (1), or it waits for a
            confirmation that nobody is there to give (3).

    """
    settings = load_settings()
    thread = thread or str(uuid4())
    with closing(Agent(settings)) as agent:
        show = _Silent() if as_json else _Shown()
        for problem in agent.toolbox.problems:
            typer.echo(problem, err=True)
        end = show.all(agent.run(thread, text))
        declined = False
        while isinstance(end, Confirmation) and (said := _decided(end, yes=yes, as_json=as_json)) is not None:
            declined = declined or not said
            end = show.all(agent.decide(thread, end.id, said))
        if as_json:
            typer.echo(json.dumps(_whole(thread, show.events, end), ensure_ascii=False, indent=2, default=str))
    if isinstance(end, Confirmation):
        if not as_json:
            typer.echo(f"Nobody is there to confirm it. Add --yes, or go on in a terminal: --thread {thread}", err=True)
        raise typer.Exit(3)
    if isinstance(end, Failed):
        if not as_json:
            typer.echo(end.sentence, err=True)
        raise typer.Exit(1)
    if not declined and any(isinstance(event, Observed) and event.refused for event in show.events):
        raise typer.Exit(1)


def run_plan(text: str, after: Sequence[str], *, as_json: bool) -> None:
    """Print which tools would be called with which arguments, and call nothing."""
    from assistant.agent.model import kept_plan
    from assistant.chat.question import check_question

    agent = Agent(load_settings())
    plan = kept_plan(agent.plan(check_question(text), list(after)))
    if as_json:
        typer.echo(json.dumps(plan, ensure_ascii=False, indent=2))
        return
    for call in plan["calls"]:
        typer.echo(_call(call["tool"], call["arguments"]))
    if plan["question"]:
        typer.echo(plan["question"])
    elif not plan["calls"]:
        typer.echo("No tool: it is answered from the notes.")


def run_trace(thread: str, *, as_json: bool) -> None:
    """Print the trace of a conversation.

    Raises:
        InputError: there is no such conversation.

    """
    with closing(Agent(load_settings())) as agent:
        parts = agent.trace(thread) if thread else []
    if not parts:
        raise InputError("There is no such conversation. Name one with --thread NAME.")
    typer.echo(json.dumps(parts, ensure_ascii=False, indent=2 if as_json or sys.stdout.isatty() else None))


def run_switch(*, stop_all: bool, accept_mcp: str, as_json: bool) -> None:
    """Stop everything, go on after that, or accept what an MCP server says."""
    from assistant.agent.stop import go_on
    from assistant.agent.stop import stop_all as stop

    settings = load_settings()
    if accept_mcp:
        from assistant.agent.mcp import accept

        taken = accept(settings, accept_mcp)
        rows = [{"tool": name, "description": description} for name, description in taken]
        typer.echo(json.dumps(rows) if as_json else "\n".join(f"Accepted: {_line(r)}" for r in rows))
    elif stop_all:
        cancelled = stop(settings)
        said = f"Stopped. Jobs cancelled: {len(cancelled)}. To go on: etude agent --go-on"
        typer.echo(json.dumps({"stopped": True, "cancelled": cancelled}) if as_json else said)
    else:
        go_on(settings)
        typer.echo(json.dumps({"stopped": False}) if as_json else "The agent may work again.")


def _decided(asked: Confirmation, *, yes: bool, as_json: bool) -> bool | None:
    """Return what the person says to a confirmation; None where nobody is there."""
    if yes:
        if not as_json:
            typer.echo(asked.words)
        return True
    if as_json or not sys.stdin.isatty():
        return None
    typer.echo(asked.words)
    return typer.confirm("Do it?")


class _Silent:
    """Keeps the events for a program."""

    def __init__(self) -> None:
        self.events: list[AgentEvent] = []

    def all(self, events: Iterator[AgentEvent]) -> AgentEvent:
        """Take all events and return the last."""
        for event in events:
            self.take(event)
        return self.events[-1]

    def take(self, event: AgentEvent) -> None:
        """Take an event."""
        self.events.append(event)


class _Shown(_Silent):
    """Shows the events to a person, the waiting ones on a line that goes."""

    def __init__(self) -> None:
        super().__init__()
        self._out, self._wait = Console(highlight=False), Console(stderr=True, highlight=False)
        self._words = ""

    def all(self, events: Iterator[AgentEvent]) -> AgentEvent:
        """Show all events and return the last."""
        with self._wait.status("Thinking") as spinner:
            self._spinner: Status = spinner
            return super().all(events)

    def take(self, event: AgentEvent) -> None:
        """Show an event."""
        super().take(event)
        if isinstance(event, Thinking | Stage):
            self._spinner.update(event.words if isinstance(event, Thinking) else event.detail)
        elif isinstance(event, Planned):
            for call in event.calls:
                self._wait.print(Text(_call(call.tool, call.arguments), style="dim"), soft_wrap=True)
        elif isinstance(event, Started):
            self._spinner.update(event.tool)
        elif isinstance(event, Progressed):
            self._spinner.update(f"{event.tool} {event.share:.0%} {event.words}".rstrip())
            if not self._wait.is_terminal:
                self._wait.print(f"{event.tool} {event.share:.0%} {event.words}".rstrip())
        elif isinstance(event, Delta):
            self._spinner.stop()
            self._words += event.text
            self._out.print(Text(event.text), end="", soft_wrap=True)
        elif isinstance(event, Observed):
            self._observed(event)
        elif isinstance(event, Answered):
            self._answered(event)
        elif isinstance(event, Stopped):
            self._out.print(event.sentence)

    def _observed(self, event: Observed) -> None:
        self._spinner.stop()
        if self._words:
            self._out.print()
        if self._words != event.observation.text:
            self._out.print(Text(event.observation.text), soft_wrap=True)
        self._words = ""
        for link in event.observation.links:
            self._out.print(Text(f"  {link.title}: {link.address}", style="dim"), soft_wrap=True)
        self._files(event)
        self._spinner.start()

    def _files(self, event: Observed) -> None:
        folder = event.observation.data.get("folder")
        for name in dict(event.observation.data.get("files", {})).values():
            self._out.print(Text(f"  {folder}/{name}"), soft_wrap=True)

    def _answered(self, event: Answered) -> None:
        self._spinner.stop()
        if event.observations:
            return  # each was shown as it came
        if self._words:
            self._out.print()
        if event.text != self._words:
            self._out.print(Text(event.text), soft_wrap=True)
        if event.answer:
            print_sources(event.answer)


def _whole(thread: str, events: Sequence[AgentEvent], end: AgentEvent) -> dict[str, Any]:
    """Return a whole run as programs read it."""
    planned = next((event for event in events if isinstance(event, Planned)), None)
    return {
        "thread": thread,
        "end": type(end).__name__.lower(),
        "text": end.text if isinstance(end, Answered) else getattr(end, "sentence", ""),
        "calls": [asdict(call) for call in planned.calls] if planned else [],
        "observations": [
            {"tool": event.tool, "refused": event.refused, **asdict(event.observation)}
            for event in events
            if isinstance(event, Observed)
        ],
        "confirmation": asdict(end) if isinstance(end, Confirmation) else None,
        "answer": answer_json(end.answer) if isinstance(end, Answered) and end.answer else None,
    }


def _call(tool: str, arguments: Any) -> str:
    values = ", ".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in dict(arguments).items())
    return f"{tool}({values})"


def _line(row: dict[str, str]) -> str:
    return f"{row['tool']}: {' '.join(row['description'].split())}"
