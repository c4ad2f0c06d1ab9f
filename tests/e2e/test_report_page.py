"""Opens the report of a run from its file in Chromium, as a double click does."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from eval.folder import Figure, Line, Manifest, RunFolder, Spec, Summary
from eval.report import write_html
from eval.sample import Cited, Output, Passage, Sample

pytestmark = pytest.mark.browser

EVIL = "</script><script>window.ran = 1</script><img src=x onerror='window.ran = 2'>"
SAMPLES = 2_000


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """A run of 2,000 samples; the first says what could break out of the page."""
    run = RunFolder(tmp_path_factory.mktemp("report") / "run")
    run.path.mkdir()
    lines, scores, right = [], {}, 0
    for number in range(SAMPLES):
        good = number % 4 > 0
        right += good
        prompt = EVIL + " \u202edlog" if number == 0 else f"What does note {number} say?"
        passage = Passage(section="notes.md#Bees", text=f"Honey. {EVIL}", score=0.5)
        sample = Sample(
            id=f"s{number:04}",
            prompt=prompt,
            references=("Each hive gives twelve kilograms.",),
            category="<b>off</b>" if number % 2 else "fact",
            must=(("twelve",),),
            gold=("notes.md#Bees",),
        )
        output = Output(
            prediction=f"Each hive gives {'twelve' if good else 'ten'} kilograms. {EVIL if number == 0 else ''}",
            passages=(passage,),
            read=1,
            citations=(Cited(marker=1, section=passage.section, text=passage.text),),
            seconds=1 + number / 1_000,
            error="The engine broke off." if number == 7 else "",
        )
        lines.append(Line(sample=sample, output=output).model_dump_json())
        scores[sample.id] = {"system": {"must_hit": float(good), "seconds": output.seconds}}
    run.samples_file.write_text("\n".join([*lines, ""]), encoding="utf-8")
    run.write_scores(scores)
    share = Figure(value=right / SAMPLES, low=0.73, high=0.77, n=SAMPLES)
    chance = Figure(value=0.0, low=0.0, high=0.01, n=SAMPLES)
    time_taken = Figure(value=2.0, low=1.9, high=2.1, n=SAMPLES)
    rows = {"system": {"must_hit": share, "seconds": time_taken}, "shuffled": {"must_hit": chance}}
    run.write_summary(Summary(rows=rows, errors=1))
    spec = Spec(suite="qa", model=EVIL)
    run.write_manifest(Manifest(id="run", created="2026-11-21T09:30:00+00:00", spec=spec, samples=SAMPLES))
    return write_html(run, run.path / "report.html")


@pytest.fixture
def page(browser, report):
    look(browser, 1280, 900)
    browser.get(report.as_uri())
    return browser


def look(browser, width: int, height: int, dark: bool = False) -> None:
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})


def shown(browser) -> list[str]:
    return browser.execute_script("return [...document.querySelectorAll('.sample')].map(e => e.id.slice(7))")


def until(truth: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not truth():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def choose(browser, name: str, text: str) -> None:
    for option in browser.find_elements(By.CSS_SELECTOR, f"select[name={name}] option"):
        if option.text.startswith(text):
            option.click()
            return
    pytest.fail(f"{name} has no {text}")


def test_nothing_runs_loads_or_complains(page, report):
    page.find_element(By.CSS_SELECTOR, ".sample summary").click()
    until(lambda: page.find_elements(By.CSS_SELECTOR, ".sample .body"))
    page.find_element(By.CSS_SELECTOR, ".passage summary").click()
    assert EVIL in page.find_element(By.CSS_SELECTOR, ".sample .body").text
    assert "U+202E" in page.find_element(By.CSS_SELECTOR, ".sample .question").text
    assert EVIL in page.title
    assert page.execute_script("return window.ran") is None
    assert page.find_elements(By.CSS_SELECTOR, "img, b b") == []
    asked = {
        message["params"]["request"]["url"]
        for entry in page.get_log("performance")
        if (message := json.loads(entry["message"])["message"])["method"] == "Network.requestWillBeSent"
    }
    assert {url for url in asked if not url.startswith(("data:", "chrome:", "devtools:"))} == {report.as_uri()}
    assert [entry for entry in page.get_log("browser") if entry["level"] == "SEVERE"] == []


def test_samples_are_found_filtered_sorted_and_turned(page):
    assert len(shown(page)) == 50
    page.find_element(By.XPATH, "//nav/button[text()='Next']").click()
    assert shown(page)[0] == "s0050"
    assert page.find_element(By.ID, "count").text == "2,000 samples, page 2 of 40"

    choose(page, "outcome", "wrong")
    assert page.find_element(By.ID, "count").text == "500 of 2,000 samples, page 1 of 10"
    choose(page, "category", "<b>off</b>")
    assert shown(page) == []
    choose(page, "category", "all")
    choose(page, "outcome", "error (1)")
    assert shown(page) == ["s0007"]
    choose(page, "outcome", "all")

    choose(page, "sort", "seconds")
    assert shown(page)[:2] == ["s1999", "s1998"]
    page.find_element(By.NAME, "turn").click()
    assert shown(page)[:2] == ["s0000", "s0001"]

    page.find_element(By.NAME, "find").send_keys("NOTE 123")
    until(lambda: "s0123" in shown(page)[:1])
    assert page.find_element(By.ID, "count").text == "12 of 2,000 samples"


def test_a_sample_unfolds_by_keyboard_and_shows_its_differences(page):
    page.execute_script("document.querySelectorAll('.sample summary')[4].focus()")
    page.switch_to.active_element.send_keys(Keys.ENTER)
    until(lambda: page.find_elements(By.CSS_SELECTOR, "#sample-s0004 ins"))
    sample = page.find_element(By.ID, "sample-s0004")
    assert sample.find_element(By.CSS_SELECTOR, ".text ins").text == "ten"
    assert sample.find_element(By.CSS_SELECTOR, ".text del").text == "twelve"
    text = sample.text
    for said in ("Each hive gives ten kilograms.", "notes.md#Bees", "gold", "read", "[1]", "must_hit", "1.004 s"):
        assert said in text


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844)])
def test_it_fits_the_screen_and_can_be_read(page, width, height, dark):
    look(page, width, height, dark)
    page.execute_script("document.querySelector('.sample').open = true; document.querySelector('.fold').open = true")
    until(lambda: page.find_elements(By.CSS_SELECTOR, ".sample .body"))
    assert page.execute_script("return document.documentElement.scrollWidth") <= width
    poor = page.execute_script(CONTRAST)
    assert poor == []


CONTRAST = """
    const parse = (colour) => {
      const context = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
      context.fillStyle = colour;
      context.fillRect(0, 0, 1, 1);
      return [...context.getImageData(0, 0, 1, 1).data];
    };
    const light = ([r, g, b]) => {
      const [x, y, z] = [r, g, b].map((v) => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
      return .2126 * x + .7152 * y + .0722 * z;
    };
    const behind = (element) => {
      const layers = [];
      for (let e = element; e; e = e.parentElement) layers.push(getComputedStyle(e).backgroundColor);
      const context = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
      for (const layer of layers.reverse()) { context.fillStyle = layer; context.fillRect(0, 0, 1, 1); }
      return [...context.getImageData(0, 0, 1, 1).data];
    };
    const poor = new Set();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const element = walker.currentNode.parentElement;
      const text = walker.currentNode.data.trim();
      if (!text || !element.checkVisibility() || element.matches('title, desc, script, option')) continue;
      const style = getComputedStyle(element);
      const [a, b] = [light(parse(element.closest('svg') ? style.fill : style.color)), light(behind(element))];
      const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
      if (ratio < 5.5) poor.add(element.className + ' ' + ratio.toFixed(2) + ' ' + text.slice(0, 20));
    }
    return [...poor];
"""
