"""Answers a multiple-choice question: what the notes say and what the model holds, weighed together.

`Solver.solve` is the door. For each option it joins

- **signs** of the notes (``assistant.exam.evidence``): how well passages link the option with the stem;
- **closed**: the language model's log-probability of the option's letter, without notes;
- **open**: the same with the best passages in front, cut to their most relevant sentences; read only where the first
  reading is unsure, and otherwise equal to it.

Where several options are right, the model is asked of each option whether it is among them (**each**, log-odds of Yes),
as the probabilities of one letter say little of the second best.

What is asked, read and said passes the guardrail of the settings, as in the chat (``assistant.exam.guarded``).

They are joined by a conditional logit (McFadden 1974) whose weights were fitted on the dev part of the bank by
``python -m eval.bench.exam --fit``; ``eval/data/README.md`` has the figures. The prompts begin with worked examples,
which are read once a process and cost nothing later.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cached_property, partial

from langchain_core.language_models.chat_models import BaseChatModel

from assistant.chat.guarding import Guarding, InForce
from assistant.exam.asked import Asked
from assistant.exam.choice import READING, normalized, option_logprobs, yes_log_odds
from assistant.exam.evidence import Evidence, context, gather
from assistant.exam.guarded import check, check_claims, keep_clean
from assistant.exam.solution import Solution, cite
from assistant.guardrails.pii import Masks
from assistant.models.ask import EXAM_SLOT, SEVERAL_SLOT
from assistant.models.chat import make_chat_model
from assistant.models.embedded import EmbeddedChat
from assistant.prompts import PromptLibrary, PromptTemplate
from assistant.records.invocations import Invocations
from assistant.records.recorded import INTERVENED, Call, recorded
from assistant.rooms import open_searcher
from assistant.settings import Settings
from knowledge.search import Filter, Searcher

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
        self._in_force = InForce(settings, lambda: self.searcher.embedder)
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
            InputError: there is no guardrail as the settings name it, or its document is not valid.
            KnowledgeError: nothing is synced, or the index cannot be used.
            ModelError: the model is missing, damaged, or broke off.

        """
        # Loading is not part of the time of a question.
        _ = (self.searcher, self.chat if asked.choose == 1 else self._several_chat, self._warm_guardrail)
        began = time.perf_counter()
        guarding = self._in_force.guarding(Masks())
        asked, blocked = check(asked, guarding)
        if blocked:
            with self._recorded(self._prompt if asked.choose == 1 else self._several, guarding) as call:
                call.stopped(INTERVENED)
            return Solution(asked, blocked=blocked, noted=guarding.noted, seconds=time.perf_counter() - began)
        evidence = self._gather(asked, collections, guarding)
        said = check_claims(evidence.claims, guarding)
        signs = self._signs(asked, evidence, guarding, cancelled)
        probabilities = weigh(signs, WEIGHTS if asked.choose == 1 else SEVERAL)
        answer = choose(probabilities, asked.choose)
        citations, notes = cite(evidence.claims, said, answer)
        return Solution(
            asked=asked,
            answer=answer,
            probabilities=probabilities,
            covered=covers(evidence),
            notes=notes,
            citations=tuple(map(guarding.citation, citations)),
            seconds=time.perf_counter() - began,
            noted=guarding.noted,
            dropped=evidence.dropped,
        )

    def read(
        self, asked: Asked, collections: Sequence[str] = (), cancelled: threading.Event | None = None
    ) -> tuple[Evidence, dict[str, dict[str, float]]]:
        """Return what the notes say, and the signs of each option before they are weighed, of a question as it stands.

        Raises:
            KnowledgeError: nothing is synced, or the index cannot be used.
            ModelError: the model is missing, damaged, or broke off.

        """
        guarding = self._in_force.guarding(Masks())
        evidence = self._gather(asked, collections, guarding)
        return evidence, self._signs(asked, evidence, guarding, cancelled)

    @cached_property
    def _warm_guardrail(self) -> None:
        self._in_force.warm()

    def _gather(self, asked: Asked, collections: Sequence[str], guarding: Guarding) -> Evidence:
        return gather(self.searcher, asked, Filter(tuple(collections)), partial(keep_clean, guarding=guarding))

    def _signs(
        self, asked: Asked, evidence: Evidence, guarding: Guarding, cancelled: threading.Event | None
    ) -> dict[str, dict[str, float]]:
        read = self._read_letter if asked.choose == 1 else self._read_each
        found = read(asked, evidence, guarding, cancelled)
        return {letter: {**claim.signs, **found[letter]} for letter, claim in evidence.claims.items()}

    def _read_letter(
        self, asked: Asked, evidence: Evidence, guarding: Guarding, cancelled: threading.Event | None
    ) -> dict[str, dict[str, float]]:
        letters = list(asked.options)

        def read(given: Mapping[str, str]) -> dict[str, float]:
            with self._recorded(self._prompt, guarding) as call:
                return option_logprobs(self.chat, self._prompt.messages(**given), letters, cancelled, call=call)

        closed = read(variables(asked))
        sure = math.exp(max(closed.values())) >= SURE
        opened = closed if sure else read(self._with_notes(asked, evidence))
        return {letter: {"open": opened[letter], "closed": closed[letter]} for letter in letters}

    def _read_each(
        self, asked: Asked, evidence: Evidence, guarding: Guarding, cancelled: threading.Event | None
    ) -> dict[str, dict[str, float]]:
        # Only the last words differ between the options: what stands before them is read once.
        given, chat = self._with_notes(asked, evidence), self._several_chat

        def read(letter: str) -> float:
            with self._recorded(self._several, guarding) as call:
                messages = self._several.messages(**given, letter=letter)
                return yes_log_odds(chat, messages, cancelled, SEVERAL_SLOT, call)

        return {letter: {"each": read(letter)} for letter in asked.options}

    def _recorded(self, prompt: PromptTemplate, guarding: Guarding) -> AbstractContextManager[Call]:
        return recorded(
            self._invocations,
            "exam",
            self.settings.model_in_use,
            prompt=prompt,
            parameters=READING,
            findings=guarding.unrecorded,
        )

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
