import math
import statistics

import numpy as np
import pytest

from eval.metrics.registry import find_metric
from eval.sample import Case, Output, Sample
from eval.tools import Tools


def case_of(seconds=1.0, **more):
    return Case(Sample(id="s", prompt="Why?"), Output(seconds=seconds, **more))


def figures(rows):
    return {score.name: score.aggregate(rows, score.name, 0) for score in find_metric("cost").scores}


def test_costs_are_joined_as_their_tails_ask(settings):
    seconds = np.random.default_rng(0).exponential(3, 50)
    cases = [
        case_of(s, first_token=s / 2, tokens_in=100 + n, tokens_out=20, memory=500.0 + n) for n, s in enumerate(seconds)
    ]
    found = figures(find_metric("cost").score(cases, Tools(settings)))
    assert found["seconds"].value == pytest.approx(statistics.median(seconds))
    assert found["seconds_p95"].value == pytest.approx(np.percentile(seconds, 95))
    assert found["first_token"].value == pytest.approx(statistics.median(seconds) / 2)
    assert found["tokens_in"].value == pytest.approx(124.5)
    assert found["tokens_per_second"].value == pytest.approx(statistics.median(20 / seconds))
    assert found["memory"].value == 549.0
    assert math.isnan(found["memory"].low)
    for name in ("seconds", "seconds_p95", "first_token", "tokens_in", "tokens_per_second"):
        assert found[name].low < found[name].value < found[name].high


def test_this_machine_is_free_and_an_endpoint_costs_what_the_settings_say(settings):
    cases = [case_of(tokens_in=1_000, tokens_out=500)]

    def price(**more):
        endpoint = settings.endpoint.model_copy(update=more)
        backend = "openai" if more else "embedded"
        tools = Tools(settings.model_copy(update={"backend": backend, "endpoint": endpoint}))
        return find_metric("cost").score(cases, tools)[0].get("price")

    assert price() == 0.0
    assert price(price_in=0.5, price_out=2.0) == pytest.approx(0.0015)
    assert price(price_in=0.5) is None


def test_what_was_not_measured_or_was_lost_has_no_cost(settings):
    rows = find_metric("cost").score(
        [case_of(None), case_of(0.1, error="The model died."), case_of(2.0)], Tools(settings)
    )
    assert rows == [{}, {}, {"seconds": 2.0, "seconds_p95": 2.0}]
    assert figures(rows)["tokens_in"].n == 0
