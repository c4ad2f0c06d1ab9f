"""Answers a multiple-choice question: what the notes say and what the model holds, weighed together.

`Solver.solve` is the door. For each option it joins

- **signs** of the notes (``assistant.exam.evidence``): how well passages link the option with the stem;
- **closed**: the language model's log-probability of the option's letter, without notes;
- **open**: the same with the best passages in front, cut to their most relevant sentences; read only where the first
  reading is unsure, and otherwise equal to it.

Where several options are right, the model is asked of each option whether it is among them (**each**, log-odds of Yes),
as the probabilities of one letter say little of the second best.

They are joined by a conditional logit (McFadden 1974) whose weights were fitted on the dev part of the bank by
``python -m eval.bench.exam --fit``; ``eval/data/README.md`` has the figures. The prompts begin with worked examples,
which are read once a process and cost nothing later.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from langchain_core.language_models.chat_models import BaseChatModel

from assistant.chat.events import Citation
from assistant.exam.asked import Asked
from assistant.exam.choice import normalized, option_logprobs, yes_log_odds
from assistant.exam.evidence import Claim, Evidence, context, gather
from assistant.models.ask import EXAM_SLOT, SEVERAL_SLOT
from assistant.models.chat import make_chat_model
from assistant.models.embedded import EmbeddedChat
from assistant.prompts import PromptLibrary
from assistant.records.invocations import Invocations
from assistant.records.recorded import recorded
from assistant.rooms import open_searcher
from assistant.settings import Settings
from knowledge.search import Filter, Searcher
from knowledge.store import sentence_texts

WEIGHTS: Mapping[str, float] = {
    "open": 0.79,
    "closed": 0.72,
    "search": 2.74,
    "covered": 7.56,
    "linked": 4.25,
    "first": 0.89,
}
"""Log-odds a unit of each sign, fitted on 131 dev questions with one answer."""
SEVERAL: Mapping[str, float] = {"each": 1.0, "search": 0.55, "covered": 1.9, "linked": 0.65, "first": 0.3}
"""The same where several options are right: round figures, which a half or a double of the signs' changes by a question
or two of 43 dev ones."""
READ_TOKENS, LEAST_NOTES = 250, 90
"""Tokens of question and notes together, and of notes at least; two CPU cores read about 65 tokens a second."""
SURE = 0.6
"""Probability from which the reading without notes stands alone. Of 131 dev questions 57 are above, and 55 of these are
right; read with notes, 52 of them are."""
COVERED = 0.34
"""Search score of the best passage for stem and option from which the notes count as covering a question. Of the dev
questions of the bank 99 % are above it; of 16 general ones 14 are below, and two on other clouds above."""


@dataclass(frozen=True, slots=True)
class OptionNote:
    """What the notes say of one option.

    ``text`` is empty where they do not name it; ``marker`` is the number of its citation; ``line`` counts from 1.
    """

    text: str
    section: tuple[str, ...]
    file: str
    line: int
    marker: int
    right: bool


@dataclass(frozen=True, slots=True)
class Solution:
    """The answer to a question.

    ``answer`` are letters, ``probabilities`` 0 to 1 by letter and sum to 1, ``covered`` says whether the notes say
    something about the question, ``seconds`` is how long it took.
    """

    id: str
    answer: tuple[str, ...]
    probabilities: Mapping[str, float]
    covered: bool
    notes: Mapping[str, OptionNote]
    citations: tuple[Citation, ...]
    seconds: float


class Solver:
    """Answers questions with the chat model of the settings; safe to share between threads.

    The notes are the synced ones, unless a searcher over others is given; with ``invocations``, calls to the model are
    recorded there.
    """

    def __init__(
        self, settings: Settings, *, searcher: Searcher | None = None, invocations: Invocations | None = None
    ) -> None:
        self.settings = settings
        self._searcher = searcher
        self._invocations = invocations
        library = PromptLibrary.of(settings)
        self._prompt = library.load("choice")
        self._several = library.load("choice-several")

    @cached_property
    def searcher(self) -> Searcher:
        """Search over the notes, with its model loaded."""
        searcher = self._searcher or open_searcher(self.settings)
        searcher.warm()
        return searcher

    @cached_property
    def chat(self) -> BaseChatModel:
        """The language model, which has read the worked examples, from the disk when it did so in an earlier run."""
        chat = make_chat_model(self.settings)
        if isinstance(chat, EmbeddedChat):
            chat.read_ahead(self._prompt.prefix(), EXAM_SLOT)
        return chat

    @cached_property
    def _several_chat(self) -> BaseChatModel:
        """The same model, which has read the examples for several answers too; not every user asks such questions."""
        if isinstance(self.chat, EmbeddedChat):
            self.chat.read_ahead(self._several.prefix(), SEVERAL_SLOT)
        return self.chat

    def solve(
        self, asked: Asked, collections: Sequence[str] = (), cancelled: threading.Event | None = None
    ) -> Solution:
        """Answer one question.

        Args:
            asked: the question.
            collections: which notes to search; none is all.
            cancelled: set it to stop; what is known by then is the answer.

        Raises:
            KnowledgeError: nothing is synced, or the index cannot be used.
            ModelError: the model is missing, damaged, or broke off.

        """
        # Loading is not part of the time of a question.
        _ = (self.searcher, self.chat if asked.choose == 1 else self._several_chat)
        began = time.perf_counter()
        evidence, signs = self.read(asked, collections, cancelled)
        probabilities = weigh(signs, WEIGHTS if asked.choose == 1 else SEVERAL)
        answer = choose(probabilities, asked.choose)
        citations, notes_by_letter = _cite(evidence.claims, answer)
        return Solution(
            id=asked.id,
            answer=answer,
            probabilities=probabilities,
            covered=covers(evidence),
            notes=notes_by_letter,
            citations=citations,
            seconds=time.perf_counter() - began,
        )

    def read(
        self, asked: Asked, collections: Sequence[str] = (), cancelled: threading.Event | None = None
    ) -> tuple[Evidence, dict[str, dict[str, float]]]:
        """Return what the notes say, and the signs of each option before they are weighed.

        Raises:
            KnowledgeError: nothing is synced, or the index cannot be used.
            ModelError: the model is missing, damaged, or broke off.

        """
        evidence = gather(self.searcher, asked, Filter(tuple(collections)))
        signs = {letter: dict(claim.signs) for letter, claim in evidence.claims.items()}
        read, prompt = (self._read_letter, self._prompt) if asked.choose == 1 else (self._read_each, self._several)
        with recorded(self._invocations, "exam", self.settings.model_in_use, prompt=prompt):
            for letter, found in read(asked, evidence, cancelled).items():
                signs[letter] |= found
        return evidence, signs

    def _read_letter(
        self, asked: Asked, evidence: Evidence, cancelled: threading.Event | None
    ) -> dict[str, dict[str, float]]:
        letters = list(asked.options)
        closed = option_logprobs(self.chat, self._prompt.messages(**variables(asked)), letters, cancelled)
        opened = closed
        if math.exp(max(closed.values())) < SURE:
            given = self._with_notes(asked, evidence)
            opened = option_logprobs(self.chat, self._prompt.messages(**given), letters, cancelled)
        return {letter: {"open": opened[letter], "closed": closed[letter]} for letter in letters}

    def _read_each(
        self, asked: Asked, evidence: Evidence, cancelled: threading.Event | None
    ) -> dict[str, dict[str, float]]:
        # Only the last words differ between the options: what stands before them is read once.
        given, chat = self._with_notes(asked, evidence), self._several_chat
        return {
            letter: {
                "each": yes_log_odds(chat, self._several.messages(**given, letter=letter), cancelled, SEVERAL_SLOT)
            }
            for letter in asked.options
        }

    def _with_notes(self, asked: Asked, evidence: Evidence) -> dict[str, str]:
        """Return the variables of a prompt with as much of the best passages as there is time to read."""
        count = self.searcher.count_tokens
        question = variables(asked)
        room = READ_TOKENS - count(f"{question['stem']}\n{question['options']}")
        return variables(asked, context(evidence, max(room, LEAST_NOTES), count))


def choose(values: Mapping[str, float], count: int) -> tuple[str, ...]:
    """Return the letters of the ``count`` highest values, in order of the letters."""
    return tuple(sorted(sorted(values, key=lambda letter: -values[letter])[:count]))


def weigh(signs: Mapping[str, Mapping[str, float]], weights: Mapping[str, float] = WEIGHTS) -> dict[str, float]:
    """Return the probability of each option from its signs."""
    values = {
        letter: sum(weight * own.get(name, 0.0) for name, weight in weights.items()) for letter, own in signs.items()
    }
    return {letter: math.exp(value) for letter, value in normalized(values).items()}


def covers(evidence: Evidence) -> bool:
    """Say whether the notes say something about a question."""
    return max((claim.signs["search"] for claim in evidence.claims.values()), default=0.0) >= COVERED


def variables(asked: Asked, notes: str = "") -> dict[str, str]:
    """Return the variables of the prompt; ``notes`` are lines, empty for none."""
    options = "\n".join(f"{letter}. {' '.join(text.split())}" for letter, text in asked.options.items())
    return {"notes": f"Notes:\n{notes}\n\n" if notes else "", "stem": asked.stem.strip(), "options": options}


def _cite(claims: Mapping[str, Claim], answer: Sequence[str]) -> tuple[tuple[Citation, ...], dict[str, OptionNote]]:
    """Number the passages that speak of the options, those of the answer first."""
    used: dict[str, list[int]] = {}
    passages: dict[str, Claim] = {}
    for letter in [*answer, *(letter for letter in claims if letter not in answer)]:
        if best := claims[letter].best:
            used.setdefault(best.hit.chunk.id, []).append(best.number)
            passages.setdefault(best.hit.chunk.id, claims[letter])
    markers = {chunk_id: number for number, chunk_id in enumerate(used, 1)}
    citations = tuple(_citation(markers[chunk_id], claim, used[chunk_id]) for chunk_id, claim in passages.items())
    notes = {
        letter: OptionNote(
            text=claim.best.words if claim.best else "",
            section=claim.best.hit.chunk.heading if claim.best else (),
            file=claim.best.hit.chunk.file if claim.best else "",
            line=claim.best.hit.chunk.start_line if claim.best else 0,
            marker=markers[claim.best.hit.chunk.id] if claim.best else 0,
            right=letter in answer,
        )
        for letter, claim in claims.items()
    }
    return citations, notes


def _citation(marker: int, claim: Claim, numbers: Sequence[int]) -> Citation:
    assert claim.best is not None  # only claims with a sentence are numbered
    hit = claim.best.hit
    spans = sentence_texts(hit.chunk)
    return Citation(
        marker=marker,
        collection=hit.collection,
        file=hit.chunk.file,
        heading=hit.chunk.heading,
        start_line=hit.chunk.start_line,
        end_line=hit.chunk.end_line,
        text=hit.chunk.text,
        used=tuple(spans[number][:2] for number in sorted(set(numbers)) if number < len(spans)),
    )
