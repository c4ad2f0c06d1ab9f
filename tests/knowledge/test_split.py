import random
import re

import ftfy.badness
import pytest

from knowledge.read import read_file
from knowledge.split import embedding_text, plain, split
from knowledge.store import sentence_embedding_texts


@pytest.fixture
def chunks_of(embedder):
    """Split with the real tokenizer, and check what must hold for every document."""

    def cut(text, limit=embedder.limit):
        lines = text.split("\n") if isinstance(text, str) else text
        chunks = split("note.md", lines, embedder.count, limit)
        assert len({chunk.id for chunk in chunks}) == len(chunks)
        for chunk in chunks:
            assert embedder.count(embedding_text(chunk)) <= limit
            assert 1 <= chunk.start_line <= chunk.end_line <= len(lines)
            assert plain(chunk.text)
        return chunks

    return cut


def lost_lines(lines, chunks):
    """Lines with a word that no chunk over them has; headings are in the paths, and code fences have no words."""
    headings = {heading for chunk in chunks for heading in chunk.heading}
    headings |= {
        line.removeprefix("- ") for chunk in chunks if chunk.kind == "outline" for line in chunk.text.split("\n")
    }
    lost = []
    for number, line in enumerate(lines, start=1):
        if re.match(r"\s*(```|~~~|<br>)", line) or plain(re.sub(r"^\s*#+ +", "", line)) in headings:
            continue
        over = "".join(chunk.text for chunk in chunks if chunk.start_line <= number <= chunk.end_line)
        over = re.sub(r"\s", "", over)
        if any(word not in over for word in line.split() if re.search(r"\w", word)):
            lost.append((number, line))
    return lost


NOTE = """Before any heading.

# Cloud `AI`
Intro of the cloud.
It has two lines.

## Services
- **Lex** builds bots
- Polly speaks

### Prices

---

## Empty
![gone](gone.png)
## Also empty

# Later
Last words."""


def test_a_chunk_is_a_section_with_its_heading_path_and_exact_lines(chunks_of):
    found = [
        (c.heading, c.start_line, c.end_line, c.text)
        for c in chunks_of(NOTE.replace("![gone](gone.png)", ""))
        if c.kind == "text"
    ]
    assert found == [
        ((), 1, 1, "Before any heading."),
        (("Cloud AI",), 4, 5, "Intro of the cloud.\nIt has two lines."),
        (("Cloud AI", "Services"), 8, 9, "- **Lex** builds bots\n- Polly speaks"),
        (("Later",), 20, 20, "Last words."),
    ]


def test_headings_with_nothing_beneath_them_are_outlines(chunks_of):
    outlines = [c for c in chunks_of(NOTE.replace("![gone](gone.png)", "")) if c.kind == "outline"]
    assert [(c.heading, c.start_line, c.end_line, c.text) for c in outlines] == [
        (("Cloud AI", "Services"), 11, 11, "- Prices"),
        (("Cloud AI",), 15, 17, "- Empty\n- Also empty"),
    ]


def test_dashes_under_a_list_are_a_divider_and_no_heading(chunks_of):
    (chunk,) = chunks_of("# Real\n- first\n- second\n---\nplain words\n===\n- third")
    assert chunk.heading == ("Real",)
    assert (chunk.start_line, chunk.end_line) == (2, 7)


def test_what_looks_like_a_link_definition_is_a_note(chunks_of):
    (chunk,) = chunks_of("[RAG]: retrieval\n\n[FM]: foundation")
    assert chunk.text == "[RAG]: retrieval\n\n[FM]: foundation"


def table(rows, words="some words about it"):
    return ["| Service | Use |", "| --- | --- |", *(f"| Service {n} | {words} {n} |" for n in range(rows))]


def test_a_table_stays_whole_while_it_fits(chunks_of):
    (chunk,) = chunks_of(["# T", "Before.", "", *table(8), "", "After."])
    assert chunk.text.split("\n") == ["Before.", "", *table(8), "", "After."]


