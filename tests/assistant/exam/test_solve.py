"""Answering questions with the real small model, the real embedding model and a real index over a few notes."""

import json

import pytest

from assistant.errors import InputError
from assistant.exam.asked import Asked, asked_from_row
from assistant.exam.choice import normalized
from assistant.exam.report import Row, accuracy_of, report_html
from assistant.exam.solve import WEIGHTS, Solver, weigh
from assistant.records import Invocations, Metrics, Records
from assistant.rooms import open_embedder, open_index
from knowledge.sync import sync

NOTES = """# Services

## Amazon Polly

Amazon Polly turns written text into lifelike speech in many languages. Use it to read articles aloud to listeners.

## Amazon Transcribe

Amazon Transcribe turns recorded speech into text. Use it to get written records of calls.

## Amazon Textract

Amazon Textract reads text, forms and tables from scanned documents.

## Amazon Lex

Amazon Lex builds chatbots that hold a conversation by voice or text and find the intent of a user.
"""
OPTIONS = {"A": "Amazon Textract", "B": "Amazon Lex", "C": "Amazon Polly", "D": "Amazon Transcribe"}


@pytest.fixture(scope="module")
def solver(tmp_path_factory, shared_settings):
    settings = shared_settings.model_copy(
        update={"home": tmp_path_factory.mktemp("solver"), "model": "smollm2-135m-instruct"}
    )
    notes = tmp_path_factory.mktemp("notes")
    (notes / "services.md").write_text(NOTES)
    sync(open_index(settings), notes, "notes", open_embedder(settings))
    return Solver(settings)


@pytest.fixture(scope="module")
def solved(solver):
    stem = "A publisher wants its written articles to be read aloud to listeners as speech. Which service fits?"
    return solver.solve(Asked("1", stem, OPTIONS, 1, ("C",)))


def test_the_answer_is_the_option_that_the_notes_link_to_the_stem(solved):
    assert solved.answer == ("C",)
    assert solved.covered
    assert sum(solved.probabilities.values()) == pytest.approx(1)
    assert max(solved.probabilities, key=solved.probabilities.get) == "C"


def test_every_option_is_explained_by_its_own_sentence_with_its_place(solved):
    assert [note.section[-1] for note in solved.notes.values()] == list(OPTIONS.values())
    assert solved.notes["C"].right
    assert not solved.notes["D"].right
    assert "recorded speech into text" in solved.notes["D"].text
    cited = {citation.marker: citation for citation in solved.citations}
    for note in solved.notes.values():
        citation = cited[note.marker]
        assert (citation.file, citation.start_line) == (note.file, note.line) == ("services.md", note.line)
        assert any(note.text.split()[0] in citation.text[start:end] for start, end in citation.used)


def test_as_many_are_chosen_as_the_question_asks_for(solver):
    stem = "Which services work with speech: one turns text into speech, one recorded speech into text? (Select TWO.)"
    assert solver.solve(Asked("2", stem, OPTIONS, 2)).answer == ("C", "D")


def test_a_question_far_from_the_notes_is_not_covered(solver):
    stem = "Which country won the football world cup of 1998?"
    found = solver.solve(Asked("3", stem, {"A": "France", "B": "Brazil", "C": "Italy"}))
    assert not found.covered


