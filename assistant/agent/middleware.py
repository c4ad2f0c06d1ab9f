"""What stands between the plan and the tools: the switch, checks of arguments, budgets, confirmation, and answers.

Three pieces of middleware of LangChain's ``create_agent``. `Switch` ends a run that is stopped. `Calls` lets a call
through when its arguments are right, pass the guardrail, are within the budgets and, where it is costly, confirmed; and
checks what comes back. `Answers` asks the notes where no tool is wanted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, cast

from langchain.agents.middleware import AgentMiddleware, AgentState, ModelRequest, ModelResponse
from langchain_core.messages import AIMessage, ToolMessage
from langgraph.prebuilt.tool_node import ToolCallRequest
from langgraph.runtime import Runtime
from langgraph.types import Command, interrupt
from pydantic import BaseModel

from assistant.agent.budgets import check_budgets
from assistant.agent.confirming import approves, as_payload, canonical, confirmation_of
from assistant.agent.context import Context
from assistant.agent.events import Started
from assistant.agent.messages import kept_answer, kept_observation, notes, noting, turns
from assistant.agent.stop import STOPPED, is_stopped
from assistant.agent.tool import Observation, Tool
from assistant.errors import EtudeError, InputError

WITHDRAWN = "Not done: you went on with something else."
REFUSED = "Not done, as you did not confirm it."


class Halted(Exception):
    """The run is to end now; its text is for the person."""


class Switch(AgentMiddleware[AgentState[Any], Context]):
    """Ends a run before its next step when the person, or the stop-all switch, has stopped it."""

    def before_model(self, state: AgentState[Any], runtime: Runtime[Context]) -> None:
        """Look whether to go on."""
        check_switch(runtime.context)


class Calls(AgentMiddleware[AgentState[Any], Context]):
    """Decides on each call of a tool.

    Args:
        tools: by name.

    """

    def __init__(self, tools: Mapping[str, Tool]) -> None:
        super().__init__()
        self._tools = tools

    def wrap_tool_call(
        self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], ToolMessage | Command[Any]]
    ) -> ToolMessage | Command[Any]:
        """Run a call, or say in its place why not."""
        context = cast("Context", request.runtime.context)
        call = request.tool_call
        try:
            check_switch(context)
            tool = self._tools.get(call["name"])
            if tool is None:
                raise InputError(f"There is no tool {call['name']} any more. Ask in other words.")
            arguments, confirmed = self._admitted(request, tool)
            if arguments is None:
                return _message(call, confirmed, refused=True, withdrawn=confirmed == WITHDRAWN)
            values = canonical(arguments)
            cost = tool.cost(arguments)
            check_switch(context)
            request.runtime.stream_writer(Started(tool.name))
            done = handler(request.override(tool_call={**call, "args": values}))
            assert isinstance(done, ToolMessage)
            seen = done.artifact
            if not isinstance(seen, Observation):
                raise InputError(f"{tool.name} could not be called: {done.content}")
            return _message(
                call,
                _checked(context, seen.text),
                **kept_observation(seen),
                arguments=values,
                minutes=cost.minutes if cost.needs_confirmation else 0.0,
                tokens=_tokens(seen.data.get("usage")),
                confirmed=confirmed,
            )
        except EtudeError as error:
            return _message(call, str(error), refused=True)

    def _admitted(self, request: ToolCallRequest, tool: Tool) -> tuple[BaseModel | None, str]:
        """Return the arguments to call with and the digest that was confirmed; None and why where it is not to be."""
        context = cast("Context", request.runtime.context)
        thread = str(request.runtime.config.get("configurable", {}).get("thread_id", ""))
        values: Mapping[str, Any] = request.tool_call["args"]
        while True:
            arguments = tool.check(values)
            _guard_arguments(context, tool, arguments)
            cost = tool.cost(arguments)
            check_budgets(context.settings, turns(request.state["messages"]), cost)
            if not cost.needs_confirmation:
                return arguments, ""
            asked = confirmation_of(thread, str(request.tool_call["id"]), tool, arguments)
            # The graph rests here, for as long as it takes; what was decided before is given again when it goes on.
            decision = interrupt(as_payload(asked))
            if decision.get("withdrawn"):
                return None, WITHDRAWN
            if (changed := decision.get("arguments")) is not None:
                values = changed
            elif approves(decision, asked):
                return arguments, asked.digest
            else:
                return None, REFUSED


class Answers(AgentMiddleware[AgentState[Any], Context]):
    """Answers what needs no tool, by the answer pipeline, with citations."""

    def wrap_model_call(
        self, request: ModelRequest[Context], handler: Callable[[ModelRequest[Context]], ModelResponse[Any]]
    ) -> ModelResponse[Any] | AIMessage:
        """Fill in the answer where the plan leaves it to the notes."""
        response = handler(request)
        message = response.result[-1]
        kept = notes(message)
        if not isinstance(message, AIMessage) or not kept.get("ordinary"):
            return response
        context: Context = request.runtime.context
        context = replace(context, tell=request.runtime.stream_writer)
        context.tell(("plan", kept["plan"]))
        question = str(turns(request.messages)[-1].said.content)
        answer = context.answer(question)
        usage = {"prompt_tokens": answer.usage.prompt_tokens, "completion_tokens": answer.usage.completion_tokens}
        kept = {**kept, "answer": kept_answer(answer), "tokens": _tokens(usage)}
        return AIMessage(content=answer.text, id=message.id, **noting(**kept))


def check_switch(context: Context) -> None:
    """Raise `Halted` where the run is to end."""
    if is_stopped(context.settings):
        raise Halted(STOPPED)
    if context.stop.is_set():
        raise Halted("Stopped.")


def _guard_arguments(context: Context, tool: Tool, arguments: BaseModel) -> None:
    """Refuse arguments that the guardrail blocks; they were the person's words, or a program's."""
    words = "\n".join(_texts(canonical(arguments)))
    if not words.strip() or context.guarding is None:
        return
    assessment = context.guarding().question(words)
    if assessment and assessment.blocked:
        raise InputError(f"{tool.name} was not called: the guardrail does not allow these arguments.")


def _checked(context: Context, text: str) -> str:
    """Return what may be shown of what a tool gave."""
    if not text.strip() or context.guarding is None:
        return text
    assessment = context.guarding().reply(text)
    return assessment.text if assessment else text


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    inside = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return [text for one in inside for text in _texts(one)]


def _message(call: Mapping[str, Any], text: str, **kept: Any) -> ToolMessage:
    status = "error" if kept.get("refused") else "success"
    return ToolMessage(content=text, tool_call_id=call["id"], name=call["name"], status=status, **noting(**kept))


def _tokens(usage: Any) -> int:
    return int(usage["prompt_tokens"]) + int(usage["completion_tokens"]) if isinstance(usage, Mapping) else 0
