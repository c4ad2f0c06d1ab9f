"""Systems that answer questions in words: Etude, the model alone, and the pipeline that most tutorials build."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from langchain_core.messages import HumanMessage, SystemMessage

from assistant.chat.events import Answer
from assistant.chat.passages import Passage as Read
from assistant.chat.pipeline import Assistant, Retrieved
from assistant.chat.question import check_question
from eval.sample import Cited, Output, Passage, Sample
from eval.suites.registry import SystemFunction, Variant
from eval.systems.asking import write
from eval.systems.choices import check_variant
from eval.systems.corpus import Scoped, open_corpus
from eval.systems.naive import open_naive
from eval.systems.sections import Sections
from eval.tools import Tools
from knowledge.search import Hit

_CLOSED = (
    "You are a helpful assistant. Answer the question in a few sentences. "
    "If you do not know the answer, say that you do not know."
)

Opener = Callable[[Tools, Variant], SystemFunction]


def _etude(tools: Tools, variant: Variant) -> SystemFunction:
    check_variant(variant, "etude", ("prompt", "chunking", "retriever", "guardrail"), tools.settings)

    def opened(folders: Mapping[str, Path]) -> tuple[_Watched, Sections]:
        corpus = open_corpus(tools, folders, variant.chunking)
        assistant = _Watched(
            tools.settings, searcher=corpus.searcher(variant.retriever), prompt=variant.prompt or "answer"
        )
        assistant.warm()
        return assistant, corpus.sections

    systems = Scoped(variant, opened)

    def ask(sample: Sample) -> Output:
        assistant, sections = systems.of(sample.notes)
        return assistant.output(sample, sections)

    return ask


class _Watched(Assistant):
    """Keeps what the search found for the question that each thread asks."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._last = threading.local()

    def retrieve(self, *given: Any, **named: Any) -> Retrieved:
        found = super().retrieve(*given, **named)
        self._last.found = found
        return found

    def output(self, sample: Sample, sections: Sections) -> Output:
        """Return what Etude gives for a sample."""
        (answer,) = (event for event in self.answer(sample.prompt) if isinstance(event, Answer))
        found: Retrieved = self._last.found
        asked_model = answer.timings.first_token is not None
        return Output(
            prediction=answer.text,
            refused=answer.refused,
            passages=_passages(found, sections, sample),
            read=len(found.passages) if asked_model else 0,
            citations=tuple(
                Cited(
                    marker=citation.marker,
                    section=sections.name(citation.collection, citation, sample.gold),
                    text=citation.text,
                )
                for citation in answer.citations
            ),
            seconds=answer.timings.total,
            first_token=answer.timings.first_token,
            tokens_in=answer.usage.prompt_tokens if asked_model else 0,
            tokens_out=answer.usage.completion_tokens if asked_model else 0,
        )


def _passages(found: Retrieved, sections: Sections, sample: Sample) -> tuple[Passage, ...]:
    """Return what the model reads, as it reads it, and behind it what else was found."""
    read = {passage.hit.chunk.id: passage for passage in found.passages}
    others = [hit for hit in found.hits if hit.chunk.id not in read]
    return tuple(
        Passage(section=sections.name(hit.collection, hit.chunk, sample.gold), text=text, score=hit.score)
        for hit, text in [*((p.hit, _as_read(p)) for p in found.passages), *((hit, _as_found(hit)) for hit in others)]
    )


def _as_read(passage: Read) -> str:
    return f"{passage.title}\n{passage.text}"


def _as_found(hit: Hit) -> str:
    return f"{' > '.join(hit.chunk.heading[-2:]) or hit.chunk.file}\n{hit.chunk.text}"


def _closed(tools: Tools, variant: Variant) -> SystemFunction:
    check_variant(variant, "closed", ())

    def ask(sample: Sample) -> Output:
        question = check_question(sample.prompt)
        messages = [SystemMessage(_CLOSED), HumanMessage(f"Question: {question}\nAnswer:")]
        return write(tools.chat, messages, tools.settings.generation.stop, time.perf_counter())

    return ask


def _naive(tools: Tools, variant: Variant) -> SystemFunction:
    check_variant(variant, "naive", ())
    systems = Scoped(variant, lambda folders: (open_naive(tools, folders), Sections(folders)))

    def ask(sample: Sample) -> Output:
        naive, sections = systems.of(sample.notes)
        question = check_question(sample.prompt)
        began = time.perf_counter()
        chunks = naive.retrieve(question)
        output = write(tools.chat, naive.messages(question, chunks), tools.settings.generation.stop, began)
        passages = tuple(
            Passage(section=sections.name(chunk.collection, chunk, sample.gold), text=chunk.text) for chunk in chunks
        )
        return output.model_copy(update={"passages": passages, "read": len(passages)})

    return ask


ANSWERING: Mapping[str, Opener] = {"etude": _etude, "closed": _closed, "naive": _naive}
"""The systems by name."""
