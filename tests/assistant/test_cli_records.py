"""``etude records`` and ``etude metrics`` as a person or a program meets them."""

import contextlib
import json
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from assistant.cli import app
from assistant.errors import InputError
from assistant.records import FindingCount, Invocation, Invocations, Records

NOW = datetime.now(UTC)


@pytest.fixture
def records(settings):
    with contextlib.closing(Records(settings.database_url)) as opened:
        yield opened


@pytest.fixture
def asked(records):
    invocations = Invocations(records.database)
    mail = FindingCount("sensitiveInformationPolicy", "EMAIL", "ANONYMIZE", 2)
    invocations.add(Invocation("answer", "a-model", 2.0, input_tokens=300, first_token=0.5, findings=(mail,)))
    invocations.add(Invocation("exam", "a-model", 9.0, at=NOW - timedelta(days=30), error="server"))


def etude(*arguments, typed=""):
    done = CliRunner().invoke(app, arguments, input=typed, catch_exceptions=True)
    if isinstance(done.exception, Exception) and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.stdout


def test_metrics_are_told_to_people_and_programs(asked):
    shown = etude("metrics")
    assert "a-model" in shown
    assert "2.00 s" in shown
    assert "EMAIL" in shown
    (row,) = json.loads(etude("metrics", "--since", "7d", "--json"))["metrics"]
    assert (row["ModelId"], row["Operation"], row["Invocations"]) == ("a-model", "answer", 1)
    assert row["InputTokenCount"] == 300
    assert row["InvocationLatency"]["p50"] == 2000
    whole = json.loads(etude("metrics", "--json"))
    assert [row["InvocationServerErrors"] for row in whole["metrics"]] == [0, 1]
    assert whole["FindingCounts"] == whole["ContentFilteredCount"] == 2


def test_metrics_of_nothing_are_a_sentence(records):
    assert etude("metrics") == "No model was asked yet.\n"
    assert json.loads(etude("metrics", "--json"))["metrics"] == []


def test_an_age_that_is_none_is_one_sentence():
    for given in ("soon", "7x", "2026-13-01", "999999w"):
        with pytest.raises(InputError, match="--since takes a date such as 2026-11-01, or a time such as 90d"):
            etude("metrics", "--since", given)


def test_records_are_written_out(asked, tmp_path):
    out = tmp_path / "out.jsonl"
    assert etude("records", "export", str(out), "--kind", "invocations").startswith("3 records are in")
    assert len(out.read_text(encoding="utf-8").splitlines()) == 3


def test_a_purge_counts_and_asks_first(asked, records, monkeypatch):
    with pytest.raises(InputError, match="Add --yes"):
        etude("records", "purge", "--older-than", "7d")
    monkeypatch.setattr("assistant.terminal.keeping._somebody_is_there", lambda: True)
    said = etude("records", "purge", "--older-than", "7d", typed="n\n")
    assert "invocations 1." in said
    assert "Nothing was deleted." in said
    assert len(Invocations(records.database).find()) == 2
    assert "Deleted: invocations 1." in etude("records", "purge", "--older-than", "7d", typed="y\n")
    assert [one.operation for one in Invocations(records.database).find()] == ["answer"]
    etude("records", "purge", "--yes")
    assert Invocations(records.database).find() == []
    assert "nothing to delete" in etude("records", "purge", "--yes")


def test_two_ages_are_one_too_many():
    with pytest.raises(InputError, match="not both"):
        etude("records", "purge", "--older-than", "7d", "--before", "2026-11-01")
