"""What is kept with each message of a conversation, beside its text: plain values, so that any database can hold it.

::

    HumanMessage    blocked
    AIMessage       plan (the first one of a turn), ordinary, answer, tokens, ended ("failed", "stopped", "blocked")
    ToolMessage     links, data, arguments, refused, withdrawn, minutes, tokens, confirmed
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from langchain_core.messages import AIMessage, AnyMessage, BaseMessage, HumanMessage, ToolMessage
from pydantic import TypeAdapter

from assistant.agent.tool import Link, Observation
from assistant.chat.events import Answer

_KEY = "etude"
_ANSWER = TypeAdapter(Answer)


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of the person, and what came of it."""

    said: HumanMessage
    behind: tuple[AnyMessage, ...]

    @property
    def plan(self) -> Mapping[str, Any] | None:
        """The plan, as `assistant.agent.model` keeps it; None where there was none."""
        return next((kept["plan"] for one in self.behind if "plan" in (kept := notes(one))), None)

    @property
    def results(self) -> list[ToolMessage]:
        """What the tools gave."""
        return [one for one in self.behind if isinstance(one, ToolMessage)]

    @property
    def calls(self) -> list[dict[str, Any]]:
        """The calls so far, with the arguments that counted in the end."""
        given = {one.tool_call_id: notes(one).get("arguments") for one in self.results}
        return [
            {"tool": call["name"], "arguments": given.get(str(call["id"])) or call["args"]}
            for one in self.behind
            if isinstance(one, AIMessage)
            for call in one.tool_calls
        ]

    @property
    def reply(self) -> AIMessage | None:
        """What was said to the person in the end; None as long as it has not ended."""
        last = self.behind[-1] if self.behind else None
        return last if isinstance(last, AIMessage) and not last.tool_calls else None

    @property
    def tokens(self) -> int:
        """What answers of this turn took."""
        return sum(int(notes(one).get("tokens", 0)) for one in self.behind)


def turns(messages: Sequence[BaseMessage]) -> list[Turn]:
    """Return the turns of a conversation."""
    places = [at for at, one in enumerate(messages) if isinstance(one, HumanMessage)]
    # One more end than beginnings where there are none.
    ends = [*places[1:], len(messages)]
    return [Turn(messages[at], tuple(messages[at + 1 : end])) for at, end in zip(places, ends, strict=False)]  # type: ignore[arg-type]


def notes(message: BaseMessage) -> dict[str, Any]:
    """Return what is kept with a message."""
    return dict(message.additional_kwargs.get(_KEY, {}))


def noting(**values: Any) -> dict[str, Any]:
    """Return the keyword arguments of a message that keep values with it."""
    return {"additional_kwargs": {_KEY: values}}


def observation_of(message: ToolMessage) -> Observation:
    """Return what a tool gave."""
    kept = notes(message)
    return Observation(
        str(message.content), tuple(Link(**link) for link in kept.get("links", ())), kept.get("data", {})
    )


def kept_observation(observation: Observation) -> dict[str, Any]:
    """Return an observation as it is kept, without its text."""
    return {"links": [asdict(link) for link in observation.links], "data": dict(observation.data)}


def kept_answer(answer: Answer) -> dict[str, Any]:
    """Return an answer as it is kept."""
    return dict(_ANSWER.dump_python(answer, mode="json"))


def answer_of(message: BaseMessage) -> Answer | None:
    """Return the pipeline's answer in a message, where it is one."""
    kept = notes(message).get("answer")
    return _ANSWER.validate_python(kept) if kept else None


def answers(messages: Sequence[BaseMessage]) -> Iterator[Answer]:
    """Yield the answers of a conversation that count as its history."""
    for message in messages:
        answer = answer_of(message)
        if answer and not (answer.blocked or answer.stopped):
            yield answer
