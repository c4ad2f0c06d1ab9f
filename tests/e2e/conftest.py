"""Chromium without a window, for every test of a page."""

from __future__ import annotations

import pytest

from tests.e2e.page import PATIENCE, chromium


@pytest.fixture(scope="module")
def browser():
    """One browser for a module, and not for the session: while it is open, nothing else here can run an event loop."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def context(browser):
    """A browser that has never been here before."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(PATIENCE * 1000)
    yield context
    context.close()


@pytest.fixture
def tab(context):
    """An empty tab of it."""
    return context.new_page()
