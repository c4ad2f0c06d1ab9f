import re
from datetime import timedelta
from xml.etree import ElementTree

import pytest

from assistant.records import FindingCount, Invocation, Invocations, Records
from assistant.records.columns import now
from assistant.settings import Price
from assistant.web.metrics.numbers import on_axis, shown
from assistant.web.metrics.reading import MOST_SERIES, OTHERS, read
from assistant.web.metrics.spans import period_of
from assistant.web.metrics.steps import Steps

MAIL = FindingCount("sensitiveInformationPolicy", "EMAIL", "ANONYMIZE", 2)
EVIL = '<b onclick="alert(1)">'


@pytest.fixture
def records(settings):
    settings.home.mkdir(parents=True, exist_ok=True)
    opened = Records(settings.database_url)
    yield opened
    opened.close()


@pytest.fixture
def steps(settings, records):
    return Steps(settings, records.database)


def asked(records, hours, total=1.0, model="small", operation="answer", **more):
    at = now() - timedelta(hours=hours)
    Invocations(records.database).add(Invocation(operation, model, total, at=at, **more))


def figures(html):
    found = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", html)
    return {re.sub(r"</?i>", "", name): value for name, value in found}


def drawings(html):
    return re.findall(r'<svg class="chart".*?</svg>', html, re.DOTALL)


def test_the_figures_are_those_of_the_span(steps, records):
    asked(records, 1, 2.0, input_tokens=1200, output_tokens=30, first_token=0.25, findings=(MAIL,))
    asked(records, 2, 4.0)
    asked(records, 3, error="client", error_type="InputError")
    asked(records, 100, 30.0)
    day, all_of_it = (figures(steps.take({"do": "show", "span": span}).html) for span in ("24h", "all"))
    assert day["Invocations"] == "2"
    assert day["InvocationLatency p50"] == "3.00 s"
    assert day["TimeToFirstToken p50"] == "250 ms"
    assert (day["InputTokenCount"], day["InvocationClientErrors"], day["InvocationServerErrors"]) == ("1,200", "1", "0")
    assert (day["InvocationsIntervened"], day["FindingCounts"]) == ("1", "2")
    assert (all_of_it["Invocations"], all_of_it["InvocationLatency p90"]) == ("3", "24.8 s")
    assert "Cost" not in day


def test_a_chart_draws_what_its_table_says(steps, records):
    for hours in (1, 1, 30):
        asked(records, hours)
        asked(records, hours, model="large", operation=EVIL)
    html = steps.take({"do": "show", "span": "7d", "by": "model"}).html
    first = ElementTree.fromstring(drawings(html)[0])
    heights = {
        name: sorted(float(bar.get("height")) for bar in first.iter("rect") if bar.get("class") == name)
        for name in ("s0", "s1")
    }
    assert heights["s0"][1] == pytest.approx(2 * heights["s0"][0], abs=0.2)
    table = re.search(r'aria-label="Invocations".*?</table>', html, re.DOTALL)[0]
    assert re.findall(r"<td>(\d+)</td>", table) == ["1", "1", "2", "2"]
    assert EVIL not in html
    for drawing in drawings(html):
        ElementTree.fromstring(drawing)


def test_rare_models_share_one_series_which_comes_last(records):
    for number in range(8):
        for _ in range(number + 1):
            asked(records, 1, model=f"m{number}")
    reading = read(records.database, "24h", "model", priced=False)
    labels = [each.label for each in reading.series("Invocations")]
    assert len(labels) == MOST_SERIES
    assert labels[-1] == OTHERS
    assert sum(value for each in reading.series("Invocations") for value in each.values) == 36
    assert len(reading.summary()) == 8


def test_cost_is_shown_where_there_are_prices(settings, records):
    asked(records, 1)
    priced = settings.model_copy(update={"prices": {"small": Price(input=1.0)}})
    assert figures(Steps(priced, records.database).take({}).html)["Cost"] == "$0.00"


def test_where_nothing_was_asked_it_says_what_to_do(steps):
    html = steps.take({"do": "show", "span": "24h"}).html
    assert "No model was asked in the last 24 hours." in html
    assert html.count("<li>") == 3
    assert "asked yet" in steps.opening({"span": "all"}).html


def test_a_record_ahead_of_the_clock_and_odd_steps_are_shown(steps, records):
    asked(records, -3)
    for data in ({}, {"span": "all", "by": "operation"}, {"span": EVIL, "by": ["model"]}):
        assert figures(steps.take(data).html)["Invocations"] == "1"


def test_steps_are_few_and_numbers_are_short():
    end = now()
    assert all(
        (end - since) / period_of(since, end) <= 32
        for days in (1, 7, 30, 400, 4000)
        for since in (end - timedelta(days),)
    )
    assert [shown(value, "Milliseconds") for value in (84.4, 3204, 61_000, 600_000)] == [
        "84 ms",
        "3.20 s",
        "61.0 s",
        "10.0 min",
    ]
    assert [on_axis(value, "Count") for value in (0, 8000, 25_000, 2_500_000)] == ["0", "8,000", "25 k", "2.5 M"]
