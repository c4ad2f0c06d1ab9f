"""The metrics of invocations, under the names and in the units of Amazon Bedrock, and the statistics of them.

The names are CloudWatch's of the namespaces AWS/Bedrock and AWS/Bedrock/Guardrails; FindingCounts has
ContentFilteredCount as another name. ``Invocations`` counts those that succeeded, as Bedrock does, and latencies are
of these alone. ``Cost`` is ours.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from assistant.errors import InputError

Unit = Literal["Count", "Milliseconds", "USD"]
ALIASES = {"ContentFilteredCount": "FindingCounts"}


class Measured(NamedTuple):
    """What is measured of one invocation: seconds, tokens, US dollars."""

    at: datetime
    model: str
    operation: str
    error: str
    total: float
    first_token: float | None
    input_tokens: int | None
    output_tokens: int | None
    cost: float
    findings: int
    intervened: int


Value = Callable[[Measured], float | None]
Statistic = Callable[[Sequence[float]], float | None]


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric: its value for one invocation, None where it does not count for it; ``unit`` is CloudWatch's."""

    name: str
    unit: Unit
    value: Value
    meaning: str


METRICS: dict[str, Metric] = {}


def metric(name: str, unit: Unit) -> Callable[[Value], Value]:
    """Register a metric; the docstring says what it means."""

    def register(value: Value) -> Value:
        METRICS[name] = Metric(name, unit, value, (value.__doc__ or "").strip())
        return value

    return register


@metric("Invocations", "Count")
def _invocations(one: Measured) -> float | None:
    """Times a model was asked and replied."""
    return None if one.error else 1


@metric("InvocationLatency", "Milliseconds")
def _latency(one: Measured) -> float | None:
    """From the request to the last token."""
    return None if one.error else one.total * 1000


@metric("TimeToFirstToken", "Milliseconds")
def _first_token(one: Measured) -> float | None:
    """From the request to the first token, where the reply was streamed."""
    return None if one.error or one.first_token is None else one.first_token * 1000


@metric("InvocationClientErrors", "Count")
def _client_errors(one: Measured) -> float | None:
    """Invocations that failed by what was asked."""
    return 1 if one.error == "client" else None


@metric("InvocationServerErrors", "Count")
def _server_errors(one: Measured) -> float | None:
    """Invocations that failed by the model or its server."""
    return 1 if one.error == "server" else None


@metric("InputTokenCount", "Count")
def _input_tokens(one: Measured) -> float | None:
    """Tokens of prompts."""
    return one.input_tokens


@metric("OutputTokenCount", "Count")
def _output_tokens(one: Measured) -> float | None:
    """Tokens of replies."""
    return one.output_tokens


@metric("InvocationsIntervened", "Count")
def _intervened(one: Measured) -> float | None:
    """Invocations in which a guardrail blocked or masked something."""
    return 1 if one.intervened else None


@metric("FindingCounts", "Count")
def _findings(one: Measured) -> float | None:
    """Findings of guardrails, also those that were only told of."""
    return one.findings or None


@metric("Cost", "USD")
def _cost(one: Measured) -> float | None:
    """US dollars by the price list."""
    return one.cost or None


STATISTICS: dict[str, Statistic] = {
    "Sum": lambda values: float(sum(values)),
    "SampleCount": lambda values: float(len(values)),
    "Average": lambda values: sum(values) / len(values) if values else None,
    "Minimum": lambda values: min(values, default=None),
    "Maximum": lambda values: max(values, default=None),
    "p50": lambda values: _quantile(values, 0.5),
    "p90": lambda values: _quantile(values, 0.9),
    "p99": lambda values: _quantile(values, 0.99),
}
"""CloudWatch's names; percentiles are interpolated between ranks as numpy does by default."""


def find_metric(name: str) -> Metric:
    """Return a metric by its name or its other name.

    Raises:
        InputError: there is none of that name.

    """
    name = ALIASES.get(name, name)
    if name not in METRICS:
        raise InputError(f"There is no metric {name!r}. Choose one of {', '.join([*METRICS, *ALIASES])}.")
    return METRICS[name]


def find_statistic(name: str) -> Statistic:
    """Return a statistic by its name.

    Raises:
        InputError: there is none of that name.

    """
    if name not in STATISTICS:
        raise InputError(f"There is no statistic {name!r}. Choose one of {', '.join(STATISTICS)}.")
    return STATISTICS[name]


def _quantile(values: Sequence[float], share: float) -> float | None:
    if not values:
        return None
    import numpy as np

    return float(np.quantile(values, share))
