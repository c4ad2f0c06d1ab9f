"""Plans the tool calls for what a person writes: first which tools, then their arguments.

Nothing but the person's own turns is planned from. The parts are small and their order fixed: `text` tidies and cuts
into steps, `route` says which tool each step asks for, `fill` and `follow` read the arguments, the tool's own schema
checks them. A value that the person did not give is never made up.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from assistant.agent.planning.ask import question_for, unknown_genre
from assistant.agent.planning.choice import extract
from assistant.agent.planning.fill import Said, arguments_of, said
from assistant.agent.planning.follow import completed, refined
from assistant.agent.planning.head import NONE, REFINE
from assistant.agent.planning.plan import MOST_STEPS, Call, Earlier, Plan
from assistant.agent.planning.route import Router
from assistant.agent.planning.subject import asked_about
from assistant.agent.planning.text import MOST_CHARACTERS, asks_how, is_question, is_refusal, pieces, tidy
from assistant.agent.tool import Tool
from assistant.errors import InputError
from assistant.settings import Settings

_REMEMBERED = 4
"""Earlier turns that are looked at."""
_DOES = frozenset(
    {"compose_music", "train_genre", "run_evaluation", "start_exam", "quiz_me", "cancel_job", "continue_exam"}
)
"""Tools that a question with "how" or "why" cannot mean."""
_ABOUT = ("topic", "query", "question")


class Tools(Protocol):
    """What may be called."""

    @property
    def tools(self) -> Mapping[str, Tool]:
        """Tools by name."""


@dataclass(frozen=True, slots=True)
class Before:
    """What the turns before came to: the last call, the call that a question was about, and what was spoken of."""

    call: Call | None = None
    pending: Call | None = None
    about: str = ""


class Planner:
    """Plans calls of the tools of a toolbox.

    Args:
        settings: they name the embedding and the chat model.
        toolbox: what may be called.
        ask: lets the chat model help where the parts that need none are not sure.

    """

    def __init__(self, settings: Settings, toolbox: Tools | Iterable[Tool], *, ask: bool = True) -> None:
        found: Any = getattr(toolbox, "tools", toolbox)
        listed: Iterable[Tool] = found.values() if isinstance(found, Mapping) else found
        self._tools = {tool.name: tool for tool in listed}
        self._router = Router(settings, list(self._tools.values()), ask=ask)
        self._ask = ask

    def plan(self, utterance: str, after: Sequence[str | Earlier] = ()) -> Plan:
        """Return what to call for an utterance; nothing is called.

        Args:
            utterance: what the person writes.
            after: the person's turns before it, the oldest first, perhaps with what was called for them.

        Raises:
            EtudeError: the embedding model or the chat model cannot be loaded.

        """
        self._router.warm()
        began = time.perf_counter()
        before = Before()
        for turn in after[-_REMEMBERED:]:
            before = self._remember(Earlier(turn) if isinstance(turn, str) else turn, before)
        plan = self._plan(tidy(utterance), before)
        return replace(plan, milliseconds=(time.perf_counter() - began) * 1000)

    def _remember(self, turn: Earlier, before: Before) -> Before:
        text = tidy(turn.text)
        if turn.calls is None:
            plan = self._plan(text, before)
            calls, pending = plan.calls, plan.pending
        else:
            calls, pending = turn.calls, None
        about = _about(calls[-1]) if calls else asked_about(text) if is_question(text) else ""
        return Before(calls[-1] if calls else before.call, pending, about or before.about)

    def _plan(self, text: str, before: Before) -> Plan:
        if not text or len(text) > MOST_CHARACTERS:
            return Plan(rationale="nothing is asked for" if not text else "too long to be a request for a tool")
        if before.pending and (plan := self._completed(text, before.pending)):
            return plan
        parts = pieces(text, self._router.likely)
        plans: list[tuple[str, Plan]] = []
        for part in parts:
            plan = self._step(part, before)
            if plan.question:
                return plan
            plans.append((part, plan))
            about = _about(plan.calls[-1]) if plan.calls else asked_about(part) if is_question(part) else ""
            before = Before(plan.calls[-1] if plan.calls else before.call, None, about or before.about)
        if len(parts) > 1 and sum(bool(plan.calls) for _, plan in plans) < 1:
            return Plan(rationale=plans[0][1].rationale)
        calls = [call for part, plan in plans for call in plan.calls or self._spoken(part, len(parts))]
        why = "; ".join(dict.fromkeys(plan.rationale for _, plan in plans if plan.rationale))
        return Plan(tuple(calls[:MOST_STEPS]), rationale=why)

    def _spoken(self, part: str, steps: int) -> tuple[Call, ...]:
        """Return a question among several steps as a call, or it would get no answer."""
        if steps > 1 and is_question(part) and "answer_from_notes" in self._tools:
            return (Call("answer_from_notes", {"question": part}),)
        return ()

    def _step(self, text: str, before: Before) -> Plan:
        if is_refusal(text):
            return Plan(rationale="the person wants nothing to be done")
        earlier = before.call
        change = refined(earlier, text, self._said(text, before)) if earlier else None
        route = self._router.route(text, behind=earlier is not None, refines=bool(change and change.alone))
        if route.label == REFINE:
            if change is not None:
                return self._checked(change.call, text, "the earlier request is changed")
            route = self._router.route(text)
        if route.label in _DOES and asks_how(text):
            return Plan(rationale="the person asks how, and wants nothing to be done")
        if route.label == NONE or route.label not in self._tools:
            return Plan(rationale="no tool is asked for")
        why = f"{self._tools[route.label].description.rstrip('.')} ({route.by}, {route.probability:.2f})"
        call = Call(route.label, self._arguments(route.label, text, before))
        if is_question(text) and arguments_of(call.tool, self._said(text, before)) is None and self._lacking(call):
            # A question that is only near a plug-in's description: it has nothing that the tool would need.
            return Plan(rationale="no tool is asked for")
        return self._checked(call, text, why)

    def _completed(self, text: str, pending: Call) -> Plan | None:
        """Return the call that a question was asked about, with what the reply says; None where it is no reply."""
        if is_question(text) or is_refusal(text):
            return None
        route = self._router.likely(text)
        call = completed(
            pending,
            self._said(text, Before()),
            self._needed(pending.tool),
            chat=route.label == NONE and route.probability > 0.9,
        )
        if call is None or (
            route.label not in (NONE, pending.tool) and route.probability >= 0.9 and len(text.split()) > 4
        ):
            return None
        plan = self._checked(call, text, "the question before is answered")
        return None if plan.question and plan.pending else plan

    def _arguments(self, name: str, text: str, before: Before) -> dict[str, Any]:
        found = arguments_of(name, self._said(text, before))
        tool = self._tools[name]
        if found is None:
            return extract(self._router.chat, text, tool, tool.schema()) if self._ask else {}
        missing = [one for one in self._needed(name) if one not in found]
        if missing and self._ask and any(one in _ABOUT for one in missing) and len(text.split()) > 4:
            found |= {
                key: value
                for key, value in extract(self._router.chat, text, tool, tool.schema()).items()
                if key in missing
            }
        return {key: value for key, value in found.items() if key in tool.arguments.model_fields}

    def _checked(self, call: Call, text: str, why: str) -> Plan:
        tool = self._tools[call.tool]
        if other := unknown_genre(call, text):
            return Plan(question=other, rationale=why, pending=call)
        if missing := self._lacking(call):
            return Plan(
                question=question_for(tool, missing[0], self._choices(call.tool, missing[0])),
                rationale=why,
                pending=call,
            )
        try:
            tool.check(call.arguments)
        except InputError as error:
            return Plan(question=str(error), rationale=why, pending=call)
        return Plan((call,), rationale=why)

    def _needed(self, name: str) -> list[str]:
        return [key for key, field in self._tools[name].arguments.model_fields.items() if field.is_required()]

    def _lacking(self, call: Call) -> list[str]:
        return [one for one in self._needed(call.tool) if one not in call.arguments]

    def _choices(self, name: str, argument: str) -> list[str]:
        given = self._tools[name].schema().get("properties", {}).get(argument, {})
        return [str(one) for one in given.get("enum", ())]

    def _said(self, text: str, before: Before) -> Said:
        suites = self._choices("run_evaluation", "suite") if "run_evaluation" in self._tools else []
        return said(text, before.about, suites)


def _about(call: Call) -> str:
    return next((str(call.arguments[name]) for name in _ABOUT if call.arguments.get(name)), "")
