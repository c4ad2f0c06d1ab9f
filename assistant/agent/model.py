"""The chat model that LangChain's agent is driven by: its tool calls are made by a planner, and not by a model.

A local model that is let call tools calls none, or the wrong ones. This one plans each message of the person once and
then gives one call after the other, until all are done. It reads what the person wrote, and of everything else only
whether a call is done: nothing that a tool gave can bring about, change or repeat a call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol
from uuid import uuid4

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable

from assistant.agent.messages import Turn, notes, noting, turns


class PlannedStep(Protocol):
    """A call of a plan."""

    @property
    def tool(self) -> str: ...  # noqa: D102
    @property
    def arguments(self) -> Mapping[str, Any]: ...  # noqa: D102


class Plans(Protocol):
    """A plan; see ``assistant.agent.planning.Plan``."""

    @property
    def calls(self) -> Sequence[PlannedStep]: ...  # noqa: D102
    @property
    def question(self) -> str: ...  # noqa: D102
    @property
    def rationale(self) -> str: ...  # noqa: D102
    @property
    def milliseconds(self) -> float: ...  # noqa: D102


class PlannerModel(BaseChatModel):
    """A model whose calls are planned.

    Args:
        plan: from what the person writes, and the turns before it, to a plan: ``Planner.plan``.

    """

    plan: Callable[..., Any]

    @property
    def _llm_type(self) -> str:
        return "planner"

    def bind_tools(self, tools: Sequence[Any], **options: Any) -> Runnable[Any, AIMessage]:
        """Return the model as it is: the planner knows the tools."""
        return self

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **options: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=self._next(messages))])

    def _next(self, messages: Sequence[BaseMessage]) -> AIMessage:
        *before, turn = turns(messages)
        plan = turn.plan
        if plan is None:
            plan = kept_plan(self.plan(str(turn.said.content), [_earlier(one) for one in before if counts(one)]))
            fresh: dict[str, Any] = {"plan": plan}
        else:
            fresh = {}
        done = turn.results
        withdrawn = any(notes(one).get("withdrawn") for one in done)
        if len(done) < len(plan["calls"]) and not withdrawn:
            step = plan["calls"][len(done)]
            call = {"name": step["tool"], "args": dict(step["arguments"]), "id": str(uuid4())}
            return AIMessage(content="", tool_calls=[call], **noting(**fresh))
        if done:
            return AIMessage(content="\n\n".join(str(one.content) for one in done), **noting(**fresh))
        return AIMessage(content=plan["question"], **noting(**fresh, ordinary=not plan["question"]))


def kept_plan(plan: Plans) -> dict[str, Any]:
    """Return a plan as JSON holds it, and as ``etude agent --plan --json`` prints it."""
    return {
        "calls": [{"tool": one.tool, "arguments": dict(one.arguments)} for one in plan.calls],
        "question": plan.question,
        "rationale": plan.rationale,
        "milliseconds": round(plan.milliseconds, 1),
    }


def counts(turn: Turn) -> bool:
    """Say whether a turn may be looked back at: what a guardrail blocked may not."""
    return not notes(turn.said).get("blocked")


def _earlier(turn: Turn) -> Any:
    from assistant.agent.planning.plan import Call, Earlier

    text, plan = str(turn.said.content), turn.plan
    # A turn that ended in a question is planned again: the planner then knows what it was about.
    if plan is None or plan["question"]:
        return Earlier(text)
    return Earlier(text, tuple(Call(one["tool"], one["arguments"]) for one in turn.calls))
