"""Reads the metrics in the real page: records of a home of its own, and Chromium without a window."""

from __future__ import annotations

from datetime import timedelta

import pytest

from assistant.records import Invocation, Invocations, Records
from assistant.records.columns import now
from tests.e2e.page import RoomPage, Served

pytestmark = pytest.mark.browser

FIGURE = (
    "return [...document.querySelectorAll('#metrics dl.figures > div')]"
    ".find(e => e.innerText.startsWith('Invocations\\n'))?.innerText.split('\\n').at(-1)"
)


class MetricsPage(RoomPage):
    """The Metrics tab as a person sees it."""

    name = "metrics"

    def invocations(self, expected: str) -> None:
        self.until(f"{FIGURE} === '{expected}'", f"{expected} invocations")


@pytest.fixture(scope="module")
def etude(tmp_path_factory, shared_settings):
    served = Served(tmp_path_factory.mktemp("metrics"), shared_settings.models_path)
    served.start()
    yield served
    served.close()


@pytest.fixture
def page(browser, etude):
    return MetricsPage(browser, etude.url)


def asked(etude, hours, model):
    records = Records(f"sqlite:///{etude.home / 'records.sqlite3'}")
    Invocations(records.database).add(
        Invocation("answer", model, 1.5, at=now() - timedelta(hours=hours), input_tokens=900, output_tokens=40)
    )
    records.close()


def test_figures_and_charts_follow_the_span_and_the_records(page, etude):
    page.open()
    page.view("show")
    assert "No model was asked in the last 7 days." in page.find("#metrics-view").text
    asked(etude, 1, "small")
    asked(etude, 48, "large")
    page.press("r")
    page.invocations("2")
    page.step("By model")
    page.until("return document.querySelectorAll('#metrics ul.legend').length > 2")
    assert page.all("#metrics ul.legend li")[:2] == ["large", "small"]
    drawn = page.js("return [...document.querySelectorAll('#metrics svg.chart rect.s0')].map(e => e.getBBox().height)")
    assert drawn
    assert all(height > 0 for height in drawn)

    page.find("#metrics figure summary").click()
    table = page.find("#metrics figure details table").text
    assert "Steps of 6 h" in table
    page.step("24 h")
    page.invocations("1")
    assert page.js("return new URL(location.href).searchParams.get('span')") == "24h"

    # What was asked while another tab was shown is there on the way back.
    page.js("document.querySelector('[data-tab=chat]').click()")
    asked(etude, 0, "small")
    page.js("document.querySelector('[data-tab=metrics]').click()")
    page.invocations("2")
    page.browser.refresh()
    page.invocations("2")


def test_a_phone_shows_it_without_scrolling_sideways(page):
    page.browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": 360, "height": 800, "deviceScaleFactor": 1, "mobile": True}
    )
    page.open("&span=all&by=model")
    page.until("return document.querySelector('#metrics svg.chart')")
    assert page.js("const e = document.querySelector('#metrics-scroll'); return e.scrollWidth <= e.clientWidth")
    page.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
