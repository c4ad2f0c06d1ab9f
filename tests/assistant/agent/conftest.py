"""The agent of ``garden``, without a guardrail but where a test is about one."""

import sys
from pathlib import Path

import pytest

from assistant.settings import load_settings

HERE = Path(__file__).parent


@pytest.fixture
def settings():
    return load_settings(guardrail="")


@pytest.fixture
def garden(monkeypatch):
    """The module with the tools and the planner of the tests."""
    monkeypatch.syspath_prepend(str(HERE))
    import garden

    yield garden
    sys.modules.pop("garden")


@pytest.fixture
def bench(garden, settings):
    return garden.make_bench(settings)


@pytest.fixture
def last():
    """Return the end of a run."""

    def end(events):
        *_, event = events
        return event

    return end
