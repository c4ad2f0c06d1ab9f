import pytest

from assistant.records import RatingRecords, Records
from tests.eval.human.runs import write_run


@pytest.fixture
def records(settings):
    opened = Records(settings.database_url)
    yield RatingRecords(opened.database)
    opened.close()


@pytest.fixture
def run_a(home):
    return write_run(home, "run-a", model="small")


@pytest.fixture
def run_b(home):
    return write_run(home, "run-b", model="large")
