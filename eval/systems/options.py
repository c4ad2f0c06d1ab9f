"""Systems that answer multiple-choice questions, all by the model's probabilities for the options' letters."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from pathlib import Path

from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage

from assistant.exam.asked import Asked
from assistant.exam.choice import option_logprobs
from assistant.exam.solve import Solver, choose, variables
from assistant.models.ask import SIDE_SLOT
from eval.sample import Cited, Output, Passage, Sample
from eval.suites.registry import SystemFunction, Variant
from eval.systems.answers import Opener
from eval.systems.choices import check_variant
from eval.systems.corpus import Scoped, open_corpus
from eval.systems.naive import open_naive
from eval.systems.sections import Sections
from eval.tools import Tools

_PLAIN = "You answer multiple-choice questions."
_PASSAGES = 3


def asked_of(sample: Sample) -> Asked:
    """Return the question of a sample as the exam room asks it."""
    return Asked(sample.id, sample.prompt, dict(sample.options), sample.choose, sample.key)


def plain_prompt(asked: Asked, context: str = "") -> list[BaseMessage]:
    """Return a prompt without worked examples; ``context`` is pasted in front."""
    given = variables(asked)
    before = f"Context:\n{context}\n\n" if context else ""
    ask = "Reply with the letter of the right option only."
    return [SystemMessage(_PLAIN), HumanMessage(f"{before}{given['stem']}\n\n{given['options']}\n\n{ask}")]


def _etude(tools: Tools, variant: Variant) -> SystemFunction:
    check_variant(variant, "etude of exam", ("chunking",))

    def opened(folders: Mapping[str, Path]) -> tuple[Solver, Sections]:
        corpus = open_corpus(tools, folders, variant.chunking)
        solver = Solver(tools.settings, searcher=corpus.searcher())
        _ = (solver.searcher, solver.chat)  # loading is not part of the time of a question
        return solver, corpus.sections

    systems = Scoped(variant, opened)

    def ask(sample: Sample) -> Output:
        solver, sections = systems.of(sample.notes)
        solution = solver.solve(asked_of(sample))
        return Output(
            prediction=", ".join(solution.answer),
            letters=solution.answer,
            probabilities=solution.probabilities,
            citations=tuple(
                Cited(marker=c.marker, section=sections.name(c.collection, c, sample.gold), text=c.text)
                for c in solution.citations
            ),
            seconds=solution.seconds,
        )

    return ask


def _closed(tools: Tools, variant: Variant) -> SystemFunction:
    check_variant(variant, "closed", ())
    return lambda sample: _choose(tools, sample, "", time.perf_counter())


def _naive(tools: Tools, variant: Variant) -> SystemFunction:
    check_variant(variant, "naive", ())
    systems = Scoped(variant, lambda folders: (open_naive(tools, folders), Sections(folders)))

    def ask(sample: Sample) -> Output:
        naive, sections = systems.of(sample.notes)
        began = time.perf_counter()
        chunks = naive.retrieve(sample.prompt, _PASSAGES)
        output = _choose(tools, sample, "\n\n".join(chunk.text for chunk in chunks), began)
        passages = tuple(Passage(section=sections.name(c.collection, c, sample.gold), text=c.text) for c in chunks)
        return output.model_copy(update={"passages": passages, "read": len(passages)})

    return ask


def _choose(tools: Tools, sample: Sample, context: str, began: float) -> Output:
    asked = asked_of(sample)
    # A slot of their own, or Etude's would have to read its worked examples again after each of them.
    found = option_logprobs(tools.chat, plain_prompt(asked, context), list(asked.options), slot=SIDE_SLOT)
    letters = choose(found, asked.choose)
    return Output(
        prediction=", ".join(letters),
        letters=letters,
        probabilities={letter: math.exp(value) for letter, value in found.items()},
        seconds=time.perf_counter() - began,
    )


CHOOSING: Mapping[str, Opener] = {"etude": _etude, "closed": _closed, "naive": _naive}
"""The systems by name."""
