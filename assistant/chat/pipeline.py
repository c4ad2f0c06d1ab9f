"""The answer pipeline: question -> (rewrite) -> search -> enough? -> prompt -> stream -> cite -> answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import cached_property

from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessageChunk

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
from assistant.chat.events import Answer, Delta, Event, Nearest, Stage, Timings, Turn, Usage
from assistant.chat.passages import Passage, choose_passages, prompt_text
from assistant.chat.question import check_question, leans_on_history, stand_alone
from assistant.models.ask import ANSWER_SLOT, first_token_probability, stream
from assistant.models.chat import make_chat_model
from assistant.models.embedded import EmbeddedChat
from assistant.prompts import load_prompt
from assistant.rooms import open_searcher
from assistant.settings import DEFAULT_MODEL, Generation, Settings
from knowledge.search import EmptyHeading, Filter, Hit, Searcher, nearest_headings

_SEARCHED = 8


class Assistant:
    """Answers questions from the synced notes. One instance serves every thread of a process.

    Args:
        settings: name the models and how answers are written.
        searcher: other notes than the synced ones.
        prompt: id of a template with the variables of ``answer``.

    """

    def __init__(self, settings: Settings, *, searcher: Searcher | None = None, prompt: str = "answer") -> None:
        self.settings = settings
        self._searcher = searcher
        self._prompt = load_prompt(prompt)

    @cached_property
    def searcher(self) -> Searcher:
        """Search over the notes; opening it finds the embedding model."""
        return self._searcher or open_searcher(self.settings)

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
    ) -> Iterator[Event]:
        """Answer one question; see ``assistant.chat.events`` for what is yielded.

        Args:
            question: as it was typed.
            history: earlier turns of the conversation, oldest first.
            collections: which to search; None or nothing is all.
            generation: how the model writes; None is the settings' own.
            stop: set it to stop; closing the iterator stops too.

        Raises:
            InputError: the question is empty or too long.
            KnowledgeError: nothing is synced, or the index cannot be used.
            ModelError: the model is missing, damaged, or broke off.

        """
        run = _Run(
            check_question(question), tuple(history), Filter(tuple(collections or ())), stop or threading.Event()
        )
        generation = generation or self.settings.generation
        size = self.searcher.size(run.where)
        yield Stage("loading", "Loading the language model")
        chat = self.chat(generation)
        if getattr(chat, "busy", False):
            yield Stage("queued", "Waiting for another answer to finish")
        if leans_on_history(run.question, run.history):
            yield Stage("rewriting", "Reading the question with the one before")
            run.standalone = stand_alone(
                run.question, run.history, chat, self.settings.retrieval.history_tokens, run.stop
            )
        if run.stop.is_set():
            yield run.finish(stopped=True)
            return
        yield Stage("searching", f"Searching {size:,} passages")
        found = self.retrieve(run.standalone, run.where, chat)
        run.timings = replace(run.timings, retrieve=run.elapsed())
        if not found.passages or not covered_by_search(found.signs):
            yield run.refuse(found)
            return
        yield Stage("reading", found.describe())
        yield from self._write(run, chat, generation, found)

    def retrieve(self, question: str, where: Filter, chat: BaseChatModel) -> Retrieved:
        """Search, choose the passages that the model will read, and measure how well they fit the question."""
        limits = self.settings.retrieval
        hits = self.searcher.search(question, max(_SEARCHED, limits.passages), where)
        count = chat.get_num_tokens if isinstance(chat, EmbeddedChat) else self.searcher.count_tokens
        passages = choose_passages(hits, limits.passages, limits.passage_tokens, count)
        empty = self.searcher.empty_headings(question, where)
        signs = read_signs(question, [passage.hit for passage in passages], self.searcher.rarity(), empty)
        return Retrieved(hits, empty, passages, signs)

    def _write(self, run: _Run, chat: BaseChatModel, generation: Generation, found: Retrieved) -> Iterator[Event]:
        messages = self._prompt.messages(**found.variables(run.standalone))
        citer = Citer(run.standalone, found.passages, self.searcher.embedder)
        signs = found.signs
        replies = stream(
            chat, messages, stop=generation.stop, slot=ANSWER_SLOT, cancelled=run.stop, logprobs=True, top_logprobs=20
        )
        held: list[str] = []
        with closing(replies):
            for reply in replies:
                run.hear(reply)
                if run.timings.first_token is None and reply.text:
                    run.timings = replace(run.timings, first_token=run.elapsed())
                    signs = with_denial(signs, self._denial(reply))
                    if not covered_after_reading(signs):
                        break
                    yield Stage("writing", "Writing")
                held += citer.add(str(reply.text))
                if not denies(citer.text):
                    yield from map(Delta, held)
                    held.clear()
        if run.stop.is_set():
            yield run.finish(text=citer.text, citations=citer.citations(), stopped=True)
            return
        held += citer.finish()
        if denies(citer.text) or not citer.citations() or not covered_when_written(signs, citer.support):
            yield run.refuse(found)
            return
        yield from map(Delta, held)
        yield run.finish(text=citer.text, citations=citer.citations())

    def _denial(self, reply: AIMessageChunk) -> float | None:
        """Return how likely the model finds a denial; only the model that this was measured on is believed."""
        return first_token_probability(reply, NOT_IN_NOTES) if self.settings.model == DEFAULT_MODEL else None


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
    standalone: str = ""
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
        )
        return replace(answer, **values)  # type: ignore[arg-type]
