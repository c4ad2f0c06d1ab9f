"""What is asked, what a system gave for it, and how that scored: the rows of every run, as JSON lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Span(_Row):
    """A piece of personal data in a prompt, in characters; ``type`` is Bedrock's, None for one that it lacks."""

    start: int
    end: int
    type: str | None = None


class Called(_Row):
    """A tool with its arguments; those of ``optional`` may as well be left out."""

    tool: str
    arguments: dict[str, Any] = Field(default_factory=dict)
    optional: tuple[str, ...] = ()


class Planned(_Row):
    """What is to be called; ``asks`` names the tool that lacks something, so that the person has to be asked.

    ``earlier`` are the arguments of the call before, which words such as "slower" start from.
    """

    calls: tuple[Called, ...] = ()
    asks: str = ""
    earlier: dict[str, Any] = Field(default_factory=dict)


class Sample(_Row):
    """One question with everything that is known about it.

    ``gold`` names the sections that hold the answer: an id of an outline (``{#id}`` behind a heading), or
    ``file#heading`` where the notes have none. ``must`` are groups of lower-case alternatives, one of each of which a
    right answer has. ``key`` are the right letters of ``options``. ``of`` is the id of the sample that this one says
    in other words. ``notes`` says which notes it is asked of: ``shipped``, ``given`` (those that a run names) or, where
    it is empty, both. ``source`` says what the prompt is to a guardrail (INPUT, OUTPUT or DOCUMENT), and ``spans`` the
    personal data in it. ``after`` are earlier turns of the person, and ``planned`` what an agent should call.
    """

    id: str
    prompt: str
    references: tuple[str, ...] = ()
    category: str = ""
    answerable: bool | None = None
    must: tuple[tuple[str, ...], ...] = ()
    gold: tuple[str, ...] = ()
    options: Mapping[str, str] = Field(default_factory=dict)
    key: tuple[str, ...] = ()
    choose: int = 1
    of: str = ""
    notes: str = ""
    source: str = ""
    spans: tuple[Span, ...] = ()
    after: tuple[str, ...] = ()
    planned: Planned | None = None

    @property
    def question(self) -> str:
        """What this sample asks, in whatever words: the id of the sample that it says in other words, or its own."""
        return self.of or self.id


class Passage(_Row):
    """A passage that a system found, in its order; ``section`` is named as in ``Sample.gold``."""

    section: str
    text: str = ""
    # Matrix products differ in the eighth digit from one process to the next; equal runs are to look equal.
    score: Annotated[float, AfterValidator(lambda score: round(score, 6))] | None = None


class Cited(_Row):
    """A passage that an answer cites as ``[marker]``."""

    marker: int
    section: str
    text: str = ""


class Output(_Row):
    """What a system gave for a sample; ``error`` says why it gave nothing.

    ``passages`` are best first; ``read`` says how many of them the model read, and is None where it read all of them.
    ``letters`` and ``probabilities`` answer a multiple-choice question. ``seconds`` and ``first_token`` count from the
    question, ``memory`` is the peak of this process in MiB, ``tokens_in`` and ``tokens_out`` are the language model's.
    ``spans`` are the personal data that was found in the prompt. ``calls`` are the tools that an agent would call, and
    ``question`` what it asks the person.
    """

    prediction: str = ""
    refused: bool = False
    passages: tuple[Passage, ...] = ()
    read: int | None = None
    citations: tuple[Cited, ...] = ()
    letters: tuple[str, ...] = ()
    probabilities: Mapping[str, float] = Field(default_factory=dict)
    seconds: float | None = None
    first_token: float | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    memory: float | None = None
    spans: tuple[Span, ...] = ()
    calls: tuple[Called, ...] = ()
    question: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """A sample and what a system gave for it: what metrics look at."""

    sample: Sample
    output: Output


def passages_read(output: Output) -> tuple[Passage, ...]:
    """Return the passages that the model read, best first."""
    return output.passages[: output.read]
