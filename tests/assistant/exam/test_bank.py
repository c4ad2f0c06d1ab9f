"""The bank: every line is checked, mistakes are named, and what ships keeps what it promises."""

import json
from pathlib import Path

import pytest

from assistant.errors import InputError
from assistant.exam.bank import bank_folder, load_bank, read_bank
from assistant.exam.cards import load_contrasts
from assistant.exam.check import figures_of
from assistant.exam.coverage import check_coverage, headings_of, load_map
from assistant.exam.question import schema
from assistant.rooms import coverage_map, shipped_notes
from knowledge.outline import load_outline


@pytest.fixture
def row(new_question):
    """One line of a bank as JSON; what is named differs from the right one."""
    right = json.loads(new_question().model_dump_json(exclude_none=True))
    return lambda **changed: json.dumps({**right, **changed})


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"key": ["E"]}, "not an option"),
        ({"key": ["A", "B"]}, "single has one key"),
        ({"type": "multiple", "key": ["A", "B"]}, "how many to select"),
        ({"type": "ordering", "key": ["A", "B"]}, "names every option once"),
        ({"type": "matching", "key": ["A"]}, "matching needs them"),
        ({"explanations": {"A": "only one"}}, "every option needs an explanation"),
        ({"options": {"A": "one", "B": "One", "C": "two", "D": "three"}}, "the same"),
        ({"options": {"A": "one", "B": "two", "C": "three", "D": "All of the above"}}, "all or none"),
        ({"task": "2.1"}, "not of domain 1"),
        ({"domain": 9}, "domain"),
        ({"colour": "red"}, "colour"),
        ({"sections": []}, "sections"),
        ({"stem": " "}, "stem"),
    ],
)
def test_a_wrong_line_is_named(tmp_path, row, changed, said):
    file = tmp_path / "bank.jsonl"
    file.write_text("\n".join(["", row(), "{broken", row(id="q2", **changed), row()]))
    questions, mistakes = read_bank(file)
    assert [question.id for question in questions] == ["q1-01"]
    assert [mistake.line for mistake in mistakes] == [3, 4, 5]
    assert "not JSON" in mistakes[0].problem
    assert said in mistakes[1].problem
    assert "taken by bank.jsonl:2" in mistakes[2].problem
    with pytest.raises(InputError, match=r"bank.jsonl:4"):
        load_bank(file)


def test_the_shipped_bank_keeps_what_it_promises():
    bank = load_bank()
    figures = figures_of(bank.values(), load_outline(shipped_notes()))
    assert figures.problems == ()
    assert figures.questions >= 400
    assert set(figures.types) == {"single", "multiple", "ordering", "matching"}
    assert figures.cases >= 10
    assert 0.3 <= figures.splits["test"] / figures.questions <= 0.37
    cases = {}
    for question in bank.values():
        if question.case:
            assert cases.setdefault(question.case.id, question.split) == question.split


def test_the_check_sees_what_gives_keys_away(new_question):
    longest = [new_question(n, 1, options={"A": "a", "B": "bb", "C": "c", "D": "d"}) for n in range(10)]
    problems = " ".join(figures_of(longest, {"s1"}).problems)
    assert "longest option in 100%" in problems
    assert "B is the key of 100.0%" in problems
    assert "domain 2 has 0.0 %" in problems
    assert "q1-00 names the section s1" in " ".join(figures_of(longest, set()).problems)


def test_the_published_schema_is_the_one_that_is_checked():
    assert json.loads((bank_folder() / "schema.json").read_text()) == schema()


def test_contrasts_are_balanced_and_never_name_their_key():
    contrasts = load_contrasts().values()
    outline = load_outline(shipped_notes())
    assert len(contrasts) >= 50
    for contrast in contrasts:
        assert not any(name.casefold() in contrast.cue.casefold() for name in contrast.pair), contrast.id
        assert set(contrast.sections) <= set(outline)


def test_the_notes_cover_the_exam_guide():
    outline = load_outline(shipped_notes())
    found = check_coverage(load_map(coverage_map()), outline)
    assert found.missing == ()
    assert found.sections >= 250
    assert all(found.tasks.values())


def test_the_notes_cover_the_study_material(study_material):
    material = headings_of(study_material)
    found = check_coverage(load_map(coverage_map()), load_outline(shipped_notes()), material)
    assert len(material) > 300
    assert found.missing == ()


def test_a_missing_heading_is_told():
    outline = load_outline(shipped_notes())
    found = check_coverage(load_map(coverage_map()), {"tokens": outline["tokens"]}, [("new.md", "New")])
    assert "new.md: “New” is not mapped" in found.missing
    assert any("there is no section" in line for line in found.missing)


def test_free_answers_name_sections_that_exist():
    lines = (Path(__file__).parents[3] / "eval/data/free_answers.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    outline = load_outline(shipped_notes())
    assert len(rows) >= 150
    assert sum(not row["answerable"] for row in rows) >= 40
    for row in rows:
        assert set(row["gold"]) <= set(outline)
        assert bool(row["gold"]) == bool(row["must"]) == row["answerable"]
        said = row["reference"].casefold()
        assert all(any(word in said for word in group) for group in row["must"]), row["id"]