def test_a_long_table_is_cut_between_rows_under_a_repeated_header(chunks_of):
    lines = table(60)
    chunks = chunks_of(["# T", *lines])
    assert len(chunks) > 2
    rows = []
    for chunk in chunks:
        head, rule, *body = chunk.text.split("\n")
        assert (head, rule) == (lines[0], lines[1])
        assert body == [lines[n - 2] for n in range(chunk.start_line, chunk.end_line + 1) if n > 3]
        rows += body
    assert rows == lines[2:]


def test_rows_and_headers_too_long_for_one_chunk_are_not_lost(chunks_of):
    lines = table(2, "very many words " * 150)
    assert not lost_lines(lines, chunks_of(lines))
    wide = ["| " + " | ".join(f"column {n} {word}" for n in range(90)) + " |" for word in ("name", "value", "more")]
    lines = [wide[0], "|" + " --- |" * 90, *wide[1:]]
    assert not lost_lines(lines, chunks_of(lines))


@pytest.mark.parametrize("fence", ["```", "~~~~"])
def test_code_stays_whole_while_it_fits_and_is_cut_between_lines_inside_a_repeated_fence(chunks_of, fence):
    def code(count):
        return [f"{fence}python", *(f"    x_{n} = f(**y[{n}])  # * note" for n in range(count)), fence]

    (chunk,) = chunks_of(["# C", "Words.", "", *code(6)])
    assert chunk.text.split("\n") == ["Words.", "", *code(6)]
    assert "    x_0 = f(**y[0])  # * note" in plain(chunk.text)
    long = code(60)
    body = []
    for chunk in chunks_of(long):
        head, *inside, foot = chunk.text.split("\n")
        assert (head, foot) == (long[0], fence)
        body += inside
    assert body == long[1:-1]


def test_code_inside_a_list_item_keeps_its_fence(chunks_of):
    code = ["   ```sh", *(f"   run --number {n}" for n in range(40)), "   ```"]
    lines = ["1. Do this: " + "and this " * 90, *code, "2. Then that."]
    chunks = chunks_of(lines)
    assert not lost_lines(lines, chunks)
    with_code = [chunk for chunk in chunks if "run --number" in chunk.text]
    assert all("```sh" in chunk.text and chunk.text.count("```") == 2 for chunk in with_code)


@pytest.mark.parametrize(
    "line",
    [
        "word " * 30_000,
        "A sentence about tokens. " * 3000,
        "QUJD" * 50_000,
        "机器学习是人工智能的一个分支" * 300,
        "🎉🚀" * 3000,
        "#$%^&*()" * 1000,
    ],
    ids=["words", "sentences", "blob", "chinese", "emoji", "signs"],
)
def test_a_very_long_line_is_cut_and_nothing_of_it_lost(chunks_of, line):
    chunks = chunks_of(line)
    assert {(chunk.start_line, chunk.end_line) for chunk in chunks} == {(1, 1)}
    assert all(chunk.text in line for chunk in chunks)
    assert "".join(re.sub(r"\s", "", chunk.text) for chunk in chunks) == re.sub(r"\s", "", line)
    assert max(len(chunk.text) for chunk in chunks) < 3500


@pytest.mark.parametrize(
    "line",
    ["-" * 300 + "x", "| --- " * 300 + "x", "*" * 3000 + "x", "`" * 3000, "[" * 3000 + "](" * 3000, "> " * 3000 + "x"],
    ids=["dashes", "rules", "stars", "ticks", "brackets", "quotes"],
)
def test_marks_without_end_take_no_time_to_speak_of(chunks_of, line):
    chunks_of(["a | b", line, "text"])


def test_a_heading_as_long_as_a_paragraph_is_also_text(chunks_of):
    heading = "A learner put a mark before this whole paragraph. " * 40
    chunks = chunks_of(["# " + heading, "", "Beneath it."])
    assert all(len(chunk.heading[-1]) < 200 for chunk in chunks)
    assert "".join(c.text for c in chunks).count("this whole paragraph") == 40
    assert chunks[-1].text.endswith("Beneath it.")


def test_many_empty_headings_share_outlines_within_the_limit(chunks_of):
    chunks = chunks_of([f"## Something to look up, number {n}" for n in range(200)])
    assert {chunk.kind for chunk in chunks} == {"outline"}
    assert sum(chunk.text.count("\n") + 1 for chunk in chunks) == 200


