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
