"""BLEU (Papineni et al. 2002) and chrF (Popovic 2015) through sacrebleu (Post 2018), from 0 to 100 as it prints them.

Neither is a mean over cases: the value of a run is that of the whole corpus, computed from the counts of every case,
and its interval is over resampled cases.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from eval.metrics.registry import Score, Scores, metric
from eval.sample import Case
from eval.stats import Draws, Estimate, Seed, bootstrap_of
from eval.tools import Tools

_Kind = Literal["bleu", "chrf"]
_RESAMPLES = 2_000
"""Each is one call of sacrebleu."""


def _corpus(kind: _Kind) -> Callable[[Sequence[Scores], str, Seed], Estimate]:
    def aggregate(rows: Sequence[Scores], name: str, seed: Seed) -> Estimate:
        counted = [row.get(f"{kind}_counts") for row in rows]
        return corpus_score(kind, [counts for counts in counted if isinstance(counts, list)], seed)

    return aggregate


def _counts(kind: _Kind) -> Score:
    return Score(f"{kind}_counts", "What sacrebleu counted.", better="neither", low=None, high=None, hidden=True)


@metric(
    "bleu",
    Score("bleu", "BLEU of the whole corpus; of one case with the orders that it has.", _corpus("bleu"), high=100.0),
    _counts("bleu"),
    needs=["references"],
    signature=lambda tools: _signature("bleu"),
)
def bleu(cases: Sequence[Case], tools: Tools) -> list[Scores]:
    """Score predictions against all of their references."""
    return _scores("bleu", cases)


@metric(
    "chrf",
    Score("chrf", "chrF2: F-score of character n-grams of the whole corpus.", _corpus("chrf"), high=100.0),
    _counts("chrf"),
    needs=["references"],
    signature=lambda tools: _signature("chrf"),
)
def chrf(cases: Sequence[Case], tools: Tools) -> list[Scores]:
    """Score predictions against the best of their references."""
    return _scores("chrf", cases)


def corpus_score(kind: _Kind, counts: Sequence[Sequence[float]], seed: Seed = 0) -> Estimate:
    """Return the corpus score with a percentile bootstrap interval over the cases.

    Args:
        kind: which score.
        counts: what sacrebleu counted for every case, ``(n, fields)``.
        seed: of the resampling.

    """
    scorer = _scorer(kind)
    table = np.asarray(counts, np.int64)

    def statistic(draws: Draws) -> NDArray[np.float64]:
        totals = (table[draw].sum(axis=0).tolist() for draw in draws)
        return np.array([scorer._compute_score_from_stats(total).score for total in totals])

    return bootstrap_of(len(table), statistic, _RESAMPLES, seed)


def _scores(kind: _Kind, cases: Sequence[Case]) -> list[Scores]:
    rows: list[Scores] = []
    for case in cases:
        given, references = case.output.prediction, list(case.sample.references)
        # sacrebleu's own significance tests resample through these two methods; it has no public ones for chrF.
        counts = _scorer(kind)._extract_corpus_statistics([given], [[reference] for reference in references])[0]
        score = _scorer(kind, sentence=True).sentence_score(given, references).score
        rows.append({kind: float(score), f"{kind}_counts": [float(count) for count in counts]})
    return rows


def _signature(kind: _Kind) -> str:
    scorer = _scorer(kind)
    # sacrebleu's word for "not the same number of references everywhere": that is up to the data.
    scorer.num_refs = -1
    return str(scorer.get_signature())


@cache
def _scorer(kind: _Kind, sentence: bool = False) -> Any:
    from sacrebleu.metrics.bleu import BLEU
    from sacrebleu.metrics.chrf import CHRF

    # As sacrebleu.sentence_bleu does: without it a text of fewer than four words scores 0.
    return BLEU(effective_order=sentence) if kind == "bleu" else CHRF()
