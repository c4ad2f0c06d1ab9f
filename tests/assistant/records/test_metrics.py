from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from assistant.errors import InputError
from assistant.records import FindingCount, Invocation, Invocations, Metrics, Records
from assistant.records.kinds import kinds_of
from assistant.records.prometheus import Exposition
from assistant.records.purge import purge
from assistant.web.guard import Guard
from assistant.web.measures import add_metrics

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
MAIL = FindingCount("sensitiveInformationPolicy", "EMAIL", "ANONYMIZE", 2)
TOLD = FindingCount("contextualGroundingPolicy", "GROUNDING", "NONE", 1)


def asked(minute, total=1.0, model="a", operation="answer", **more):
    return Invocation(operation, model, total, at=NOON + timedelta(minutes=minute), **more)


@pytest.fixture
def metrics(database):
    invocations = Invocations(database)
    for one in (
        asked(0, 1.0, first_token=0.5, input_tokens=100, output_tokens=10, findings=(MAIL,)),
        asked(10, 2.0, input_tokens=200, output_tokens=20, findings=(TOLD,)),
        asked(20, 4.0, cost=0.25),
        asked(30, 60.0, error="server"),
        asked(70, 8.0, model="b"),
        asked(70, 9.0, model="b", operation="exam", error="client", findings=(MAIL, TOLD)),
    ):
        invocations.add(one)
    return Metrics(database)


def test_a_summary_has_bedrocks_metrics_by_model_and_operation(metrics):
    first, second, third = metrics.summary()
    assert (first.model, first.operation) == ("a", "answer")
    assert first.sums == {
        "Invocations": 3,
        "InvocationClientErrors": 0,
        "InvocationServerErrors": 1,
        "InputTokenCount": 300,
        "OutputTokenCount": 30,
        "InvocationsIntervened": 1,
        "FindingCounts": 3,
        "Cost": 0.25,
    }
    # Of 1, 2 and 4 s: the rank of the 90th percentile is 0.9 * 2, so 2 + 0.8 * (4 - 2) s.
    assert first.latencies["InvocationLatency"] == pytest.approx(
        {"Average": 7000 / 3, "p50": 2000, "p90": 3600, "p99": 3960}
    )
    assert first.latencies["TimeToFirstToken"]["p99"] == 500
    assert (second.sums["Invocations"], third.sums["InvocationClientErrors"]) == (1, 1)
    assert third.latencies["InvocationLatency"] == {}


def test_since_is_included_and_until_is_not(metrics):
    def count(since, until):
        first, last = NOON + timedelta(minutes=since), NOON + timedelta(minutes=until)
        return metrics.total("Invocations", since=first, until=last)

    assert count(0, 20) == 2
    assert count(10, 21) == 2
    assert count(100, 200) == 0


def test_findings_are_counted_by_policy_kind_and_action(metrics):
    assert metrics.findings() == [
        FindingCount("sensitiveInformationPolicy", "EMAIL", "ANONYMIZE", 4),
        FindingCount("contextualGroundingPolicy", "GROUNDING", "NONE", 2),
    ]
    assert metrics.total("ContentFilteredCount") == metrics.total("FindingCounts") == 6
    assert metrics.findings(since=NOON + timedelta(hours=2)) == []


def test_a_series_has_every_step_by_model(metrics):
    hour = timedelta(hours=1)
    first, second = metrics.series("Invocations", hour, NOON + timedelta(minutes=5), NOON + 3 * hour, by="model")
    assert first.at == second.at == (NOON, NOON + hour, NOON + 2 * hour)
    assert (first.label, first.values) == ("a", (3, 0, 0))
    assert (second.label, second.values) == ("b", (0, 1, 0))
    (median,) = metrics.series("InvocationLatency", hour, NOON, NOON + 3 * hour, statistic="p50")
    assert median.values == (2000, 8000, None)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("Invocation", timedelta(hours=1)), "no metric 'Invocation'. Choose one of Invocations"),
        (("Invocations", timedelta(0)), "longer than nothing"),
        (("Invocations", timedelta(seconds=1)), "at most 5,000 steps"),
    ],
)
def test_a_series_that_cannot_be_is_one_sentence(metrics, arguments, says):
    with pytest.raises(InputError, match=says):
        metrics.series(*arguments, NOON, NOON + timedelta(days=1))
    with pytest.raises(InputError, match="no statistic 'p17'"):
        metrics.total("Invocations", "p17")


def exposed(text):
    families = text_string_to_metric_families(text.decode())
    return {(one.name, *sorted(one.labels.values())): one.value for family in families for one in family.samples}


def test_prometheus_reads_the_same_numbers(metrics, database):
    found = exposed(Exposition(database).text())
    assert found["etude_invocations_total", "a", "answer"] == 3
    assert found["etude_invocation_server_errors_total", "a", "answer"] == 1
    assert found["etude_invocation_client_errors_total", "b", "exam"] == 1
    assert found["etude_input_token_count_total", "a", "answer"] == 300
    assert found["etude_invocation_latency_seconds_sum", "a", "answer"] == 7
    assert found["etude_invocation_latency_seconds_bucket", "2.0", "a", "answer"] == 2
    mail = ("ANONYMIZE", "EMAIL", "sensitiveInformationPolicy")
    assert found["etude_finding_counts_total", *mail] == found["etude_content_filtered_count_total", *mail] == 4
    assert found["etude_invocations_intervened_total", "a", "answer"] == 1


def test_counters_never_fall_and_count_nothing_twice(metrics, database):
    exposition = Exposition(database)
    exposition.text()
    purge(database, kinds_of(["invocations"]))
    assert exposed(exposition.text())["etude_invocations_total", "a", "answer"] == 3
    Invocations(database).add(asked(90))
    exposition.text()
    assert exposed(exposition.text())["etude_invocations_total", "a", "answer"] == 4


def test_the_server_gives_them_to_this_machine_only(url):
    records = Records(url)
    Invocations(records.database).add(asked(0))
    app = FastAPI()
    app.add_middleware(Guard, host="127.0.0.1")
    add_metrics(app, records)
    with TestClient(app, base_url="http://127.0.0.1:7860") as client:
        given = client.get("/metrics")
        assert given.headers["content-type"].startswith("text/plain; version=0.0.4")
        assert 'etude_invocations_total{model="a",operation="answer"} 1.0' in given.text
        assert "_created" not in given.text
        assert "HELP etude_invocation_client_errors_total InvocationClientErrors" in given.text
        assert client.get("/metrics", headers={"host": "elsewhere.example"}).status_code == 421
        with records.database.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE invocations RENAME TO gone")
        broken = client.get("/metrics")
        assert (broken.status_code, "cannot be used" in broken.text) == (503, True)
    records.close()