def test_the_limit_of_another_model_is_kept(chunks_of):
    lines = ["# One", "## Two with a long name", *(f"- item {n} of the list. It has two sentences." for n in range(80))]
    assert not lost_lines(lines, chunks_of(lines, limit=62))


@pytest.mark.parametrize(
    ("markdown", "words"),
    [
        ("**bold** _it_ `a*b*c` \\*star\\*", "bold it a*b*c *star*"),
        ('[words](https://en.wikipedia.org/wiki/A_(b)) and [x](<a b> "t")', "words and x"),
        ("see [docs](https://broken", "see docs"),
        ("a | b\n--- | ---\nc | d", "a | b\nc | d"),
        ("| a | b |\n|:-:|---|\n| c | d |", "a | b\nc | d"),
        ("> quoted\n> [!NOTE]\n1. one\n* two", "quoted\n- one\n- two"),
        ("snake_case and 2 * 3 * 4", "snake_case and 2 * 3 * 4"),
        ("text\n```py\ndef f(*a, **k):\n    return a\n```\nmore", "text\ndef f(*a, **k):\n    return a\nmore"),
        ("---", ""),
    ],
)
def test_plain_words(markdown, words):
    assert plain(markdown) == words


def random_note(seed):
    """Lines that a careless writer may have typed; the same ones for the same seed."""
    dice = random.Random(seed)
    words = ["alpha", "beta.", "`code*x`", "**bold**", "[link](http://a.b/c(d))", "a/b", "<b>", "\\*esc", "机器学习"]
    words += ["1.", "e.g.", "__init__", "snake_case", "(see", "fig.)", "“quoted”", "Z" * 130, "--", "*", "#tag", "B!"]

    def some(count):
        return " ".join(dice.choice(words) for _ in range(count))

    def row(columns):
        return "| " + " | ".join(some(dice.choice([1, 4, 30])) for _ in range(columns)) + " |"

    def table(columns):
        return ["", row(columns), "|" + "---|" * columns, *(row(columns) for _ in range(dice.randint(0, 12)))]

    def several(most, prefix, *lengths):
        return [prefix + some(dice.choice(lengths)) for _ in range(dice.randint(1, most))]

    lines = []
    for _ in range(dice.randint(1, 25)):
        block = dice.choice(
            [
                lambda: ["#" * dice.randint(1, 6) + " " + some(dice.choice([1, 3, 60]))],
                lambda: [some(dice.choice([5, 40, 400]))],
                lambda: several(9, "  " * dice.randint(0, 3) + "- ", 3, 120),
                lambda: table(dice.randint(1, 8)),
                lambda: ["```", *several(40, "", 0, 4, 60), "```"],
                lambda: ["```", some(9)],
                lambda: ["---", ""],
                lambda: several(8, "> ", 5, 50),
                lambda: ["1. " + some(5), "   ```", "   " + some(200), "   ```", "2. " + some(300)],
                lambda: ["", *several(9, "    ", 4, 50), ""],
                lambda: ["<div>", some(10), "</div>"],
            ]
        )
        lines += block()
    return lines


@pytest.mark.parametrize("seed", range(25))
def test_whatever_is_written_keeps_the_limit_and_loses_no_word(chunks_of, seed):
    lines = random_note(seed)
    assert not lost_lines(lines, chunks_of(lines))


def test_the_real_notes_lose_no_line_and_keep_no_mojibake(chunks_of, study_material, embedder):
    for file in study_material:
        document = read_file(file)
        assert document.problems == []
        written = file.read_text(encoding="utf-8", errors="replace").splitlines()
        assert len(document.lines) >= len(written)
        chunks = chunks_of(document.lines)
        assert not lost_lines(document.lines, chunks)
        assert not any(ftfy.badness.is_bad(chunk.text) for chunk in chunks)
        assert all(embedder.count(text) <= embedder.limit for c in chunks for text in sentence_embedding_texts(c))
        words = [line for line in written if re.search(r"\w", re.sub(r"<img[^>]*>|!?\[[^]]*\]\([^)]*\)?", "", line))]
        kept = sum(bool(re.search(r"\w", line)) for line in document.lines)
        assert kept >= len(words)
