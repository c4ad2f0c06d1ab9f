"""The answer pipeline: check -> (rewrite) -> search -> screen -> enough? -> prompt -> stream -> cite -> gate -> answer.

The guardrail stands at three places: it reads the question before anything else does, the passages before the model,
and the words of the answer, sentence by sentence, before anybody sees them.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage

from assistant.chat.cite import Citer
from assistant.chat.coverage import (
    NOT_IN_NOTES,
    Signs,
    covered_after_reading,
    covered_by_search,
    covered_when_written,
    read_signs,
    with_denial,
)
from assistant.chat.events import Answer, Delta, Dropped, Event, Nearest, Stage, Timings, Turn, Usage
from assistant.chat.guarding import Guarding, InForce
from assistant.chat.passages import Passage, choose_passages, prompt_text
from assistant.chat.question import check_question, leans_on_history, stand_alone
from assistant.guardrails.guardrail import Guardrail
from assistant.models.ask import ANSWER_SLOT, SIDE_SLOT, first_token_probability, stream
from assistant.models.chat import make_chat_model
from assistant.models.embedded import EmbeddedChat
from assistant.prompts import PromptLibrary, PromptTemplate
from assistant.prompts.reply import Shown
from assistant.records.recorded import INTERVENED, Call, recorded
from assistant.rooms import open_searcher
from assistant.settings import DEFAULT_MODEL, Generation, Settings
from knowledge.search import EmptyHeading, Filter, Hit, Searcher, nearest_headings

if TYPE_CHECKING:
    from assistant.guardrails.pii import Masks
    from assistant.records.invocations import Invocations

_SEARCHED = 8
_REWRITING: Mapping[str, Any] = {"max_tokens": 60, "temperature": 0.0}


class Assistant:
    """Answers questions from the synced notes. One instance serves every thread of a process.

    Args:
        settings: name the models and how answers are written.
        searcher: other notes than the synced ones.
        prompt: a template with the variables of ``answer``, as ``ID`` or ``ID@VERSION``; a person's own ones count.
        invocations: where calls to the model are recorded; nowhere by default.

    """

    def __init__(
        self,
        settings: Settings,
        *,
        searcher: Searcher | None = None,
        prompt: str = "answer",
        invocations: Invocations | None = None,
    ) -> None:
        self.settings = settings
        self._searcher = searcher
        self._invocations = invocations
        self._in_force = InForce(settings, lambda: self.searcher.embedder)
        library = PromptLibrary.of(settings)
        self._prompt = library.load(prompt)
        self._rewrite = library.load("rewrite")

    @cached_property
    def searcher(self) -> Searcher:
        """Search over the notes; opening it finds the embedding model."""
        return self._searcher or open_searcher(self.settings)

    @property
    def guardrail(self) -> Guardrail | None:
        """What questions, passages and answers must pass, as its document is now; None where nothing is checked.

        Raises:
            InputError: there is no guardrail as the settings name it, or its document is no longer valid.

        """
        return self._in_force.guardrail

    def chat(self, generation: Generation | None = None) -> BaseChatModel:
        """Return the chat model for these generation settings; the weights are loaded once a process."""
        return make_chat_model(self.settings, generation)

    def warm(self) -> None:
        """Load both models and read the part of the prompt that never changes.

        Raises:
            ModelError: a model is missing or damaged.
            KnowledgeError: the notes or their index cannot be used.

        """
        failed: list[Exception] = []

        def load_chat() -> None:
            try:
                chat = self.chat()
                if isinstance(chat, EmbeddedChat):
                    chat.read_ahead(self._prompt.prefix(), ANSWER_SLOT)
            except Exception as error:  # noqa: BLE001 - raised again below, in the caller's thread
                failed.append(error)

        # llama.cpp loads in native code while torch imports.
        other = threading.Thread(target=load_chat, name="load the language model")
        other.start()
        try:
            self.searcher.warm()
            self._in_force.warm()
        finally:
            other.join()
        if failed:
            raise failed[0]

    def answer(
        self,
        question: str,
        history: Sequence[Turn] = (),
        *,
        collections: Sequence[str] | None = None,
        generation: Generation | None = None,
        stop: threading.Event | None = None,
        masks: Masks | None = None,
    ) -> Iterator[Event]:
        """Answer one question; see ``assistant.chat.events`` for what is yielded.

        Args:
            question: as it was typed.
            history: earlier turns of the conversation, oldest first.
            collections: which to search; None or nothing is all.
            generation: how the model writes; None is the settings' own. What is not set in it is the template's.
            stop: set it to stop; closing the iterator stops too.
            masks: the conversation's placeholders, so that one masked value has the same in all of it.

        Raises:
            InputError: the question is empty or too long, or there is no guardrail as the settings name it.
            KnowledgeError: nothing is synced, or the index cannot be used.
            ModelError: the model is missing, damaged, or broke off.

        """
        asked = check_question(question)
        guarding = self._in_force.guarding(masks)
        assessment = guarding.question(asked)
        run = _Run(
            # Only what a guardrail left of the question goes on: to the search, the model, the page and the records.
            asked if assessment is None or assessment.blocked else assessment.text,
            tuple(history),
            Filter(tuple(collections or ())),
            stop or threading.Event(),
            guarding,
        )
        if assessment and assessment.blocked:
            run.question = run.standalone = guarding.masked(assessment)
            with self._answering(run, self.settings.generation) as call:
                call.stopped(INTERVENED)
            yield run.finish(text=assessment.text, blocked=True)
            return
        generation = self._prompt.generation(generation or self.settings.generation)
        size = self.searcher.size(run.where)
        yield Stage("loading", "Loading the language model")
        chat = self.chat(generation)
        if getattr(chat, "busy", False):
            yield Stage("queued", "Waiting for another answer to finish")
        if leans_on_history(run.question, run.history):
            yield Stage("rewriting", "Reading the question with the one before")
            tokens = self.settings.retrieval.history_tokens
            write = partial(self._rewritten, run, chat)
            run.standalone = stand_alone(run.question, run.history, tokens, self._rewrite, write)
        if run.stop.is_set():
            yield run.finish(stopped=True)
            return
        yield Stage("searching", f"Searching {size:,} passages")
        found = self.retrieve(run.standalone, run.where, chat, guarding)
        run.timings = replace(run.timings, retrieve=run.elapsed())
        if not found.passages or not covered_by_search(found.signs):
            run.dropped = found.dropped
            yield run.refuse(found)
            return
        yield Stage("reading", found.describe())
        yield from self._write(run, chat, generation, found)

    def retrieve(
        self, question: str, where: Filter, chat: BaseChatModel | None, guarding: Guarding | None = None
    ) -> Retrieved:
        """Search, choose the passages that the model will read, and measure how well they fit the question.

        The budget is counted in the model's tokens where it is embedded, else in those of the embedding model.
        """
        limits = self.settings.retrieval
        hits = self.searcher.search(question, max(_SEARCHED, limits.passages), where)
        hits, dropped = guarding.passages(hits) if guarding else (hits, ())
        count = chat.get_num_tokens if isinstance(chat, EmbeddedChat) else self.searcher.count_tokens
        passages = choose_passages(hits, limits.passages, limits.passage_tokens, count)
        empty = self.searcher.empty_headings(question, where)
        signs = read_signs(question, [passage.hit for passage in passages], self.searcher.rarity(), empty)
        return Retrieved(hits, empty, passages, signs, dropped)

    def _write(self, run: _Run, chat: BaseChatModel, generation: Generation, found: Retrieved) -> Iterator[Event]:
        run.dropped = found.dropped
        messages = self._prompt.messages(**found.variables(run.standalone))
        citer = Citer(run.standalone, found.passages, self.searcher.embedder)
        signs = found.signs
        replies = stream(
            chat, messages, stop=generation.stop, slot=ANSWER_SLOT, cancelled=run.stop, logprobs=True, top_logprobs=20
        )
        refused = False
        shown = Shown(self._prompt.answer_after)
        gate = run.guarding.gate(run.standalone, found.passages, [turn.question for turn in run.history])
        held = ""
        with self._answering(run, generation) as call, closing(replies):
            for reply in call.listen(replies):
                run.hear(reply)
                if run.timings.first_token is None and reply.text:
                    run.timings = replace(run.timings, first_token=run.elapsed())
                    signs = with_denial(signs, self._denial(reply))
                    if not covered_after_reading(signs):
                        break
                    yield Stage("writing", "Writing")
                held += "".join(citer.add(shown.add(str(reply.text))))
                if not denies(citer.text):
                    if words := gate.add(held):
                        yield Delta(words)
                    held = ""
                if gate.blocked:
                    break
            if not run.stop.is_set() and not gate.blocked:
                held += "".join(citer.finish())
                refused = denies(citer.text) or not citer.citations() or not covered_when_written(signs, citer.support)
            if not refused and (words := gate.add(held) + gate.finish()):
                yield Delta(words)
            run.guarding.note("OUTPUT", gate.findings)
            if gate.blocked:
                call.stopped(INTERVENED)
        if refused:
            yield run.refuse(found)
            return
        yield run.finish(
            text=gate.text,
            citations=() if gate.blocked else run.guarding.cited(gate.text, citer.citations()),
            stopped=run.stop.is_set() and not gate.blocked,
            blocked=gate.blocked,
            doubtful=tuple(gate.marked),
        )

    def _rewritten(self, run: _Run, chat: BaseChatModel, messages: Sequence[BaseMessage]) -> str:
        replies = stream(chat, messages, slot=SIDE_SLOT, cancelled=run.stop, **_REWRITING)
        with self._recorded(run, "rewrite", self._rewrite, _REWRITING) as call:
            return "".join(str(reply.text) for reply in call.listen(replies))

    def _answering(self, run: _Run, generation: Generation) -> AbstractContextManager[Call]:
        return self._recorded(run, "answer", self._prompt, generation.model_dump(mode="json"))

    @contextmanager
    def _recorded(
        self, run: _Run, operation: str, prompt: PromptTemplate, parameters: Mapping[str, Any]
    ) -> Iterator[Call]:
        """Record a call and keep its id for the answer."""
        with recorded(
            self._invocations,
            operation,
            self.settings.model_in_use,
            prompt=prompt,
            parameters=parameters,
            findings=run.guarding.unrecorded,
        ) as call:
            yield call
        if call.id is not None:
            run.invocations += (call.id,)

    def _denial(self, reply: AIMessageChunk) -> float | None:
        """Return how likely the model finds a denial; only the model that this was measured on is believed.

        Where it reasons first, its first token says nothing of that.
        """
        measured = self.settings.model == DEFAULT_MODEL and not self._prompt.answer_after
        return first_token_probability(reply, NOT_IN_NOTES) if measured else None


def denies(text: str) -> bool:
    """Say whether the model's words are, or may still become, its reply that the passages lack the answer."""
    said = text.strip().upper()
    return NOT_IN_NOTES.startswith(said) or said.startswith(NOT_IN_NOTES)


