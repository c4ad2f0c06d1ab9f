"""A suite that takes no time, for tests of what runs suites."""

import runpy
from pathlib import Path

import pytest

from eval.suites import registry

TINY = Path(__file__).with_name("tiny_suite.py")


@pytest.fixture(scope="module")
def tiny():
    """Registers the tiny suite, with the systems that a test gives it beside its own."""

    def make(**systems):
        opened = {name: lambda tools, variant, ask=ask: ask for name, ask in systems.items()}
        registry._SUITES.pop("tiny", None)
        suite = runpy.run_path(str(TINY))["tiny"](**opened)
        registry.suites.cache_clear()
        return suite

    yield make
    registry._SUITES.pop("tiny", None)
    registry.suites.cache_clear()
