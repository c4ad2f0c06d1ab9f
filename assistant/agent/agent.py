"""The agent: a conversation in which what a person writes is checked, planned, confirmed, done and answered.

The person's text passes the guardrail before anything else sees it, and what is kept and planned from is masked. Then
LangGraph carries out the plan and keeps every step in the database, so that a conversation goes on after a restart.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from filelock import FileLock, Timeout

from assistant.agent.checkpoints import Checkpoints
from assistant.agent.confirming import from_payload
from assistant.agent.context import Context
from assistant.agent.events import (
    AgentEvent,
    Answered,
    Confirmation,
    Failed,
    Observed,
    Planned,
    PlannedCall,
    Stopped,
    Thinking,
)
from assistant.agent.messages import Turn, answer_of, answers, notes, noting, observation_of, turns
from assistant.agent.stop import STOPPED, is_stopped
from assistant.agent.toolbox import Toolbox
from assistant.agent.trace import trace_of
from assistant.chat.events import Answer
from assistant.chat.events import Turn as Said
from assistant.chat.guarding import Guarding, InForce
from assistant.chat.question import check_question
from assistant.errors import EtudeError, InputError
from assistant.rooms import open_invocations
from assistant.settings import Generation, Settings

if TYPE_CHECKING:
    from langgraph.graph.state import CompiledStateGraph

    from assistant.chat.pipeline import Assistant
    from assistant.guardrails.pii import Masks

_STEPS_OF_GRAPH = 10
"""Steps of the graph for one call, at the most; the budget of steps ends a turn long before."""


@dataclass(frozen=True, slots=True)
class Asked:
    """With what a message is answered, where its caller keeps the conversation too.

    Args:
        history: earlier questions and answers; None takes those that the agent keeps.
        masks: the placeholders of the conversation, and new ones are added; None takes those that the agent keeps.
        collections: which notes are searched; None is those of the agent.
        generation: how the model writes; None is as the settings say.
        replaces: what the person said before in place of this; that turn and all after it are taken back.

    """

    history: Sequence[Said] | None = None
    masks: Masks | None = None
    collections: Sequence[str] | None = None
    generation: Generation | None = None
    replaces: str = ""


class Agent:
    """Conversations with tools. One instance serves every thread of a process.

    Args:
        settings: those in force.
        owner: whose conversations, jobs and exams these are; None is whoever uses this machine.
        assistant: the answer pipeline; by default one of its own.
        collections: which notes are searched; None is all.
        toolbox: what may be called.
        plan: in place of the planner's, from an utterance and earlier turns to a plan.

    """

    def __init__(
        self,
        settings: Settings,
        *,
        owner: str | None = None,
        assistant: Assistant | None = None,
        collections: Sequence[str] | None = None,
        toolbox: Toolbox | None = None,
        plan: Callable[..., Any] | None = None,
    ) -> None:
        self.settings, self.owner, self.collections = settings, owner, collections
        self._assistant, self._toolbox, self._plan = assistant, toolbox, plan
        self._in_force = InForce(settings, lambda: self.assistant.searcher.embedder)

    @cached_property
    def toolbox(self) -> Toolbox:
        """The tools, with the problems of those that cannot be used."""
        return self._toolbox or Toolbox.load(self.settings)

    @cached_property
    def assistant(self) -> Assistant:
        """The answer pipeline."""
        from assistant.chat.pipeline import Assistant

        return self._assistant or Assistant(self.settings, invocations=open_invocations(self.settings))

    def plan(self, text: str, after: Sequence[Any] = ()) -> Any:
        """Return the plan for a text as it is, and call nothing.

        Raises:
            EtudeError: a model that plans cannot be loaded.

        """
        return self._planning(text, after)

    def run(
        self, thread: str, text: str, stop: threading.Event | None = None, asked: Asked | None = None
    ) -> Iterator[AgentEvent]:
        """Take a message of the person; see ``assistant.agent.events`` for what is yielded.

        A confirmation that the conversation waited for is withdrawn: the person went on with something else.

        Args:
            thread: the conversation, by an id of the caller's.
            text: as it was typed.
            stop: set it to stop; closing the iterator stops too.
            asked: with what it is answered.

        Raises:
            InputError: the text is empty or too long, another message of the conversation is at work, or the guardrail
                cannot be used. What goes wrong later is a `Failed` event.
            RecordsError: the database cannot be used.

        """
        question = check_question(text)
        with self._working(thread, stop, asked) as work:
            if is_stopped(self.settings):
                yield Stopped(STOPPED)
                return
            if self.pending(thread):
                for _ in work.resumed({"withdrawn": True}):
                    pass
            work.take_back()
            yield Thinking("Reading the message")
            assessment = work.guarding().question(question)
            if assessment and assessment.blocked:
                kept = work.guarding().masked(assessment)
                work.end(assessment.text, kept, ended="blocked")
                # The pipeline blocks it too, says why, and leaves the record of it.
                answer = work.answer(question)
                yield Answered(answer.text, answer)
                return
            yield Thinking("Choosing what to do")
            yield from work.begun(question, assessment.text if assessment else question)

    def decide(
        self,
        thread: str,
        confirmation_id: str,
        approved: bool,
        arguments: Mapping[str, Any] | None = None,
        stop: threading.Event | None = None,
        asked: Asked | None = None,
    ) -> Iterator[AgentEvent]:
        """Say yes or no to the confirmation that a conversation waits for, and go on.

        Args:
            thread: the conversation.
            confirmation_id: which confirmation it is.
            approved: whether to call the tool with exactly the arguments that were shown.
            arguments: other ones; they are never called at once, but become a confirmation of their own.
            stop: as in `run`.
            asked: as in `run`.

        Raises:
            InputError: the conversation does not wait for this confirmation, or it was decided before.
            RecordsError: the database cannot be used.

        """
        with self._working(thread, stop, asked) as work:
            waiting = self.pending(thread)
            if waiting is None or waiting.id != confirmation_id:
                raise InputError("This confirmation is not open in this conversation any more. Ask for it again.")
            if approved and is_stopped(self.settings):
                yield Stopped(STOPPED)
                return
            if not self._checkpoints.claim(waiting.id):
                raise InputError("This confirmation was decided before, and counts once. Ask for it again.")
            decision: dict[str, Any] = {"id": waiting.id, "digest": waiting.digest, "approved": approved}
            changed = (
                {} if arguments is None or dict(arguments) == dict(waiting.arguments) else {"arguments": arguments}
            )
            yield from work.resumed(decision | changed)

    def pending(self, thread: str) -> Confirmation | None:
        """Return the confirmation that a conversation waits for, if it does."""
        state = self._graph.get_state(self._config(thread))
        waiting = [one.value for task in state.tasks for one in task.interrupts]
        return from_payload(waiting[0]) if waiting else None

    def turns(self, thread: str) -> list[Turn]:
        """Return the turns of a conversation, for showing it again; empty where there is none."""
        return turns(self._messages(thread))

    def trace(self, thread: str) -> list[dict[str, Any]]:
        """Return everything that was checked, planned, called, seen and said, in Bedrock's shapes."""
        return trace_of(self.turns(thread), self.toolbox.tools, self.pending(thread))

    def forget(self, thread: str) -> None:
        """Delete a conversation."""
        self._checkpoints.forget(self._key(thread))

    def close(self) -> None:
        """Give the connections back."""
        if "_checkpoints" in self.__dict__:
            self._checkpoints.close()

    @contextmanager
    def _working(self, thread: str, stop: threading.Event | None, asked: Asked | None) -> Iterator[_Work]:
        """Work on a conversation, one at a time, whatever process it is in; what is left undone is stopped."""
        folder = self.settings.home / "agent" / "threads"
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"{folder} cannot be made ({error.strerror}). Free some space.") from error
        lock = FileLock(folder / f"{hashlib.sha256(self._key(thread).encode()).hexdigest()[:32]}.lock", timeout=0)
        try:
            lock.acquire()
        except Timeout as error:
            raise InputError("This conversation is at work on another message. Wait, or stop that one.") from error
        event = stop or threading.Event()
        try:
            yield _Work(self, thread, event, asked or Asked())
        except GeneratorExit:
            event.set()
            raise
        finally:
            lock.release()

    def _planning(self, text: str, after: Sequence[Any]) -> Any:
        if self._plan is None:
            from assistant.agent.planning import Planner

            self._plan = Planner(self.settings, self.toolbox).plan
        return self._plan(text, after)

    @cached_property
    def _checkpoints(self) -> Checkpoints:
        return Checkpoints(self.settings.database_url)

    @cached_property
    def _graph(self) -> CompiledStateGraph[Any, Any, Any, Any]:
        from langchain.agents import create_agent

        from assistant.agent.middleware import Answers, Calls, Switch
        from assistant.agent.model import PlannerModel
        from assistant.agent.state import State

        graph = create_agent(
            PlannerModel(plan=self._planning),
            self.toolbox.for_langchain(),
            middleware=[Switch(), Calls(self.toolbox.tools), Answers()],
            state_schema=State,
            context_schema=Context,
            checkpointer=self._checkpoints.saver,
        )
        return cast("CompiledStateGraph[Any, Any, Any, Any]", graph)

    def _messages(self, thread: str) -> list[Any]:
        return list(self._graph.get_state(self._config(thread)).values.get("messages", ()))

    def _config(self, thread: str) -> Any:
        limit = _STEPS_OF_GRAPH * (self.settings.agent.steps + 1)
        return {"configurable": {"thread_id": self._key(thread)}, "recursion_limit": limit}

    def _key(self, thread: str) -> str:
        """Return the id in the database: a conversation of somebody else cannot be named."""
        return f"{self.owner or ''}/{thread}"


