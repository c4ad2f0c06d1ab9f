import json
import re
from html.parser import HTMLParser

import pytest

from assistant.errors import InputError
from eval.report import write_html
from eval.sample import Case, Output, Sample


class Page(HTMLParser):
    """Collects the tags, with their attributes, and what scripts say."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.scripts = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data):
        if self.tags and self.tags[-1][0] == "script":
            self.scripts.append(data)


@pytest.fixture
def page(write_run, awkward, tmp_path):
    path = write_html(write_run(awkward, ["exact", "cost"]), tmp_path / "report.html")
    return path.read_text(encoding="utf-8")


def test_the_page_needs_nothing_else(page):
    found = Page(page)
    assert not [tag for tag, at in found.tags if {"src", "srcset", "data", "action"} & set(at)]
    assert {at["href"] for tag, at in found.tags if "href" in at} == {
        "#samples", "#mark-system", "#mark-oracle", "#mark-shuffled",
    }  # fmt: skip
    style = page.partition("<style>")[2].partition("</style>")[0]
    assert {url[:16] for url in re.findall(r"url\(\"?([^)]*)", style)} == {"data:font/woff2;"}
    assert "@import" not in style


def test_nothing_that_a_model_said_is_markup(page, awkward):
    found = Page(page)
    assert [tag for tag, _ in found.tags].count("script") == 2
    assert not {"img", "i"} & {tag for tag, _ in found.tags}
    data = json.loads(found.scripts[0])
    assert [sample["id"] for sample in data["samples"]] == [case.sample.id for case in awkward]
    assert data["samples"][1]["answer"] == awkward[1].output.prediction
    assert "\u202e" not in page


def test_passages_that_many_samples_found_are_written_once(write_run, awkward, tmp_path):
    again = [Case(awkward[0].sample.model_copy(update={"id": f"q{n}"}), awkward[0].output) for n in range(20)]
    page = write_html(write_run(again), tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.count("Each hive gives twelve kilograms.") == 1


def test_a_run_without_samples_or_figures_has_a_page(write_run, tmp_path):
    bare = Case(Sample(id="a", prompt="?"), Output(prediction="a"))
    page = write_html(write_run([bare]), tmp_path / "report.html").read_text(encoding="utf-8")
    assert "No metric concerns these samples." in page
    assert "Spread" not in page


def test_a_place_that_cannot_be_written_is_one_sentence(write_run, awkward, tmp_path):
    with pytest.raises(InputError, match=r"cannot be written to .*Choose another place"):
        write_html(write_run(awkward), tmp_path / "missing" / "report.html")
