"""What the agent says while it works.

A caller iterates over ``Agent.run(...)`` or ``Agent.decide(...)``. It ends with exactly one of `Answered`, `Failed`,
`Stopped` or `Confirmation`; after the last the conversation waits, for as long as it has to, for ``Agent.decide``.
While a question is answered from the notes the ``Stage`` and ``Delta`` events of the answer pipeline come between.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from assistant.chat.events import Answer, Delta, Noted, Stage

if TYPE_CHECKING:
    from assistant.agent.tool import Cost, Observation


@dataclass(frozen=True, slots=True)
class Thinking:
    """The text is being checked, or planned from; ``words`` are ready to show."""

    words: str


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """A tool that is to be called, with arguments as they were planned."""

    tool: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Planned:
    """What is to be done, in order; nothing where the notes are asked, or the person is asked for something."""

    calls: tuple[PlannedCall, ...]
    rationale: str = ""
    milliseconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A call that a person has to say yes to.

    Args:
        id: of this confirmation; it can be decided once, in its own conversation.
        tool: what is to be called.
        arguments: all of them, as they were validated; what is confirmed is this and nothing else.
        cost: what it is expected to cost.
        digest: SHA-256 of tool and arguments in canonical JSON.
        words: the same, as it is shown to a person. The program wrote it, and no model.

    """

    id: str
    tool: str
    arguments: Mapping[str, Any]
    cost: Cost
    digest: str
    words: str


@dataclass(frozen=True, slots=True)
class Started:
    """A tool has begun, or the job that does its work was put in line."""

    tool: str
    job: str = ""


@dataclass(frozen=True, slots=True)
class Progressed:
    """How far a tool is, 0 to 1."""

    tool: str
    share: float
    words: str = ""


@dataclass(frozen=True, slots=True)
class Observed:
    """What a tool gave; ``refused`` says that it was not called, and the observation why."""

    tool: str
    observation: Observation
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """The end: what is said to the person.

    ``answer`` is the pipeline's where it is one, ``observations`` are those of the tools that were called, and
    ``noted`` is what the guardrail found in what was said.
    """

    text: str
    answer: Answer | None = None
    observations: tuple[Observation, ...] = field(default=())
    noted: tuple[Noted, ...] = ()


@dataclass(frozen=True, slots=True)
class Failed:
    """It could not be done; one sentence that says what to do."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """The person stopped it, or the stop-all switch did."""

    sentence: str = "Stopped."


AgentEvent = (
    Thinking | Planned | Confirmation | Started | Progressed | Observed | Stage | Delta | Answered | Failed | Stopped
)
ENDS = (Confirmation, Answered, Failed, Stopped)
"""What a run ends with."""
