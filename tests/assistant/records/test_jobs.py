import pytest

from assistant.errors import RecordsError
from assistant.records import Jobs


@pytest.fixture
def jobs(database):
    return Jobs(database)


def test_a_job_goes_its_way(jobs):
    job = jobs.add("compose", {"genre": "waltz"})
    assert (job.state, job.arguments, job.started) == ("queued", {"genre": "waltz"}, None)
    jobs.move(job.id, "running")
    done = jobs.move(job.id, "done", result={"file": "a.mid"})
    assert jobs.job(job.id) == done
    assert (done.state, done.result) == ("done", {"file": "a.mid"})
    assert done.created <= done.started <= done.finished


def test_a_late_finish_does_not_undo_a_cancellation(jobs):
    job = jobs.add("compose", {})
    jobs.move(job.id, "cancelled")
    with pytest.raises(RecordsError, match="is cancelled; it cannot become done"):
        jobs.move(job.id, "done")
    with pytest.raises(RecordsError, match="no job other"):
        jobs.move("other", "running")


def test_jobs_are_found_by_kind_and_state(jobs):
    first, second = jobs.add("compose", {}), jobs.add("train", {})
    jobs.move(second.id, "running")
    assert [one.id for one in jobs.jobs()] == [second.id, first.id]
    assert [one.id for one in jobs.jobs("compose")] == [first.id]
    assert [one.id for one in jobs.jobs(state="running")] == [second.id]


def test_one_that_failed_gets_in_line_again_behind_the_others(jobs):
    first, second = jobs.add("train", {}, device="cuda:0", job_id="mine"), jobs.add("train", {}, device="cuda:0")
    jobs.add("train", {})
    assert [one.id for one in jobs.waiting("cuda:0")] == ["mine", second.id]
    jobs.move("mine", "running")
    jobs.move("mine", "failed", error="It broke off.")
    again = jobs.move("mine", "queued")
    assert (again.error, again.created, again.started, again.finished) == ("", first.created, None, None)
    assert [one.id for one in jobs.waiting("cuda:0")] == [second.id, "mine"]
    with pytest.raises(RecordsError, match="is queued; it cannot become queued"):
        jobs.move("mine", "queued")
    jobs.describe("mine", {"genre": "waltz"})
    assert jobs.job("mine").arguments == {"genre": "waltz"}
