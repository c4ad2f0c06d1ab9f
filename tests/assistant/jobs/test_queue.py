"""Jobs with real processes: in line, at work, ended and resumed."""

import contextlib
import json
import os
import signal
import stat
import subprocess
import sys

import psutil
import pytest

from assistant.errors import InputError
from assistant.jobs import queue as queue_module
from assistant.jobs.queue import open_queue
from assistant.records import Jobs
from assistant.records.database import Database
from assistant.settings import load_settings


def row_of(settings, job_id):
    with contextlib.closing(Database(settings.database_url)) as database:
        return Jobs(database).job(job_id)


def gone(pid):
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_a_job_works_in_a_process_of_its_own_and_is_followed_to_its_end(queue, settings):
    status = queue.submit("tiny", {"text": "for jane.doe@example.org"}, device="cuda", minutes=1, memory_mb=900)
    assert (status.kind, status.device, status.minutes, status.memory_mb) == ("tiny", "cuda:0", 1, 900)
    *before, done = queue.watch(status.id[:12])
    assert [one.state for one in before] == sorted((one.state for one in before), key=["queued", "running"].index)
    assert (done.state, done.over, done.position, done.error) == ("done", True, 0, "")
    # As it was given for the person, and nothing heavy in its process.
    given = "for jane.doe@example.org"
    assert done.result == {"text": given, "resumed": False, "heavy": [], "device": "cuda:0"}
    assert done.created <= done.started <= done.finished
    assert json.loads((done.outputs / "ids.json").read_text())["pid"] != os.getpid()
    assert json.loads(json.dumps(done.for_programs()))["outputs"] == str(done.outputs)


def test_what_is_kept_is_masked_and_its_folder_is_private(tiny_kinds):
    settings = load_settings()
    assert settings.guardrail
    with open_queue(settings) as queue:
        done = queue.wait(queue.submit("tiny", {"text": "for jane.doe@example.org"}).id)
        assert queue.log(done.id) == ["begun for {EMAIL}"]
    row = row_of(settings, done.id)
    assert (row.arguments["text"], row.result["text"]) == ("for {EMAIL}", "for {EMAIL}")
    assert stat.S_IMODE(done.outputs.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("does", "error", "last_line"),
    [
        ("fail", "It broke off (ValueError: no such note).", "and more"),
        ("refuse", "The melody has no notes. Give one that has.", "begun "),
        ("exit", "It ended with exit code 3 before it was done.", "begun "),
        ("not json", "It broke off (ValueError: Out of range float values are not JSON compliant).", "compliant"),
    ],
)
def test_a_job_that_fails_says_why_in_one_sentence(queue, does, error, last_line):
    failed = queue.wait(queue.submit("tiny", {"does": does}).id)
    assert (failed.state, failed.error) == ("failed", error)
    assert last_line in failed.last_lines[-1]


def test_one_that_is_killed_is_reported_and_does_not_block_the_next(queue, running):
    killed, ids = running("wait")
    following = queue.submit("tiny", {})
    os.kill(ids["pid"], signal.SIGKILL)
    status = queue.wait(killed.id)
    assert (status.state, status.last_lines) == ("failed", ("begun ",))
    assert "killed (SIGKILL)" in status.error
    assert queue.wait(following.id).state == "done"


def test_two_on_one_device_go_one_after_the_other_in_order(queue, running, until):
    first, _ = running("wait")
    second, third = queue.submit("tiny", {}), queue.submit("tiny", {})
    assert [queue.find(one.id).position for one in (first, second, third)] == [0, 1, 2]
    assert [one.position for one in queue.jobs(state="queued")] == [2, 1]
    (first.outputs / "go").touch()
    done = [queue.wait(one.id) for one in (first, second, third)]
    assert [one.state for one in done] == ["done"] * 3
    assert done[0].finished <= done[1].started
    assert done[1].finished <= done[2].started


def test_two_devices_work_at_once(queue, running):
    first, _ = running("wait")
    second, _ = running("wait", device="cuda:1")
    assert {queue.find(one.id).state for one in (first, second)} == {"running"}


def test_a_short_one_passes_the_long_ones_and_waits_for_the_short_ones(queue, running):
    long, _ = running("wait")
    waiting = queue.submit("tiny", {})
    first, _ = running("wait", kind="brief")
    second = queue.submit("brief", {})
    assert [one.short for one in (long, waiting, first, second)] == [False, False, True, True]
    assert [queue.find(one.id).position for one in (waiting, second)] == [1, 1]
    (first.outputs / "go").touch()
    done = [queue.wait(one.id) for one in (first, second)]
    assert [one.state for one in done] == ["done"] * 2
    assert done[0].finished <= done[1].started
    assert queue.find(long.id).state == "running"
    assert queue.find(waiting.id).state == "queued"
    (long.outputs / "go").touch()
    assert queue.wait(long.id).finished <= queue.wait(waiting.id).started


def test_one_that_waits_is_cancelled_at_once_and_leaves_the_line(queue, running):
    first, _ = running("wait")
    second, third = queue.submit("tiny", {}), queue.submit("tiny", {})
    assert queue.cancel(second.id).state == "cancelled"
    assert queue.find(third.id).position == 1
    (first.outputs / "go").touch()
    assert queue.wait(third.id).state == "done"
    assert queue.find(second.id).started is None
    with pytest.raises(InputError, match="is cancelled already"):
        queue.cancel(second.id)


def test_cancelling_ends_all_processes_of_a_job(queue, running, until):
    status, ids = running("begin others")
    until((status.outputs / "other").exists)
    other = int((status.outputs / "other").read_text())
    queue.cancel(status.id)
    ended = queue.wait(status.id)
    assert (ended.state, ended.error, ended.stopping) == ("cancelled", "", False)
    until(lambda: gone(ids["pid"]) and gone(other))


