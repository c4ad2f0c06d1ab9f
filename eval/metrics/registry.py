"""Metrics by name. A metric is a function with ``@metric(...)`` that scores cases and names its aggregates."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

import numpy as np

from assistant.errors import InputError
from eval.names import near, read_modules
from eval.resampling import Grouped, Seed
from eval.sample import Case
from eval.stats import NOTHING, Estimate, bootstrap, bootstrap_of, proportion
from eval.tools import Tools

Value = float | None | list[float]
"""A score of one case: a number; None where there is none (it is counted); numbers that an aggregate needs."""
Scores = Mapping[str, Value]
"""The scores of one case by name."""
Aggregate = Callable[[Sequence[Scores], str, Seed], Estimate]
"""``(scores of every case, the score's name, seed)`` -> the value of the whole run with its interval."""
ScoreFunction = Callable[[Sequence[Case], Tools], list[Scores]]
"""Scores of every case, in order. A case that the metric does not concern gets ``{}``."""


def mean(rows: Sequence[Scores], name: str, seed: Seed) -> Estimate:
    """Return the mean over cases with a bootstrap interval."""
    return bootstrap(numbers(rows, name), seed=seed) if numbers(rows, name) else NOTHING


def share(rows: Sequence[Scores], name: str, seed: Seed) -> Estimate:
    """Return the share of cases that score 1, with Wilson's interval; for scores that are 0 or 1."""
    return proportion(numbers(rows, name), seed)


def median(rows: Sequence[Scores], name: str, seed: Seed) -> Estimate:
    """Return the median over cases with a bootstrap interval; for seconds and tokens, which have long tails."""
    values = np.asarray(numbers(rows, name), float)
    return bootstrap_of(len(values), lambda draws: np.median(values[draws], axis=-1), 2_000, seed)


def numbers(rows: Sequence[Scores], name: str) -> list[float]:
    """Return the numbers that a score has, without the cases that have none."""
    return [float(value) for row in rows if isinstance(value := row.get(name), int | float)]


@dataclass(frozen=True, slots=True)
class Score:
    """One figure of a metric: what it says, which way is better, and how cases are joined.

    ``low`` and ``high`` are the ends of its scale, where it has them. ``hidden`` scores are kept for aggregates only.
    """

    name: str
    describe: str
    aggregate: Aggregate = mean
    better: Literal["higher", "lower", "neither"] = "higher"
    low: float | None = 0.0
    high: float | None = 1.0
    unit: str = ""
    hidden: bool = False

    def estimate(self, rows: Sequence[Scores], seed: int, questions: Sequence[str] = ()) -> Estimate:
        """Join the scores of cases; those that have none are left out.

        Args:
            rows: the scores of every case.
            seed: of the resampling.
            questions: what each case asks (`Sample.question`): cases of one question are alike, so the interval rests
                on questions. Without them every case is a question of its own.

        """
        there = [place for place, row in enumerate(rows) if row.get(self.name) is not None]
        found = Grouped(seed, [questions[place] for place in there]) if questions else seed
        return self.aggregate([rows[place] for place in there], self.name, found)


@dataclass(frozen=True, slots=True)
class Metric:
    """A family of scores that are computed together. ``signature`` says which implementation and settings."""

    name: str
    scores: tuple[Score, ...]
    function: ScoreFunction
    needs: frozenset[str]
    slow: bool = False
    signature: Callable[[Tools], str] = field(default=lambda tools: "")

    def concerns(self, case: Case) -> bool:
        """Say whether a case has what the metric needs: fields of the sample or of the output that are not empty."""
        return all(
            getattr(case.sample, name, None) not in (None, (), {}, "")
            or getattr(case.output, name, None) not in (None, (), {}, "")
            for name in self.needs
        )

    def score(self, cases: Sequence[Case], tools: Tools) -> list[Scores]:
        """Score every case, in order; a case that the metric does not concern gets ``{}``."""
        places = [place for place, case in enumerate(cases) if self.concerns(case)]
        rows: list[Scores] = [{} for _ in cases]
        if places:
            found = self.function([cases[place] for place in places], tools)
            for place, scores in zip(places, found, strict=True):
                rows[place] = scores
        return rows


_METRICS: dict[str, Metric] = {}


def metric(
    name: str,
    *scores: Score,
    needs: Sequence[str] = (),
    slow: bool = False,
    signature: Callable[[Tools], str] = lambda tools: "",
) -> Callable[[ScoreFunction], ScoreFunction]:
    """Register a function as a metric.

    Args:
        name: the family's name, as in ``--metrics``.
        scores: its figures.
        needs: fields of `Sample` or `Output` without which a case does not concern it.
        slow: it calls a language model or a large encoder for each case.
        signature: says which implementation, version and settings were in force.

    """

    def register(function: ScoreFunction) -> ScoreFunction:
        assert name not in _METRICS, f"two metrics are called {name}"
        _METRICS[name] = Metric(name, scores, function, frozenset(needs), slow, signature)
        return function

    return register


@cache
def metrics() -> Mapping[str, Metric]:
    """Return every metric by name; the modules of this folder are read once."""
    import eval.metrics as package

    read_modules(package)
    return dict(sorted(_METRICS.items()))


def find_metric(name: str) -> Metric:
    """Return a metric by its name.

    Raises:
        InputError: there is none of that name; the nearest is named.

    """
    if found := metrics().get(name):
        return found
    raise InputError(f"There is no metric {name!r}.{near(name, metrics())}")