def refusal_text(nearest: Sequence[Nearest]) -> str:
    """Return the words of a refusal."""
    if not nearest:
        return "Your notes do not cover this."
    named = [f"“{place.heading[-1]}”" + (" (nothing under it yet)" if place.empty else "") for place in nearest]
    word = "heading is" if len(named) == 1 else "headings are"
    listed = named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"
    return f"Your notes do not cover this. The nearest {word} {listed}."


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What the search gave for one question: what was found, and of that what the model will read."""

    hits: list[Hit]
    empty: list[EmptyHeading]
    passages: list[Passage]
    signs: Signs
    dropped: tuple[Dropped, ...] = ()

    def variables(self, question: str) -> dict[str, str]:
        """Return the variables of the answer prompt."""
        return {"passages": prompt_text(self.passages), "question": question}

    def describe(self) -> str:
        """Return what a person reads while the model does."""
        count, cut = len(self.passages), sum(passage.shortened for passage in self.passages)
        said = f"Reading {count} passage" if count == 1 else f"Reading {count} passages"
        return f"{said}, {cut} shortened to fit" if cut else said


@dataclass
class _Run:
    """One question on its way through the pipeline."""

    question: str
    history: tuple[Turn, ...]
    where: Filter
    stop: threading.Event
    guarding: Guarding
    standalone: str = ""
    dropped: tuple[Dropped, ...] = ()
    invocations: tuple[int, ...] = ()
    timings: Timings = field(default_factory=Timings)
    usage: Usage = field(default_factory=Usage)
    cut: bool = False
    began: float = field(default_factory=time.perf_counter)

    def __post_init__(self) -> None:
        self.standalone = self.question

    def elapsed(self) -> float:
        return time.perf_counter() - self.began

    def hear(self, reply: AIMessageChunk) -> None:
        if reply.response_metadata.get("finish_reason") == "length":
            self.cut = True
        if usage := reply.usage_metadata:
            cached = (usage.get("input_token_details") or {}).get("cache_read", 0)
            self.usage = Usage(usage["input_tokens"], cached, usage["output_tokens"])

    def refuse(self, found: Retrieved) -> Answer:
        empty = {(file, heading) for _, file, heading in found.empty}
        places = nearest_headings(found.hits, found.empty)
        nearest = tuple(Nearest(file, heading, (file, heading) in empty) for file, heading in places)
        return self.finish(text=refusal_text(nearest), refused=True, nearest=nearest)

    def finish(self, **values: object) -> Answer:
        answer = Answer(
            question=self.question,
            standalone=self.standalone,
            text="",
            cut=self.cut,
            timings=replace(self.timings, total=self.elapsed()),
            usage=self.usage,
            noted=self.guarding.noted,
            dropped=self.dropped,
            invocations=self.invocations,
        )
        return replace(answer, **values)  # type: ignore[arg-type]