def test_every_call_to_the_model_is_one_invocation(solver, tmp_path):
    records = Records(f"sqlite:///{tmp_path / 'records.sqlite3'}")
    invocations = Invocations(records.database)
    asking = Solver(solver.settings, searcher=solver.searcher, invocations=invocations)
    stem = "Write to maria@example.org: which service reads articles aloud? Ask maria@example.org."
    asking.solve(Asked("1", stem, OPTIONS))
    of_one = sorted(invocations.find(), key=lambda one: one.id)
    asking.solve(Asked("2", "Which two services work with speech? (Select TWO.)", OPTIONS, 2))
    of_several = invocations.find()[: -len(of_one)]
    assert 1 <= len(of_one) <= 2  # without notes and, where that is unsure, with them
    assert {one.prompt for one in of_one} == {"choice"}
    assert [one.prompt for one in of_several] == ["choice-several"] * len(OPTIONS)
    for one in of_one + of_several:
        assert (one.operation, one.model) == ("exam", "smollm2-135m-instruct")
        assert one.input_tokens > 100
        assert one.output_tokens in (0, 1)
        assert 0 < one.first_token <= one.total
        assert one.parameters["max_tokens"] == 1
    # What the guardrail found is told once, with the first call.
    first, *others = of_one
    assert [(each.kind, each.action, each.count) for each in first.findings] == [("EMAIL", "ANONYMIZE", 2)]
    assert not any(one.findings for one in others)
    (summary,) = Metrics(records.database).summary()
    assert summary.sums["Invocations"] == len(of_one + of_several)
    assert summary.sums["InputTokenCount"] == sum(one.input_tokens for one in of_one + of_several)
    assert summary.sums["InvocationsIntervened"] == 1
    records.close()


def test_weights_name_signs_that_exist(solver):
    asked = Asked("4", "Which service speaks?", OPTIONS)
    _, signs = solver.read(asked)
    assert set(WEIGHTS) <= set(signs["A"])
    assert weigh({"A": {"open": 0.0}, "B": {"open": -50.0}}, {"open": 1.0})["A"] == pytest.approx(1)
    assert sum(2.718281828**value for value in normalized({"A": -3.0, "B": -4.0}).values()) == pytest.approx(1)


@pytest.mark.parametrize(
    ("row", "choose", "key"),
    [
        ({"question": "Q?", "options": {"A": "x", "B": "y"}}, 1, ()),
        (
            {"question": "Q? (Select TWO.)", "options": {"A": "x", "B": "y", "C": "z"}, "answer": ["A", "C"]},
            2,
            ("A", "C"),
        ),
        ({"question": "Q?", "options": {"A": "x", "B": "y", "C": "z"}, "choose": 2}, 2, ()),
        ({"question": "Q?", "options": ["x", "y", "z"], "answer": "b"}, 1, ("B",)),
        ({"question": "Q?", "options": {"a": "x", "b": "y", "c": "z"}, "answer": "A, C"}, 2, ("A", "C")),
        ({"question": "Q?", "options": {"A": "x", "B": "y"}, "answer": None, "more": 1}, 1, ()),
    ],
)
def test_rows_of_other_programs(row, choose, key):
    asked = asked_from_row(row, 7)
    assert (asked.id, asked.choose, asked.key) == ("7", choose, key)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ([], "line 7"),
        ({"question": "Q?"}, "options"),
        ({"question": " ", "options": {"A": "x", "B": "y"}}, "question"),
        ({"question": "Q?", "options": {"A": "x"}}, "options"),
        ({"question": "Q?", "options": {"A": "x", "B": 3}}, "options"),
        ({"question": "Q?", "options": {"A": "x", "B": "y"}, "answer": ["C"]}, "answer C"),
        ({"question": "Q?", "options": {"A": "x", "B": "y"}, "choose": 2}, "2 of 2"),
    ],
)
def test_wrong_rows_are_told_with_their_line(row, said):
    with pytest.raises(InputError, match=said):
        asked_from_row(row, 7)


def test_the_report_escapes_and_counts(solved):
    asked = Asked("<b>", "Which <script>?", OPTIONS, 1, ("C",))
    rows = [Row(asked, solved), Row(asked, None, "It broke."), Row(Asked("x", "Q", OPTIONS), solved)]
    accuracy = accuracy_of(rows)
    assert (accuracy.right, accuracy.of) == (1, 2)
    assert accuracy.low < 0.5 < accuracy.high
    html = report_html(rows, accuracy)
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "It broke." in html
    assert json.dumps(accuracy.as_json())
    assert accuracy_of(rows[2:]) is None
