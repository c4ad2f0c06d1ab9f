"""Ranking and context: whether the sections that hold the answer were found, and what the model read of them.

Rankings are scored by ir-measures on top of trec_eval (https://ir-measur.es). Several passages of one section count
once, at the best place. `Sample.gold` are all the sections that hold the answer: for ``hit`` and ``mrr`` any of them
is enough; ``recall``, ``ndcg`` and ``map`` ask for all of them, so that an answer over two sections needs both.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np

from eval.metrics.registry import Score, Scores, metric, share
from eval.sample import Case, passages_read
from eval.tools import Tools
from knowledge.keyword import stems

_MEASURES = {
    "hit@1": "Success@1",
    "hit@5": "Success@5",
    "recall@5": "R@5",
    "recall@10": "R@10",
    "precision@5": "P@5",
    "mrr": "RR",
    "ndcg@10": "nDCG@10",
    "map": "AP",
}


def _signature(tools: Tools) -> str:
    return f"ir-measures {version('ir_measures')}, pytrec-eval-terrier {version('pytrec_eval-terrier')}, by section"


@metric(
    "retrieval",
    Score("hit@1", "The first section found holds the answer.", share),
    Score("hit@5", "One of the first 5 sections holds the answer.", share),
    Score("recall@5", "Share of the sections that hold the answer among the first 5."),
    Score("recall@10", "Share of the sections that hold the answer among the first 10."),
    Score("precision@5", "Right sections among the first 5, divided by 5: with one right section at most 0.2."),
    Score("mrr", "1 / rank of the first right section; 0 where none is found."),
    Score("ndcg@10", "Discounted gain of right sections in the first 10 places, as a share of the best order's."),
    Score("map", "Mean precision at the places of the right sections; one that is not found counts 0."),
    needs=["gold"],
    signature=_signature,
)
def retrieval(cases: Sequence[Case], tools: Tools) -> list[Scores]:
    """Score the rankings. Nothing found scores 0; a system that finds nothing for any case is not one that searches."""
    import ir_measures

    if not any(case.output.passages for case in cases):
        return [{} for _ in cases]
    measures = {ir_measures.parse_measure(text): name for name, text in _MEASURES.items()}
    gold = {str(n): dict.fromkeys(case.sample.gold, 1) for n, case in enumerate(cases)}
    found = {str(n): ranking for n, case in enumerate(cases) if (ranking := _ranking(case))}
    rows: list[dict[str, float]] = [{} for _ in cases]
    for value in ir_measures.iter_calc(list(measures), gold, found):
        rows[int(value.query_id)][measures[value.measure]] = float(value.value)
    return [*rows]


def _ranking(case: Case) -> dict[str, float]:
    # Passages without a section are no passages of one section.
    sections = dict.fromkeys(p.section or f"unnamed {n}" for n, p in enumerate(case.output.passages))
    return {section: float(len(sections) - place) for place, section in enumerate(sections)}


@metric(
    "context",
    Score("context_relevance", "Cosine of the question with each passage that the model read, mean.", low=-1.0),
    Score("context_coverage", "Share of the reference's content stems, the question's own left out, in what was read."),
    needs=["prompt"],
    signature=lambda tools: f"{Path(tools.settings.embedding).name}; stems of Snowball English",
)
def context(cases: Sequence[Case], tools: Tools) -> list[Scores]:
    """Score what the model read, for questions that can be answered. To have read nothing scores 0.

    Coverage takes the best covered reference, and all its stems where the question has every one of them. It sees
    words, not meaning: a passage that says the same in other words covers less.
    """
    read = [[passage.text for passage in passages_read(case.output)] for case in cases]
    if not any(read):
        return [{} for _ in cases]
    asked = [case.sample.answerable is not False for case in cases]
    relevance = _relevance([case.sample.prompt for case in cases], read, tools)
    rows: list[Scores] = []
    for case, texts, close, counts in zip(cases, read, relevance, asked, strict=True):
        coverage = {"context_coverage": found} if (found := _coverage(case, texts)) is not None else {}
        rows.append({"context_relevance": close, **coverage} if counts else {})
    return rows


def _relevance(prompts: Sequence[str], read: Sequence[Sequence[str]], tools: Tools) -> list[float]:
    texts = list(dict.fromkeys([*prompts, *(text for passages in read for text in passages)]))
    vectors = dict(zip(texts, tools.embedder.encode(texts), strict=True))
    return [
        float(np.mean([vectors[prompt] @ vectors[text] for text in passages])) if passages else 0.0
        for prompt, passages in zip(prompts, read, strict=True)
    ]


def _coverage(case: Case, texts: Sequence[str]) -> float | None:
    question, known = set(stems(case.sample.prompt)), set(stems("\n".join(texts)))
    wanted = [words - question or words for reference in case.sample.references if (words := set(stems(reference)))]
    return max((len(words & known) / len(words) for words in wanted), default=None)