class _Work:
    """One message, or one decision, on its way through the graph."""

    def __init__(self, agent: Agent, thread: str, stop: threading.Event, asked: Asked) -> None:
        self._agent, self._thread, self._stop, self._asked = agent, thread, stop, asked
        self._config = agent._config(thread)
        self._answer: Answer | None = None
        self._typed: dict[str, str] = {}

    def begun(self, typed: str, text: str) -> Iterator[AgentEvent]:
        """Begin a turn with what was typed, which is kept as the guardrail leaves it."""
        from langchain_core.messages import HumanMessage

        self._typed = {text: typed}
        yield from self._stream({"messages": [HumanMessage(content=text)], "masks": self._masks.dumps()})

    def resumed(self, decision: Mapping[str, Any]) -> Iterator[AgentEvent]:
        """Go on with a turn that waited."""
        from langgraph.types import Command

        yield from self._stream(Command(resume=dict(decision)))

    def take_back(self) -> None:
        """Take back the turn that this one replaces, and all after it."""
        from langchain_core.messages import RemoveMessage

        messages = self._agent._messages(self._thread)
        replaced = [
            at for at, one in enumerate(messages) if one.type == "human" and one.content == self._asked.replaces
        ]
        if self._asked.replaces and replaced:
            gone = [RemoveMessage(id=str(one.id)) for one in messages[replaced[-1] :]]
            self._agent._graph.update_state(self._config, {"messages": gone}, as_node="model")

    def end(self, words: str, said: str = "", *, ended: str) -> None:
        """Write down how a turn ended that did not come to its own end."""
        from langchain_core.messages import AIMessage, HumanMessage

        messages: list[Any] = [HumanMessage(content=said, **noting(blocked=True))] if said else []
        messages.append(AIMessage(content=words, **noting(ended=ended)))
        values = {"messages": messages, "masks": self._masks.dumps()}
        self._agent._graph.update_state(self._config, values, as_node="model")

    def guarding(self) -> Guarding:
        """Return what checks texts of this conversation."""
        return self._guarding

    def _stream(self, given: Any) -> Iterator[AgentEvent]:
        from assistant.agent.middleware import Halted

        stream = self._agent._graph.stream(
            given,
            self._config,
            context=self._context(),
            stream_mode=["custom", "updates"],
            durability="sync",
        )
        planned = False
        try:
            for mode, event in cast("Iterator[tuple[str, Any]]", stream):
                if mode == "updates":
                    for found in self._told(event):
                        planned = planned or isinstance(found, Planned)
                        yield found
                elif isinstance(event, tuple):
                    # The plan of an answer that begins now, before its words.
                    planned = True
                    yield _planned(event[1])
                elif isinstance(event, Answer):
                    self._answer = event
                else:
                    yield event
        except Halted as halted:
            self.end(str(halted), ended="stopped")
            yield Stopped(str(halted))
            return
        except EtudeError as error:
            self.end(str(error), ended="failed")
            yield Failed(str(error))
            return
        finally:
            stream.close()  # type: ignore[attr-defined]
        yield self._ending()

    def _told(self, update: Mapping[str, Any]) -> Iterator[AgentEvent]:
        """Yield what an update of the graph means to a person."""
        for node, values in update.items():
            if node == "__interrupt__" or not isinstance(values, Mapping):
                continue
            for message in values.get("messages", ()):
                kept = notes(message)
                if "plan" in kept and not kept.get("ordinary"):
                    yield _planned(kept["plan"])
                if message.type == "tool":
                    yield Observed(message.name, observation_of(message), refused=bool(kept.get("refused")))

    def _ending(self) -> AgentEvent:
        if asked := self._agent.pending(self._thread):
            return asked
        turn = self._agent.turns(self._thread)[-1]
        reply = turn.reply
        if self._stop.is_set() and not (self._answer and self._answer.text):
            return Stopped()
        answer = self._answer or (answer_of(reply) if reply else None)
        observations = tuple(observation_of(one) for one in turn.results)
        return Answered(str(reply.content) if reply else "", answer, observations, self._guarding.noted)

    def _context(self) -> Context:
        agent = self._agent
        context = Context(
            agent.settings,
            owner=agent.owner,
            stop=self._stop,
            searcher=lambda: agent.assistant.searcher,
            guarding=self.guarding,
            collections=tuple(self._collections or ()),
        )
        context.answering = self.answer
        return context

    def answer(self, question: str, tell: Callable[[Any], None] = lambda event: None) -> Answer:
        """Return the pipeline's answer to a question, telling what it says meanwhile."""
        agent = self._agent
        history = self._asked.history
        if history is None:
            history = [Said(one.question, one.text) for one in answers(agent._messages(self._thread))]
        answer: Answer | None = None
        for event in agent.assistant.answer(
            # It checks the question itself, and says what it found, and so it gets what was typed.
            self._typed.get(question, question),
            history,
            collections=self._collections,
            generation=self._asked.generation,
            stop=self._stop,
            masks=self._masks,
        ):
            tell(event)
            if isinstance(event, Answer):
                answer = event
        assert answer is not None
        return answer

    @property
    def _collections(self) -> Sequence[str] | None:
        return self._asked.collections if self._asked.collections is not None else self._agent.collections

    @cached_property
    def _guarding(self) -> Guarding:
        return self._agent._in_force.guarding(self._masks)

    @cached_property
    def _masks(self) -> Masks:
        from assistant.guardrails.pii import Masks

        if self._asked.masks is not None:
            return self._asked.masks
        saved = self._agent._graph.get_state(self._config).values.get("masks", "")
        return Masks.loads(saved) if saved else Masks()


def _planned(plan: Mapping[str, Any]) -> Planned:
    calls = tuple(PlannedCall(one["tool"], one["arguments"]) for one in plan["calls"])
    return Planned(calls, plan["rationale"], plan["milliseconds"])
