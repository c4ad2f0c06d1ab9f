import pytest

from assistant.web.markdown import to_html
from assistant.web.passage import passage_html

NOTE = """## RAG

Retrieval **augments** the *prompt*. It `cites` _sources_.

- One bullet. Two.
- Third **bold thing** here

| a | b |
|---|---|
| x | y |
| p | q |

```py
print("<b>")
```

See [the guide](https://example.org/a_b)."""


def marked(text, *sentences):
    html = passage_html(text, [(text.index(s), text.index(s) + len(s)) for s in sentences])
    return html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        "a <b onclick=alert(1)>b</b>",
        "[x](javascript:alert(1))",
        "[x](data:text/html,<script>alert(1)</script>)",
        '![x" onerror="alert(1)](http://example.org/x.png)',
        "<!-- --><svg/onload=alert(1)>",
        '`<script>alert("1")</script>`',
        '```"><script>\nalert(1)\n```',
        "| <script>alert(1)</script> |\n|---|",
    ],
)
def test_markup_in_a_note_is_only_text(text):
    for html in (to_html(text), passage_html(text, [(0, len(text))]), to_html(text, lambda n: f"<sup>{n}</sup>")):
        lowered = html.lower()
        assert "<script" not in lowered
        assert "<img" not in lowered
        assert "<svg" not in lowered
        assert "<b " not in lowered
        assert "href" not in lowered


def test_pictures_are_not_fetched():
    assert to_html("![A diagram](http://example.org/x.png)") == (
        '<p><span class="picture">[picture: A diagram]</span></p>\n'
    )


def test_links_to_the_web_stay_and_others_become_text():
    html = to_html("[here](https://example.org) and [there](other.md)")
    assert '<a href="https://example.org" target="_blank" rel="noopener noreferrer">here</a> and there' in html


def test_citation_numbers_are_set_only_where_they_are_known():
    html = to_html("One [1][2], three [3]. `[1]` stays.", lambda n: f"<sup>{n}</sup>" if n < 3 else None)
    assert html == "<p>One<sup>1</sup><sup>2</sup>, three [3]. <code>[1]</code> stays.</p>\n"


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("It `cites` _sources_.", "<mark>It </mark><code><mark>cites</mark></code><mark> </mark>"),
        ("**augments** the *prompt*.", "<strong><mark>augments</mark></strong><mark> the </mark>"),
        ("- One bullet.", "<li><mark>One bullet.</mark> Two.</li>"),
        ("- Third **bold thing** here", "<li><mark>Third </mark><strong><mark>bold thing</mark></strong>"),
        ("| p | q |", "<td><mark>p</mark></td>\n<td><mark>q</mark></td>"),
        ("## RAG", "<h2><mark>RAG</mark></h2>"),
        ('```py\nprint("<b>")\n```', "<mark>print(&quot;&lt;b&gt;&quot;)</mark>"),
        ("_sources_.", "<em><mark>sources</mark></em><mark>.</mark>"),
    ],
)
def test_used_sentences_are_marked_inside_the_markup(sentence, expected):
    expected = expected.replace("<mark> </mark>", " ")
    assert expected in marked(NOTE, sentence)


def test_a_span_over_a_whole_table_keeps_the_table():
    html = marked(NOTE, "| a | b |\n|---|---|\n| x | y |")
    assert "<th><mark>a</mark></th>" in html
    assert "<td><mark>y</mark></td>" in html
    assert "<td>p</td>" in html


def test_a_span_that_ends_inside_an_address_is_shown_as_plain_text():
    html = marked(NOTE, "See [the guide](https://exam")
    assert html.startswith('<div class="plain">')
    assert "<mark>See [the guide](https://exam</mark>ple.org" in html


def test_spans_may_touch_overlap_and_leave_the_text():
    assert passage_html("One. Two.", [(0, 4), (2, 9), (40, 50), (-3, 2)]) == "<p><mark>One. Two.</mark></p>\n"


def test_neighbouring_sentences_are_one_highlight():
    assert passage_html("One. Two. Three.", [(0, 4), (5, 9)]) == "<p><mark>One. Two.</mark> Three.</p>\n"


def test_the_signs_themselves_may_stand_in_a_note():
    assert "<mark>\u1bfc one</mark>" in passage_html("\u1bfc one two", [(0, 5)])


def test_without_spans_nothing_is_marked():
    assert "<mark>" not in passage_html(NOTE, [])
