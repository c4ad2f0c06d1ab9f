"""The agent behind the chat: its events as stages, words, and one answer that holds what was done.

``Agentic`` takes the place of the answer pipeline (``assistant.web.answering.Answering``). A turn that waits for a yes
is an answer whose last step waits; ``decide`` goes on with it and returns the whole turn anew.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from assistant.agent.agent import Agent, Asked
from assistant.agent.events import (
    AgentEvent,
    Answered,
    Confirmation,
    Failed,
    Observed,
    Planned,
    PlannedCall,
    Progressed,
    Started,
    Stopped,
    Thinking,
)
from assistant.agent.tool import Observation
from assistant.agent.toolbox import Toolbox
from assistant.chat.events import Answer, Delta, Event, Noted, Place, Stage, Step
from assistant.errors import InputError
from assistant.people import Person
from assistant.settings import Settings
from assistant.web.tool_steps import tool_title

if TYPE_CHECKING:
    from assistant.chat.pipeline import Assistant
    from assistant.web.answering import Answering

ADMIN_GROUPS = ("evaluation",)
_KEPT = 16
SAYS_IT_BELOW = "answer_from_notes"
"""The tool whose words are the answer itself."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person said to a confirmation: ``before`` is the turn that waited for it."""

    confirmation: str
    approved: bool
    before: Answer


class Agents:
    """The agents of the people who chat; those who are no admins have none of the tools of `ADMIN_GROUPS`."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[int, Person], tuple[Answering, Agentic]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, settings: Settings, assistant: Answering, person: Person) -> Agentic:
        """Return the agent of a person over an answer pipeline."""
        key = (id(assistant), person)
        with self._lock:
            if key not in self._kept:
                toolbox = Toolbox.load(settings)
                if not person.admin:
                    toolbox = toolbox.without(ADMIN_GROUPS)
                owner = None if person.local else person.name
                agent = Agent(settings, owner=owner, assistant=cast("Assistant", assistant), toolbox=toolbox)
                # The pipeline is kept too: its id is another's when it is gone.
                self._kept[key] = (assistant, Agentic(agent))
                while len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            return self._kept[key][1]


class Agentic:
    """One person's conversations with tools."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent

    def answer(self, thread: str, question: str, asked: Asked, stop: threading.Event) -> Iterator[Event | Started]:
        """Yield stages and words, the jobs that were begun, and then the answer.

        Raises:
            EtudeError: nothing came of it; the sentence says why.

        """
        return self._followed(thread, self._agent.run(thread, question, stop, asked), question)

    def decide(self, thread: str, decision: Decision, asked: Asked, stop: threading.Event) -> Iterator[Event | Started]:
        """Go on with a turn that waits; see `answer`.

        Raises:
            EtudeError: it waits for something else by now, or nothing came of it.

        """
        events = self._agent.decide(thread, decision.confirmation, decision.approved, stop=stop, asked=asked)
        before = decision.before
        waiting = [step for step in before.steps if step.confirmation == decision.confirmation]
        kept = tuple(step for step in before.steps if step not in waiting)
        calls = tuple(PlannedCall(step.tool, step.arguments) for step in waiting)
        turn = _Turn(calls, list(kept), before.rationale, refused="failed" if decision.approved else "declined")
        return self._followed(thread, events, before.question, turn)

    def trace(self, thread: str) -> list[dict[str, Any]]:
        """Return everything that was checked, planned, called, seen and said, in Bedrock's shapes."""
        return self._agent.trace(thread)

    def forget(self, thread: str) -> None:
        """Delete a conversation."""
        self._agent.forget(thread)

    def _followed(
        self, thread: str, events: Iterator[AgentEvent], question: str, turn: _Turn | None = None
    ) -> Iterator[Event | Started]:
        turn = turn or _Turn()
        for event in events:
            match event:
                case Stage() | Delta() | Started():
                    yield event
                case Thinking(words):
                    yield Stage("planning", words)
                case Progressed(tool, share, words):
                    yield Stage("working", f"{tool_title(tool)}: {words or f'{share:.0%}'}")
                case Planned(calls, rationale):
                    turn.calls, turn.rationale = (*turn.calls, *calls), rationale
                case Observed(tool, observation, refused):
                    turn.observe(tool, observation, refused=refused)
                case Confirmation() as asks:
                    turn.wait(asks)
                    yield self._ended(thread, question, turn, "")
                case Answered(text, answer, _, noted):
                    yield self._ended(thread, question, turn, text, answer or self._said(thread, question, text, noted))
                case Stopped(sentence):
                    yield replace(self._ended(thread, question, turn, sentence), stopped=True)
                case Failed(sentence):
                    if not turn.steps:
                        raise InputError(sentence)
                    yield self._ended(thread, question, turn, sentence)

    def _ended(self, thread: str, question: str, turn: _Turn, text: str, answer: Answer | None = None) -> Answer:
        answer = answer or self._said(thread, question, text)
        return replace(answer, steps=tuple(turn.steps), rationale=turn.rationale)

    def _said(self, thread: str, question: str, text: str, noted: tuple[Noted, ...] = ()) -> Answer:
        turns = self._agent.turns(thread)
        # As it was planned from, and not as it was typed: what is kept is masked.
        said = str(turns[-1].said.content) if turns else question
        return Answer(said, said, text, noted=noted)


class _Turn:
    """What was planned in a turn, and what came of it so far."""

    def __init__(
        self,
        calls: Sequence[PlannedCall] = (),
        steps: list[Step] | None = None,
        rationale: str = "",
        refused: str = "refused",
    ) -> None:
        self.calls, self.steps, self.rationale = tuple(calls), steps or [], rationale
        self._refused, self._seen = refused, 0

    def observe(self, tool: str, observation: Observation, *, refused: bool) -> None:
        """Take down what a tool gave; ``refused`` of the first one is what the person decided."""
        arguments = self.calls[self._seen].arguments if self._seen < len(self.calls) else {}
        state = self._refused if refused else "done"
        self._seen, self._refused = self._seen + 1, "refused"
        places = tuple(Place(link.title, link.kind, link.address) for link in observation.links)
        text = "" if tool == SAYS_IT_BELOW and not refused else observation.text
        self.steps.append(Step(tool, dict(arguments), state, text, places))  # type: ignore[arg-type]

    def wait(self, asks: Confirmation) -> None:
        """Take down what the person has to say yes to."""
        self.steps.append(Step(asks.tool, dict(asks.arguments), "waiting", asks.words, confirmation=asks.id))
