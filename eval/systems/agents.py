"""Systems that plan tool calls: Etude's planner, the same without the chat model, and a model let loose on tools.

``plain`` is what LangChain offers: ``create_agent`` over an OpenAI-compatible endpoint, here llama.cpp's own in this
process, or the one of the settings. It is stopped before its first tool is called, so only its first step is judged.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import partial
from typing import Any

from eval.sample import Called, Output, Sample
from eval.suites.registry import SystemFunction, Variant
from eval.systems.answers import Opener
from eval.systems.choices import check_variant
from eval.tools import Tools

_INSTRUCTIONS = (
    "You are Etude, a study assistant with notes, an exam room, an evaluation harness and a composer of music. "
    "Call tools where the person asks for something that they do, and answer by yourself where not."
)
_MOST_TOKENS = 200
_SECONDS = 900.0
"""The tools alone are 2,700 tokens, which a busy machine reads in minutes."""


def _planner(tools: Tools, variant: Variant, *, ask: bool) -> SystemFunction:
    check_variant(variant, "planner", ())
    from assistant.agent.planning import Planner
    from assistant.agent.toolbox import Toolbox

    planner = Planner(tools.settings, Toolbox.load(tools.settings), ask=ask)
    planner.plan("hello")  # loading is not part of the time of a decision

    def plan(sample: Sample) -> Output:
        began = time.perf_counter()
        found = planner.plan(sample.prompt, sample.after)
        return Output(
            calls=tuple(Called(tool=call.tool, arguments=dict(call.arguments)) for call in found.calls),
            question=found.question,
            prediction=found.rationale,
            seconds=time.perf_counter() - began,
        )

    return plan


def _plain(tools: Tools, variant: Variant) -> SystemFunction:
    check_variant(variant, "plain", ())
    from langchain.agents import create_agent
    from langchain_core.messages import HumanMessage
    from langchain_core.tools import StructuredTool
    from openai import APIError

    from assistant.agent.toolbox import Toolbox

    offered = [
        StructuredTool(
            name=tool.name, description=tool.description, args_schema=tool.arguments, func=lambda **given: ""
        )
        for tool in Toolbox.load(tools.settings).tools.values()
    ]
    agent: Any = create_agent(_endpoint(tools), offered, system_prompt=_INSTRUCTIONS, interrupt_before=["tools"])

    def plan(sample: Sample) -> Output:
        began = time.perf_counter()
        said = [HumanMessage(text) for text in (*sample.after, sample.prompt)]
        try:
            last: Any = agent.invoke({"messages": said})["messages"][-1]
        except APIError as error:
            return Output(error=f"The endpoint gave no plan: {error}")
        calls = tuple(Called(tool=call["name"], arguments=call["args"]) for call in last.tool_calls)
        return Output(calls=calls, prediction=str(last.text), seconds=time.perf_counter() - began)

    return plan


def _endpoint(tools: Tools) -> Any:
    """Return a chat model that can be given tools: the settings' own endpoint, else llama.cpp's in this process."""
    from langchain_openai import ChatOpenAI
    from pydantic import SecretStr

    from assistant.models.embedded import EmbeddedChat

    if not isinstance(chat := tools.chat, EmbeddedChat):
        return chat
    engine = chat.engine
    return ChatOpenAI(
        base_url=f"{engine.address}/v1",
        api_key=SecretStr(engine.key),
        model=engine.path.stem,
        temperature=0.0,
        max_completion_tokens=_MOST_TOKENS,
        timeout=_SECONDS,
        max_retries=0,
    )


PLANNING: Mapping[str, Opener] = {
    "etude": partial(_planner, ask=True),
    "without-model": partial(_planner, ask=False),
    "plain": _plain,
}
"""The systems by name."""