def test_one_that_does_not_listen_is_ended_by_force(queue, until):
    status = queue.submit("stubborn", {})
    until(lambda: queue.find(status.id).progress)
    queue.cancel(status.id)
    assert queue.wait(status.id).state == "cancelled"


def test_the_limit_of_minutes_holds(queue):
    status = queue.wait(queue.submit("stubborn", {}, minutes=0.001).id)
    assert (status.state, status.error) == ("failed", "It ran longer than its limit of 0.001 minutes.")


def test_the_limit_of_memory_holds(queue):
    status = queue.wait(queue.submit("tiny", {"does": "fill memory"}, memory_mb=20).id)
    assert (status.state, status.error) == ("failed", "It used more memory than its limit of 20 MB.")


def test_a_job_goes_on_in_its_folder(queue, running):
    first, _ = running("wait")
    queue.cancel(first.id)
    assert queue.wait(first.id).resumable
    (first.outputs / "go").touch()
    again = queue.resume(first.id)
    assert (again.id, again.state, again.finished) == (first.id, "queued", None)
    done = queue.wait(first.id)
    assert (done.state, done.result["resumed"], done.resumable) == ("done", True, False)
    with pytest.raises(InputError, match="is done; only one that failed or was cancelled"):
        queue.resume(first.id)


def test_a_kind_that_cannot_go_on_says_so(queue):
    status = queue.wait(queue.submit("stubborn", {}, minutes=0.001).id)
    with pytest.raises(InputError, match="stubborn cannot go on"):
        queue.resume(status.id)


def test_a_job_outlives_the_program_that_began_it(queue, settings, until):
    code = (
        "import sys, tiny_kinds; from assistant.jobs.queue import open_queue;"
        "from assistant.settings import load_settings\n"
        "with open_queue(load_settings()) as queue: print(queue.submit('tiny', {'does': 'wait'}).id)\n"
    )
    begun = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    status = queue.find(begun.stdout.strip())
    until(lambda: queue.find(status.id).progress)
    (status.outputs / "go").touch()
    assert queue.wait(status.id).state == "done"


def test_when_its_worker_dies_a_job_is_found_dead_and_its_process_ends(queue, running, until):
    status, ids = running("wait")
    following = queue.submit("tiny", {})
    os.kill(ids["worker"], signal.SIGKILL)
    until(lambda: gone(ids["pid"]))
    found = until(lambda: (one := queue.find(status.id)).over and one)
    assert found.state == "failed"
    assert found.error.startswith("The process that looked after it ended without a word")
    assert found.resumable
    assert queue.wait(following.id).state == "done"


def test_one_whose_worker_died_in_line_is_found_dead(queue, running, until):
    running("wait")
    second = queue.submit("tiny", {})
    (worker,) = [one for one in psutil.process_iter(["cmdline"]) if second.id in " ".join(one.info["cmdline"] or ())]
    worker.kill()
    assert until(lambda: (one := queue.find(second.id)).over and one).state == "failed"


def test_jobs_of_another_machine_in_a_shared_database_are_left_alone(queue, settings):
    with contextlib.closing(Database(settings.database_url)) as database:
        there = Jobs(database).add("tiny", {"text": "there"})
    assert queue.find(there.id).state == "queued"
    assert queue.wait(queue.submit("tiny", {}).id).state == "done"
    (shown,) = queue.jobs(state="queued")
    assert (shown.position, shown.outputs, shown.arguments) == (0, None, {"text": "there"})
    with pytest.raises(InputError, match="only where it ran"):
        queue.cancel(there.id)


@pytest.mark.parametrize(
    ("kind", "arguments", "options", "says"),
    [
        ("dance", {}, {}, "no kind of job 'dance'; there are: .*tiny"),
        ("tiny", {"tempo": 3}, {}, "about `tempo`: Extra inputs are not permitted"),
        ("tiny", {}, {"device": "gpu"}, "'gpu' is not a device"),
        ("tiny", {}, {"minutes": 0}, "limit of minutes must be a number above 0"),
    ],
)
def test_an_order_that_is_wrong_is_one_sentence_and_leaves_nothing(queue, home, kind, arguments, options, says):
    with pytest.raises(InputError, match=says):
        queue.submit(kind, arguments, **options)
    assert queue.jobs() == []
    assert not (home / "jobs").exists()


def test_too_many_are_refused_and_what_came_with_them_is_not_kept(queue, running, monkeypatch, home):
    running("wait")
    monkeypatch.setattr(queue_module, "MOST_WAITING", 1)
    queue.submit("tiny", {})
    with pytest.raises(InputError, match="1 jobs wait for cpu"):
        queue.submit("tiny", {}, files={"files": {"3.mid": b"fa"}})
    assert not list(home.rglob("3.mid"))
    assert queue.wait(queue.submit("brief", {}).id).state == "done"


def test_a_worker_that_cannot_start_is_one_sentence(queue, home, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(InputError, match="could not be started"):
        queue.submit("tiny", {})
    assert queue.jobs() == []
    assert list((home / "jobs").iterdir()) == []


def test_an_id_that_is_none_is_one_sentence(queue):
    with pytest.raises(InputError, match="no job 'x'"):
        queue.find("x")


def test_a_second_look_from_elsewhere_sees_the_same(queue, settings, running):
    status, _ = running("wait")
    with open_queue(settings) as other:
        assert other.find(status.id).state == "running"
        other.cancel(status.id)
    assert queue.wait(status.id).state == "cancelled"
