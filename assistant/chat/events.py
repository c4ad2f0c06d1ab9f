"""What the answer pipeline says while it works: stages, words, and the finished answer.

A caller iterates over ``Assistant.answer(...)``: some `Stage` events, then `Delta` events whose texts joined are what a
person reads (citation markers included), then exactly one `Answer`. When ``Answer.text`` differs from the joined
deltas (the answer was withdrawn), show ``Answer.text``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from assistant.guardrails.findings import Action, PolicyName, Source

StageName = Literal["queued", "loading", "rewriting", "searching", "reading", "writing", "planning", "working"]
StepState = Literal["waiting", "done", "refused", "declined", "failed", "stopped"]


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the pipeline has begun; ``detail`` is ready to show ("Searching 412 passages")."""

    name: StageName
    detail: str


@dataclass(frozen=True, slots=True)
class Delta:
    """The next words of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Citation:
    """A passage that supports at least one sentence of the answer.

    ``marker`` is the number in the answer's text (``[1]``); lines count from 1, both ends included. ``used`` holds
    character spans of ``text`` (start included, end excluded), the sentences that support the answer.
    """

    marker: int
    collection: str
    file: str
    heading: tuple[str, ...]
    start_line: int
    end_line: int
    text: str
    used: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Nearest:
    """A heading close to a question that the notes do not cover; an ``empty`` one has nothing under it."""

    file: str
    heading: tuple[str, ...]
    empty: bool = False


@dataclass(frozen=True, slots=True)
class Dropped:
    """A passage that the guardrail kept from the model, and ``why``; lines as in `Citation`."""

    collection: str
    file: str
    heading: tuple[str, ...]
    start_line: int
    end_line: int
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Noted:
    """How often the guardrail found one kind of thing, where, and what it did; the words it matched are left out.

    Names are those of `assistant.guardrails.findings.Finding`.
    """

    source: Source
    policy: PolicyName
    kind: str
    action: Action
    count: int = 1


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the web page; ``address`` is its query string, and ``kind`` what is found there (a piece, an exam)."""

    title: str
    kind: str
    address: str


@dataclass(frozen=True, slots=True)
class Step:
    """A tool that the agent called on the way to an answer, or that waits for a yes.

    ``text`` is what came of it, or, while it waits, what is to be confirmed; ``confirmation`` is the id of that.
    """

    tool: str
    arguments: Mapping[str, Any]
    state: StepState
    text: str = ""
    places: tuple[Place, ...] = ()
    confirmation: str = ""


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds from the moment the question was accepted."""

    retrieve: float = 0.0
    first_token: float | None = None
    total: float = 0.0


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of the language model; ``cached_tokens`` of the prompt did not have to be read again."""

    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """The end of the pipeline.

    ``standalone`` is the question as it was searched (a follow-up is rewritten), ``refused`` says that the notes do
    not cover it, ``stopped`` that the person stopped the answer, ``cut`` that it reached the length limit, ``blocked``
    that the guardrail stopped the question or the answer. ``question`` and ``text`` are masked where it masks.
    ``doubtful`` are character spans of ``text``: sentences that no passage supports, by the guardrail's threshold.
    ``invocations`` are the ids of the records of the calls to the model, as far as they were kept. ``steps`` are the
    tools that an agent called, and ``rationale`` is why.
    """

    question: str
    standalone: str
    text: str
    refused: bool = False
    stopped: bool = False
    cut: bool = False
    citations: tuple[Citation, ...] = ()
    nearest: tuple[Nearest, ...] = ()
    timings: Timings = field(default_factory=Timings)
    usage: Usage = field(default_factory=Usage)
    blocked: bool = False
    noted: tuple[Noted, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    doubtful: tuple[tuple[int, int], ...] = ()
    invocations: tuple[int, ...] = ()
    steps: tuple[Step, ...] = ()
    rationale: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question and its answer, as history for the next question."""

    question: str
    answer: str


Event = Stage | Delta | Answer
