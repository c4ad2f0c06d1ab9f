import pytest
from markdown_it import MarkdownIt

from eval.report import markdown
from eval.report.markdown import escape


def parsed(text):
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(text)
    return tokens, [token for token in tokens if token.type == "inline"]


def test_a_run_is_a_table_with_intervals_and_control_rows(write_run, awkward):
    text = markdown(write_run(awkward))
    first = text.split("<details>")[0]
    assert "| this system | oracle | shuffled | n |" in first
    (line,) = [line for line in first.splitlines() if line.startswith("| exact")]
    assert line.count("[0.") == 3
    assert "errors 1" in text
    tokens, _ = parsed(first)
    assert sum(token.type == "tr_open" for token in tokens) == 3


def test_what_models_say_stays_text(write_run, awkward):
    text = markdown(write_run(awkward))
    table = text.split("</summary>")[1].split("</details>")[0].strip()
    tokens, inlines = parsed(table)
    rows = sum(token.type == "tr_open" for token in tokens)
    cells = sum(token.type in ("td_open", "th_open") for token in tokens)
    assert rows == 6
    assert cells == 5 * rows
    kinds = {child.type for token in inlines for child in token.children}
    assert kinds <= {"text", "text_special"}
    shown = ["".join(child.content for child in token.children) for token in inlines]
    assert "The engine broke off | `ggml` at token 3" in shown
    assert "Which way[U+202E]? @\u2060etude #\u20601" in shown
    assert "| right | `code` - [x](http://x.example) $5$ ![y](z)" in shown


@pytest.mark.parametrize("text", ["<!-- a", "&lt;", "&#64;b", "a|b\n|c", "\\", "**a**", "www.example.org", "~~a~~"])
def test_escaped_text_is_read_as_it_was(text):
    (inline,) = parsed(escape(text))[1]
    assert "".join(child.content for child in inline.children).replace("\u2060", "") == " ".join(text.split())
