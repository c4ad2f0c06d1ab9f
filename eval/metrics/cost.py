"""What answers cost: time, tokens, memory and money. Samples that were lost to an error are left out."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from eval.metrics.registry import Score, Scores, median, metric, numbers
from eval.sample import Case
from eval.stats import NOTHING, Estimate, Seed, bootstrap_of
from eval.tools import Tools


def p95(rows: Sequence[Scores], name: str, seed: Seed) -> Estimate:
    """Return the 95th percentile over cases with a bootstrap interval; below about 100 cases it is a rough one."""
    values = np.asarray(numbers(rows, name), float)
    return bootstrap_of(len(values), lambda draws: np.quantile(values[draws], 0.95, axis=-1), 2_000, seed)


def highest(rows: Sequence[Scores], name: str, seed: Seed) -> Estimate:
    """Return the maximum over cases, without an interval: the bootstrap has none for it (Bickel and Freedman 1981)."""
    values = numbers(rows, name)
    return Estimate(max(values), math.nan, math.nan, len(values)) if values else NOTHING


def _signature(tools: Tools) -> str:
    prices = _prices(tools)
    return f"US dollars per million tokens: {prices[0]:g} in, {prices[1]:g} out" if prices else "prices not known"


@metric(
    "cost",
    Score("seconds", "Time to the whole answer, median.", median, "lower", high=None, unit="s"),
    Score("seconds_p95", "Time within which 95 % of the answers were whole.", p95, "lower", high=None, unit="s"),
    Score("first_token", "Time to the first word, median.", median, "lower", high=None, unit="s"),
    Score("tokens_in", "Tokens that the language model read, mean.", better="lower", high=None, unit="tokens"),
    Score("tokens_out", "Tokens that the language model wrote, mean.", better="neither", high=None, unit="tokens"),
    Score("tokens_per_second", "Tokens written by seconds of the whole answer, median.", median, high=None, unit="1/s"),
    Score("memory", "Peak memory of the process.", highest, "lower", high=None, unit="MiB"),
    Score("price", "Tokens at the endpoint's prices, median; 0 on this machine.", median, "lower", high=None, unit="$"),
    needs=["seconds"],
    signature=_signature,
)
def cost(cases: Sequence[Case], tools: Tools) -> list[Scores]:
    """Take the measured costs of each answer; what was not measured is left out."""
    prices = _prices(tools)
    return [{} if case.output.error else _costs(case, prices) for case in cases]


def _costs(case: Case, prices: tuple[float, float] | None) -> Scores:
    given = case.output
    found: dict[str, float | None] = {
        "seconds": given.seconds,
        "seconds_p95": given.seconds,
        "first_token": given.first_token,
        "tokens_in": given.tokens_in,
        "tokens_out": given.tokens_out,
        "memory": given.memory,
    }
    if given.tokens_out is not None and given.seconds:
        found["tokens_per_second"] = given.tokens_out / given.seconds
    if prices and given.tokens_in is not None and given.tokens_out is not None:
        found["price"] = (given.tokens_in * prices[0] + given.tokens_out * prices[1]) / 1_000_000
    return {name: value for name, value in found.items() if value is not None}


def _prices(tools: Tools) -> tuple[float, float] | None:
    """Return the prices of a million tokens in and out; None where an endpoint's are not in the settings."""
    settings = tools.settings
    if settings.backend != "openai":
        return 0.0, 0.0
    if settings.endpoint.price_in is None or settings.endpoint.price_out is None:
        return None
    return settings.endpoint.price_in, settings.endpoint.price_out
