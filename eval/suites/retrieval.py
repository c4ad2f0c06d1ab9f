"""Questions to the sections that answer them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from eval.sample import Output, Sample
from eval.suites import qa
from eval.suites.reference import DATA, check_given, gold_names, gold_passages, of_split, read_jsonl
from eval.suites.registry import Split, Suite, register
from eval.systems.corpus import GIVEN, SHIPPED
from eval.systems.search import SEARCHING

_FILE = DATA / "retrieval.jsonl"
_APART = {True: "words shared", False: "other words"}
"""Whether a question and a gold heading have a content word in common."""


def samples(split: Split, notes: Path | None = None) -> list[Sample]:
    """Return the questions over the shipped notes, and with the study notes those over them too.

    The answerable questions of `eval.suites.qa` are among them.

    Raises:
        InputError: the folder does not hold the study notes.

    """
    rows = of_split(read_jsonl(_FILE), split)
    found = [_sample(row, SHIPPED) for row in rows if row["source"] == "notes"]
    if notes:
        study = [row for row in rows if row["source"] == "study"]
        check_given(notes, study, _FILE.name)
        found += [_sample(row, GIVEN) for row in study]
    return [*found, *(sample for sample in qa.samples(split, notes) if sample.answerable)]


def oracle(sample: Sample) -> Output:
    """Return the gold sections and nothing else."""
    return Output(passages=gold_passages(sample), read=0)


def _sample(row: dict[str, Any], notes: str) -> Sample:
    return Sample(
        id=row["id"],
        prompt=row["question"],
        category=_APART[row["shares_words"]],
        gold=gold_names(row["gold"]),
        notes=notes,
    )


register(
    Suite(
        name="retrieval",
        describe="Questions to the sections of the notes that answer them.",
        samples=samples,
        systems=SEARCHING,
        oracle=oracle,
        metrics=("retrieval", "cost"),
        files=(_FILE, DATA / "free_answers.jsonl", DATA / "answers.jsonl"),
    )
)
