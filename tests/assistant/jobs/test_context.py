import pytest

from assistant.jobs.context import Context, JobStopped


@pytest.fixture
def told():
    return []


@pytest.fixture
def context(settings, tmp_path, told):
    return Context(tmp_path, settings, tell=told.append)


def test_time_left_is_at_the_speed_since_the_first_call(context, told, monkeypatch):
    clock = iter([100.0, 110.0, 130.0])
    monkeypatch.setattr("assistant.jobs.context.time.monotonic", lambda: next(clock))
    for share in (0.2, 0.4, 0.7):
        context.progress(share, "step")
    # 0.2 in 10 s leaves 0.6 for 30 s; 0.5 in 30 s leaves 0.3 for 18 s.
    assert [one.seconds_left for one in told] == [None, pytest.approx(30), pytest.approx(18)]


def test_a_share_is_one(context, told):
    for share in (-1, 7):
        context.progress(share)
    assert [one.share for one in told] == [0, 1]


def test_one_that_is_to_end_ends_where_it_says_how_far_it_is(context, told):
    context.stop.set()
    with pytest.raises(JobStopped):
        context.progress(0.5)
    assert told == []
    assert not issubclass(JobStopped, Exception)
