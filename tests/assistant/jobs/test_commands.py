"""``etude jobs`` as a person or a program meets it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant.cli import app
from assistant.errors import InputError


@pytest.fixture
def etude():
    def run(*arguments, code=0):
        done = CliRunner().invoke(app, arguments)
        if isinstance(done.exception, Exception) and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == code
        return done.stdout

    return run


def test_a_job_is_shown_ended_and_resumed(queue, running, until, etude):
    status, _ = running("wait")
    until(lambda: (found := queue.find(status.id).progress) and found.text == "waiting")
    waiting = queue.submit("tiny", {})
    short = status.id[:8]
    listed = etude("jobs", "list")
    assert "running 50%" in listed
    assert "queued, number 1 in line for cpu" in " ".join(listed.split())
    assert [one["id"] for one in json.loads(etude("jobs", "list", "--json", "--state", "queued"))] == [waiting.id]
    assert etude("jobs", "log", short) == "begun \n"
    assert "Limits: 5 minutes, 2,000 MB" in etude("jobs", "show", short)
    assert etude("jobs", "cancel", short) == f"{status.id}: cancelled\n"
    assert f"etude jobs resume {short}" in etude("jobs", "show", short)
    (status.outputs / "go").touch()
    assert json.loads(etude("jobs", "resume", short, "--json"))["id"] == status.id
    assert etude("jobs", "watch", short).endswith("done\n")
    shown = json.loads(etude("jobs", "show", short, "--json"))
    assert (shown["state"], shown["result"]["resumed"]) == ("done", True)


def test_following_one_that_fails_ends_with_its_reason(queue, etude):
    status = queue.submit("tiny", {"does": "refuse"})
    assert "failed: The melody has no notes." in etude("jobs", "watch", status.id, code=1)
    assert "The last lines of its log:\n  begun" in etude("jobs", "show", status.id)


def test_a_purge_deletes_the_folders_of_what_is_over(queue, running, etude):
    status, _ = running("wait")
    over = queue.submit("tiny", {}, device="mps")
    queue.wait(over.id)
    assert "Deleted: jobs 1." in etude("records", "purge", "--kind", "jobs", "--yes")
    assert not over.outputs.parent.exists()
    assert status.outputs.is_dir()
    assert [one.id for one in queue.jobs()] == [status.id]


def test_files_that_came_with_an_order_go_with_its_job_and_not_before(queue, home, etude):
    kept = queue.wait(queue.submit("tiny", {}, files={"files": {"1.mid": b"do", "2.mid": b"re"}}).id)
    assert kept.result["read"] == {"1.mid": "do", "2.mid": "re"}
    assert [path.read_bytes() for path in map(Path, kept.arguments["files"])] == [b"do", b"re"]
    etude("records", "purge", "--kind", "jobs", "--older-than", "1d", "--yes")
    assert len(list(home.rglob("*.mid"))) == 2
    etude("records", "purge", "--kind", "jobs", "--yes")
    assert list(home.rglob("*.mid")) == []


def test_nothing_is_a_sentence(etude):
    assert etude("jobs", "list") == "There are no jobs yet.\n"
    with pytest.raises(InputError, match="no job 'x'"):
        etude("jobs", "show", "x")
    with pytest.raises(InputError, match="no state 'sleeping'"):
        etude("jobs", "list", "--state", "sleeping")
