import json

import pytest

from assistant.errors import InputError
from assistant.guardrails.files import read_answers, read_texts


def written(tmp_path, *lines):
    file = tmp_path / "rows.jsonl"
    file.write_bytes(b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines))
    return file


def test_rows_are_read_with_or_without_labels(tmp_path):
    spans = [{"start": 0, "end": 2, "type": "NAME", "value": "Al"}, {"start": 3, "end": 5, "type": None}]
    rows = read_texts(
        written(
            tmp_path,
            {"text": "What?"},
            b"",
            {"text": "Al is", "id": 7, "label": 1, "spans": spans, "kind": None, "source": "x"},
            {"text": "No", "label": "benign"},
            {"text": "Yes", "label": "jailbreak"},
            {"text": "half \ud83d"},
        )
    )
    assert [row.id for row in rows] == ["line-1", "7", "line-4", "line-5", "line-6"]
    assert [row.label for row in rows] == [None, True, False, True, None]
    assert [span.type for span in rows[1].spans] == ["NAME", None]
    assert rows[0].spans is None
    assert rows[4].text == "half \ufffd"


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b'{"text": "caf\xe9"}', "not text in UTF-8"),
        (b'{"text": "a"', "not JSON"),
        (b'["a"]', "not a JSON object"),
        ({"txt": "a"}, "there is no text"),
        ({"text": ["a"]}, "text: input should be a valid string"),
        ({"text": " "}, "the text is empty"),
        ({"text": "a", "label": 7}, "label: input should be a valid boolean"),
        ({"text": "a", "spans": [{"start": 0, "end": 9, "type": "NAME"}]}, "the span 0 to 9 is not inside the text"),
        ({"text": "a", "spans": [{"start": 0, "end": 1, "type": "SHOE"}]}, "spans.0.type: input should be 'ADDRESS'"),
    ],
)
def test_a_bad_row_is_named_with_its_line(tmp_path, line, problem):
    with pytest.raises(InputError) as error:
        read_texts(written(tmp_path, {"text": "fine"}, line))
    assert "has 1 wrong line" in str(error.value)
    assert f"line 2: {problem}" in str(error.value)


def test_a_file_that_is_not_there_or_empty_is_refused(tmp_path):
    with pytest.raises(InputError, match="There is no file"):
        read_texts(tmp_path / "none.jsonl")
    with pytest.raises(InputError, match="has no rows"):
        read_texts(written(tmp_path, b""))


def test_answers_have_passages_as_texts_or_with_headings(tmp_path):
    (row,) = read_answers(
        written(
            tmp_path, {"answer": "A", "query": "Q", "passages": ["P", {"text": "T", "heading": "H"}], "earlier": ["E"]}
        )
    )
    assert [(passage.heading, passage.text) for passage in row.passages] == [("", "P"), ("H", "T")]
    assert row.earlier == ("E",)
    with pytest.raises(InputError, match="line 1: there is no query"):
        read_answers(written(tmp_path, {"answer": "A", "passages": []}))
