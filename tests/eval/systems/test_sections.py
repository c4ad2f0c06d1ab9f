from types import SimpleNamespace

import pytest

from eval.systems.sections import Sections

TEXT = """Before any heading.

# Top
## One {#one}
aaaa aaaa aaaa aaaa aaaa
## Two
bbbb bbbb bbbb bbbb bbbb bbbb bbbb bbbb bbbb bbbb bbbb bbbb bbbb bbbb bbbb
### Three
cc
"""


@pytest.fixture
def name(tmp_path):
    (tmp_path / "a.md").write_text(TEXT)
    sections = Sections({"given": tmp_path})
    lines = TEXT.splitlines()

    def name(start, end, wanted=()):
        text = "\n".join(lines[start - 1 : end])
        place = SimpleNamespace(file="a.md", start_line=start, end_line=end, text=text)
        return sections.name("given", place, wanted)

    return name


def test_a_section_is_named_by_its_id_or_by_file_and_heading(name):
    assert name(5, 5) == "one"
    assert name(7, 7) == "a.md#Two"
    assert name(1, 1) == "a.md#"


def test_a_passage_over_several_is_named_after_the_one_it_has_most_of(name):
    assert name(4, 9) == "a.md#Two"


def test_a_passage_that_holds_a_wanted_section_is_named_after_it(name):
    assert name(4, 9, ["one"]) == "one"
    assert name(4, 9, ["a.md#Three"]) == "a.md#Three"


def test_a_passage_that_has_a_little_of_a_wanted_section_is_not(name):
    # The heading alone is less than half of the section, and less than half of the passage.
    assert name(4, 6, ["a.md#Two"]) == "one"
