"""Sections by their ids."""

import pytest

from knowledge.blocks import sections
from knowledge.errors import InputError
from knowledge.outline import load_outline

NOTE = """# Speech

## Voices

### Amazon Polly {#polly}

Turns text into speech.

- lexicons
- SSML

| a | b |
| --- | --- |
| 1 | 2 |

### Not named

Nothing.
"""


def test_an_id_is_no_part_of_the_title_and_names_what_stands_beneath(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "speech.md").write_text(NOTE)
    outline = load_outline(tmp_path)
    section = outline["polly"]
    assert list(outline) == ["polly"]
    assert (section.file, section.heading, section.line) == ("a/speech.md", ("Speech", "Voices", "Amazon Polly"), 5)
    assert section.blocks == ("Turns text into speech.", "- lexicons\n- SSML", "| a | b |\n| --- | --- |\n| 1 | 2 |")


@pytest.mark.parametrize("heading", ["C# {#", "Sets {1, 2}", "Braces {#no good}"])
def test_braces_that_are_no_id_stay(heading):
    assert [section.heading[-1] for section in sections([f"## {heading}"]) if section.heading] == [heading]


def test_an_id_that_stands_twice_is_told_with_both_places(tmp_path):
    (tmp_path / "a.md").write_text(NOTE)
    (tmp_path / "b.md").write_text(NOTE)
    with pytest.raises(InputError, match=r"a\.md:5 and b\.md:5"):
        load_outline(tmp_path)
