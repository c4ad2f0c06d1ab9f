import json

import pytest

from assistant.errors import InputError
from eval.sample import Sample
from eval.suites.own import own_suite, read_own


@pytest.fixture
def write(tmp_path):
    def write(content, name="own.jsonl"):
        file = tmp_path / name
        if isinstance(content, list):
            content = "\n".join(row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in content)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    return write


def test_bedrock_rows_are_read(write):
    rows = [
        {"prompt": "What is RAG?", "referenceResponse": "Retrieval and generation.", "category": "terms"},
        "",
        {"prompt": "检索是什么？"},
    ]
    first, second = read_own(write(rows))
    assert first == Sample(
        id="line-1", prompt="What is RAG?", references=("Retrieval and generation.",), category="terms"
    )
    assert (second.id, second.prompt, second.references) == ("line-3", "检索是什么？", ())


def test_rows_of_this_project_keep_every_field(write):
    sample = Sample(
        id="s1", prompt="?x", references=("a", "b"), must=(("a", "b"),), gold=("rag",), answerable=True, choose=2
    )
    assert read_own(write([sample.model_dump(mode="json")])) == [sample]


def test_rows_to_score_are_read_without_their_predictions(write):
    (sample,) = read_own(write([{"id": 7, "prompt": "Why?", "prediction": "So.", "references": "Because."}]))
    assert sample == Sample(id="7", prompt="Why?", references=("Because.",))
    with pytest.raises(InputError, match="line 1: there is no prompt; `etude eval score` scores predictions"):
        read_own(write([{"id": "7", "prediction": "So.", "references": ["Because."]}]))


def test_tables_are_read(write):
    table = '\ufeffid,prompt,references,category\r\na,"Two\nlines, one cell",first || second,x\r\n\r\nb,What?,,\r\n'
    first, second = read_own(write(table, "own.csv"))
    assert first == Sample(id="a", prompt="Two\nlines, one cell", references=("first", "second"), category="x")
    assert second == Sample(id="b", prompt="What?")
    (third,) = read_own(write("prompt;reference_1;reference_2;answerable\nWhy?;one;two;true\n", "own.csv"))
    assert (third.references, third.answerable) == (("one", "two"), True)
    (fourth,) = read_own(write("prompt\treferenceResponse\nWhy?\tBecause, so.\n", "own.tsv"))
    assert fourth.references == ("Because, so.",)


def test_every_wrong_line_is_named(write):
    rows = [
        {"prompt": "fine"},
        "{not json",
        "[1]",
        {"prompt": "  "},
        {"question": "typo"},
        {"prompt": "x", "promt": "typo"},
        {"prompt": "x", "references": ["a"], "referenceResponse": "b"},
        {"prompt": "x", "references": [1]},
        {"prompt": "x", "id": "twin"},
        {"prompt": "y", "id": "twin"},
        {"prompt": 5},
    ]
    with pytest.raises(InputError) as caught:
        read_own(write(rows))
    said = str(caught.value)
    assert "has 9 wrong lines" in said
    for part in (
        "line 2: not JSON",
        "line 3: not an object",
        "line 4: there is no prompt",
        "line 5: 'question' is not a field.",
        "line 6: 'promt' is not a field. Did you mean prompt?",
        "line 7: give references or referenceResponse, not both",
        "line 8: references.0: input should be a valid string",
        "line 10: the id 'twin' is taken by line 9",
        "line 11: the prompt is not text",
    ):
        assert part in said


def test_the_first_ten_are_shown(write):
    with pytest.raises(InputError, match=r"has 12 wrong lines(.|\n)*line 10:(.|\n)*and 2 more$"):
        read_own(write(["x"] * 12))


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        ("", "own.jsonl", "has no questions"),
        ("\n \n", "own.jsonl", "has no questions"),
        ("", "own.csv", "has no questions"),
        ("prompt,category\n", "own.csv", "has no questions"),
        ("café".encode("latin-1"), "own.jsonl", "is not text in UTF-8 (byte 3)"),
        ('[{"prompt": "x"}]', "own.json", "one JSON array"),
        ('{"prompt": "\\ud800"}', "own.jsonl", "line 1: half of a character"),
        ("[" * 100_000 + "\n", "own.jsonl", "one JSON array"),
        ('{"prompt":' * 100_000, "own.jsonl", "line 1: not JSON"),
        ("promt\nx\n", "own.csv", "a column 'promt', which is not known. Did you mean prompt?"),
        ("prompt,prompt\nx,y\n", "own.csv", "two columns 'prompt'"),
        ("prompt,category\nx,y,z\n", "own.csv", "line 2: 3 cells, and there are 2 columns"),
        ('prompt,category\nx,"y\n', "own.csv", "line 2: not CSV"),
        ("prompt,answerable\nx,perhaps\n", "own.csv", "line 2: answerable"),
    ],
)
def test_files_that_cannot_be_used_say_why(write, content, name, said):
    with pytest.raises(InputError) as caught:
        read_own(write(content, name))
    assert said in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match=r"There is no file .*none\.jsonl"):
        read_own(tmp_path / "none.jsonl")
    with pytest.raises(InputError, match="cannot be read"):
        read_own(tmp_path)


def test_own_questions_are_a_suite_with_the_systems_of_answers(write):
    file = write([{"prompt": "What is RAG?", "referenceResponse": "Retrieval and generation."}])
    suite = own_suite(file)
    assert list(suite.systems) == ["etude", "closed", "naive"]
    (sample,) = suite.samples("test")
    assert suite.oracle(sample).prediction == "Retrieval and generation."
    assert suite.files == (file,)
