"""Perplexity of answers: exp of the mean negative log-likelihood of a token (Jelinek et al. 1977).

An answer is read behind its question, as if the model had written it. On its own it would score the same whatever was
asked, so that answers shuffled between questions would look no worse.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.metrics.likelihood import answer_logprobs
from eval.metrics.registry import Score, Scores, metric
from eval.sample import Case
from eval.stats import NOTHING, Draws, Estimate, Seed, bootstrap_of
from eval.tools import Tools


def over_tokens(rows: Sequence[Scores], name: str, seed: Seed) -> Estimate:
    """Return the perplexity over the tokens of all cases, with a bootstrap interval over cases."""
    found = [counts for row in rows if isinstance(counts := row.get("perplexity_counts"), list)]
    if not found:
        return NOTHING
    surprise, tokens = np.asarray(found, float).T

    def statistic(draws: Draws) -> NDArray[np.float64]:
        values: NDArray[np.float64] = np.exp(surprise[draws].sum(axis=-1) / tokens[draws].sum(axis=-1))
        return values

    return bootstrap_of(len(found), statistic, seed=seed)


def _signature(tools: Tools) -> str:
    back_end = "transformers" if tools.settings.backend == "transformers" else "xllamacpp"
    model = Path(tools.judge_model or tools.settings.model).name
    return f"model={model}|{back_end}={metadata.version(back_end)}|given=the question in the chat template|end=not read"


@metric(
    "perplexity",
    Score(
        "perplexity",
        "How much the answer surprises the judge's language model; over all tokens.",
        over_tokens,
        "lower",
        low=1.0,
        high=None,
    ),
    Score("perplexity_counts", "Negative log-likelihood and tokens.", better="neither", high=None, hidden=True),
    needs=["prediction"],
    slow=True,
    signature=_signature,
)
def perplexity(cases: Sequence[Case], tools: Tools) -> list[Scores]:
    """Score predictions under the judge's language model; one that does not fit into its context has no score.

    Two runs can only be compared under one model, so name it as the judge when they are of two.

    Raises:
        InputError: the back end gives no log-probabilities of a given text.
        GenerationFailed: the language model broke off.

    """
    pairs = [(case.sample.prompt, case.output.prediction) for case in cases]
    return [_scores(logprobs) for logprobs in answer_logprobs(tools.judge, pairs)]


def _scores(logprobs: Sequence[float] | None) -> Scores:
    if not logprobs:
        return {"perplexity": None}
    surprise = -math.fsum(logprobs)
    return {
        "perplexity": math.exp(surprise / len(logprobs)),
        "perplexity_counts": [surprise, float(len(logprobs))],
    }
