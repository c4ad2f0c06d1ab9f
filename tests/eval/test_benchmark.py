"""The README's tables are those of the runs that are kept beside it."""

import json

import pytest

from eval.benchmark import README, Result, keep, kept_results, tables, with_tables
from eval.folder import Figure, Manifest, Spec, Summary


def result(system, value, suite="exam"):
    figure = Figure(value=value, low=value - 0.1, high=value + 0.1, n=20)
    return Result(
        manifest=Manifest(
            id=f"{suite}-{system}",
            created="2026-01-02T10:00:00+00:00",
            spec=Spec(suite=suite, system=system, model="tiny"),
            samples=20,
            environment={"cpu": "A CPU", "cores": "2"},
        ),
        summary=Summary(rows={"system": {"accuracy": figure, "seconds": figure}}),
    )


def test_a_table_has_a_row_a_run_closed_book_first():
    (table,) = tables([result("etude", 0.8), result("closed", 0.5)])
    rows = [line for line in table.splitlines() if "tiny" in line]
    assert rows == [
        "| closed, tiny | 20 | 0.50 [0.40, 0.60] | – | – | 0.5 |",
        "| etude, tiny | 20 | 0.80 [0.70, 0.90] | – | – | 0.8 |",
    ]
    assert "2026-01-02; A CPU, 2 cores" in table


def test_results_are_kept_by_suite_model_and_system_and_only_marked_tables_change(tmp_path):
    keep([result("closed", 0.4)], tmp_path)
    keep([result("closed", 0.5), result("etude", 0.8), result("etude", 0.9, "qa")], tmp_path)
    found = kept_results(tmp_path)
    assert [(r.manifest.spec.suite, r.manifest.spec.system) for r in found] == [
        ("exam", "closed"),
        ("exam", "etude"),
        ("qa", "etude"),
    ]
    text = with_tables("before\n<!-- table exam -->\nold\n<!-- end -->\nafter", found)
    assert text.startswith("before\n<!-- table exam -->\n| exam | n |")
    assert text.endswith("<!-- end -->\nafter")
    assert "old" not in text
    assert "0.50 [0.40, 0.60]" in text
    assert with_tables(text, found) == text


@pytest.mark.skipif(not README.is_file(), reason="an installed package has no README.md")
def test_every_table_of_the_readme_is_that_of_the_kept_runs():
    text = README.read_text(encoding="utf-8")
    assert "<!-- table exam -->" in text
    assert with_tables(text, kept_results()) == text


def test_what_is_kept_of_a_run_has_no_question_and_no_answer():
    for kept in kept_results():
        assert set(json.loads(kept.model_dump_json())) == {"manifest", "summary"}
        assert "/" not in kept.manifest.spec.notes
