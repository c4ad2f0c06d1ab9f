"""axe-core looks at every tab: in light, in dark, and as narrow as a phone."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.e2e import tour
from tests.e2e.page import PATIENCE, Served
from tests.eval.human.runs import write_run

pytestmark = pytest.mark.browser

LOOKS = {"light": (1280, "light"), "dark": (1280, "dark"), "phone": (360, "light"), "dark phone": (360, "dark")}


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
    yield tour.walk(context.new_page(), etude.url, question, "Who won the 1998 World Cup?", ("run-a", "run-b"))
    context.close()


@pytest.mark.parametrize("look", LOOKS)
def test_no_tab_has_a_serious_violation(tab, etude, stops, look):
    width, scheme = LOOKS[look]
    tab.set_viewport_size({"width": width, "height": 900})
    # What is still fading in has less contrast than it will have.
    tab.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    found = []
    for stop in stops:
        stop.visit(tab, etude.url)
        found += [
            f"{stop.name}: {violation['id']} ({violation['help']}) at {node['target']}: {node['failureSummary']}"
            for violation in Axe().run(tab, options={"resultTypes": ["violations"]}).response["violations"]
            if violation["impact"] in ("serious", "critical")
            for node in violation["nodes"]
        ]
    assert not found, "\n".join(found)
