"""Reads the metrics in the real page: records of a home of its own, and Chromium without a window."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from assistant.records import Invocation, Invocations, Records
from assistant.records.columns import now
from tests.e2e.page import RoomPage, Served

pytestmark = pytest.mark.browser


class MetricsPage(RoomPage):
    """The Metrics tab as a person sees it."""

    name = "metrics"

    def invocations(self, expected: str) -> None:
        figure = self.find("#metrics dl.figures > div").filter(has=self.tab.get_by_text("Invocations", exact=True))
        expect(figure).to_contain_text(expected)


@pytest.fixture(scope="module")
def etude(tmp_path_factory, shared_settings):
    served = Served(tmp_path_factory.mktemp("metrics"), shared_settings.models_path)
    served.start()
    yield served
    served.close()


@pytest.fixture
def page(tab, etude):
    return MetricsPage(tab, etude.url)


def asked(etude, hours, model):
    records = Records(f"sqlite:///{etude.home / 'records.sqlite3'}")
    Invocations(records.database).add(
        Invocation("answer", model, 1.5, at=now() - timedelta(hours=hours), input_tokens=900, output_tokens=40)
    )
    records.close()


def test_figures_and_charts_follow_the_span_and_the_records(page, etude):
    page.open()
    page.view("show")
    expect(page.shown()).to_contain_text("No model was asked in the last 7 days.")
    asked(etude, 1, "small")
    asked(etude, 48, "large")
    page.press("r")
    page.invocations("2")
    page.step("By model")
    expect(page.find("#metrics ul.legend").first.locator("li")).to_have_text(["large", "small"])
    drawn = page.js("[...document.querySelectorAll('#metrics svg.chart rect.s0')].map(e => e.getBBox().height)")
    assert drawn
    assert all(height > 0 for height in drawn)

    page.find("#metrics figure summary").first.click()
    expect(page.find("#metrics figure details table").first).to_contain_text("Steps of 6 h")
    page.step("24 h")
    page.invocations("1")
    assert page.parameter("span") == "24h"

    # What was asked while another tab was shown is there on the way back.
    page.find("#header [data-tab=chat]").click()
    asked(etude, 0, "small")
    page.find("#header [data-tab=metrics]").click()
    page.invocations("2")
    page.tab.reload()
    page.invocations("2")


def test_a_phone_shows_it_without_scrolling_sideways(page):
    page.phone()
    page.open("&span=all&by=model")
    expect(page.find("#metrics svg.chart").first).to_be_visible()
    page.fits()
