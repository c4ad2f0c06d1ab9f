"""Opens the report of a run from its file in Chromium, as a double click does."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from eval.folder import Figure, Line, Manifest, RunFolder, Spec, Summary
from eval.report import write_html
from eval.sample import Cited, Output, Passage, Sample
from tests.e2e.page import Page

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
def page(tab, report):
    page = Page(tab, report.as_uri())
    look(page, 1280, 900)
    tab.goto(page.url)
    return page


def look(page, width: int, height: int, dark: bool = False) -> None:
    page.tab.set_viewport_size({"width": width, "height": height})
    page.tab.emulate_media(color_scheme="dark" if dark else "light")


def choose(page, name: str, text: str) -> None:
    select = page.find(f"select[name={name}]")
    found = [label for label in select.locator("option").all_text_contents() if label.startswith(text)]
    select.select_option(label=found[0])


def test_nothing_runs_loads_or_complains(page):
    page.find(".sample summary").first.click()
    body = page.find(".sample .body").first
    page.find(".passage summary").first.click()
    expect(body).to_contain_text(EVIL)
    expect(page.find(".sample .question").first).to_contain_text("U+202E")
    assert EVIL in page.tab.title()
    assert page.js("window.ran") is None
    expect(page.find("img, b b")).to_have_count(0)
    assert {url for url in page.requested if not url.startswith("data:")} == {page.url}
    assert page.complaints == []


def test_samples_are_found_filtered_sorted_and_turned(page):
    samples, first = page.find(".sample"), page.find(".sample").first
    count = page.find("#count")
    expect(samples).to_have_count(50)
    page.find("nav").get_by_role("button", name="Next", exact=True).first.click()
    expect(first).to_have_id("sample-s0050")
    expect(count).to_have_text("2,000 samples, page 2 of 40")

    choose(page, "outcome", "wrong")
    expect(count).to_have_text("500 of 2,000 samples, page 1 of 10")
    choose(page, "category", "<b>off</b>")
    expect(samples).to_have_count(0)
    choose(page, "category", "all")
    choose(page, "outcome", "error (1)")
    expect(samples).to_have_count(1)
    expect(first).to_have_id("sample-s0007")
    choose(page, "outcome", "all")

    choose(page, "sort", "seconds")
    expect(first).to_have_id("sample-s1999")
    expect(samples.nth(1)).to_have_id("sample-s1998")
    page.find("[name=turn]").click()
    expect(first).to_have_id("sample-s0000")
    expect(samples.nth(1)).to_have_id("sample-s0001")

    page.find("[name=find]").fill("NOTE 123")
    expect(first).to_have_id("sample-s0123")
    expect(count).to_have_text("12 of 2,000 samples")


def test_a_sample_unfolds_by_keyboard_and_shows_its_differences(page):
    sample = page.find("#sample-s0004")
    sample.locator("summary").first.press("Enter")
    expect(sample.locator(".text ins")).to_have_text("ten")
    expect(sample.locator(".text del")).to_have_text("twelve")
    for text in ("Each hive gives ten kilograms.", "notes.md#Bees", "gold", "read", "[1]", "must_hit", "1.004 s"):
        expect(sample).to_contain_text(text, use_inner_text=True)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844)])
def test_it_fits_the_screen_and_can_be_read(page, width, height, dark):
    look(page, width, height, dark)
    page.find(".sample summary").first.press("Enter")
    page.js("document.querySelector('.fold').open = true")
    expect(page.find(".sample .body").first).to_be_visible()
    assert page.js("document.documentElement.scrollWidth") <= width
    assert page.js(CONTRAST) == []


CONTRAST = """() => {
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
}"""
