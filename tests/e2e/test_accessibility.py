"""axe-core looks at every tab, in light and in dark, as wide as a desk and as narrow as a phone."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.e2e import tour
from tests.e2e.page import PATIENCE, Served
from tests.eval.human.runs import write_run

pytestmark = pytest.mark.browser

WIDTHS = {"desk": 1280, "phone": 360}


@pytest.fixture(scope="module")
def etude(tmp_path_factory, shared_settings):
    served = Served(tmp_path_factory.mktemp("accessible"), shared_settings.models_path)
    write_run(served.home, "run-a", model="small", scores=0.4)
    write_run(served.home, "run-b", model="large", scores=0.6)
    served.start()
    yield served
    served.close()


@pytest.fixture(scope="module")
def stops(browser, etude):
    context = browser.new_context()
    context.set_default_timeout(PATIENCE * 1000)
    question = "How much honey does each hive give?"
    runs, notes = ("run-a", "run-b"), ("notes", "orchard.md")
    yield tour.walk(context.new_page(), etude.url, question, "Who won the 1998 World Cup?", runs, notes)
    context.close()


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_no_tab_has_a_serious_violation(tab, etude, stops, width):
    tab.set_viewport_size({"width": width, "height": 900})
    found = []
    for stop in stops:
        # What is still fading in has less contrast than it will have.
        tab.emulate_media(color_scheme="light", reduced_motion="reduce")
        stop.visit(tab, etude.url)
        found += _violations(tab, stop.name)
        tab.emulate_media(color_scheme="dark", reduced_motion="reduce")
        expect(tab.locator("body")).to_contain_class("dark")
        found += _violations(tab, f"{stop.name} in dark")
    assert not found, "\n".join(found)


def _violations(tab, name):
    return [
        f"{name}: {violation['id']} ({violation['help']}) at {node['target']}: {node['failureSummary']}"
        for violation in Axe().run(tab, options={"resultTypes": ["violations"]}).response["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]
