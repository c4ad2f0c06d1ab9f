"""Systems that find passages: Etude's search, each of its parts alone, plain rank fusion, and the naive baseline."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from assistant.chat.question import check_question
from eval.sample import Output, Passage, Sample
from eval.suites.registry import SystemFunction, Variant
from eval.systems.answers import Opener
from eval.systems.choices import ETUDE, check_variant, retrievers
from eval.systems.corpus import Corpus, Scoped, open_corpus
from eval.systems.naive import open_naive
from eval.systems.rankings import Rankings
from eval.systems.sections import Place, Sections
from eval.tools import Tools

DEPTH = 20
"""Passages of a ranking that are kept; the deepest figure that is usual for notes is at 10."""

Found = tuple[str, Place, float | None]
"""Collection, passage, score."""
Search = Callable[[str], list[Found]]


def _ranked(tools: Tools, variant: Variant, name: str) -> SystemFunction:
    check_variant(variant, f"{name} of retrieval", ("chunking",))

    def opened(folders: Mapping[str, Path]) -> tuple[Search, Sections]:
        corpus = open_corpus(tools, folders, variant.chunking)
        search = _etude(corpus) if name == ETUDE else _ranking(corpus, name)
        search("load what is loaded late")
        return search, corpus.sections

    return _system(Scoped(variant, opened))


def _etude(corpus: Corpus) -> Search:
    searcher = corpus.searcher()
    return lambda query: [(hit.collection, hit.chunk, hit.score) for hit in searcher.search(query, DEPTH)]


def _ranking(corpus: Corpus, name: str) -> Search:
    rankings = Rankings(corpus.index, corpus.embedder)
    return lambda query: [(entry.collection, entry.chunk, None) for entry in rankings.rank(name, query)[:DEPTH]]


def _naive(tools: Tools, variant: Variant) -> SystemFunction:
    check_variant(variant, "naive", ())

    def opened(folders: Mapping[str, Path]) -> tuple[Search, Sections]:
        naive = open_naive(tools, folders)
        return lambda query: [(c.collection, c, score) for c, score in naive.ranked(query, DEPTH)], Sections(folders)

    return _system(Scoped(variant, opened))


def _system(systems: Scoped[tuple[Search, Sections]]) -> SystemFunction:
    def ask(sample: Sample) -> Output:
        search, sections = systems.of(sample.notes)
        question = check_question(sample.prompt)
        began = time.perf_counter()
        found = search(question)
        seconds = time.perf_counter() - began
        passages = tuple(
            Passage(section=sections.name(collection, place, sample.gold), text=place.text, score=score)
            for collection, place, score in found
        )
        return Output(passages=passages, read=0, seconds=seconds)

    return ask


SEARCHING: Mapping[str, Opener] = {
    **{name: partial(_ranked, name=name) for name in retrievers()},
    "naive": _naive,
}
"""The systems by name."""
