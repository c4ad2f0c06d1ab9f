"""Chromium without a window, for every test of a page."""

from __future__ import annotations

import shutil

import pytest
from selenium import webdriver

BROWSER, DRIVER = "/usr/bin/chromium", "/usr/bin/chromedriver"
FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-background-networking --disable-component-update "
    "--disable-sync --no-first-run --window-size=1440,900"
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    for program, package in ((BROWSER, "chromium"), (DRIVER, "chromium-driver")):
        if not shutil.which(program):
            pytest.fail(f"{program} is missing. Install it with: apt-get install {package}")
    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for flag in (*FLAGS.split(), f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()
