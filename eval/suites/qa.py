"""Whole answers: right, cited, and refused where the notes do not hold them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from eval.sample import Sample
from eval.suites.reference import DATA, check_given, gold_names, of_split, oracle_answer, read_jsonl
from eval.suites.registry import Split, Suite, register
from eval.systems.answers import ANSWERING
from eval.systems.corpus import GIVEN, SHIPPED

FILES = _SHIPPED, _GIVEN = DATA / "free_answers.jsonl", DATA / "answers.jsonl"
METRICS = (
    *("right", "refusal", "citations", "grounding", "retrieval", "context"),
    *("exact", "rouge", "bleu", "chrf", "bertscore", "robustness", "cost"),
)


def samples(split: Split, notes: Path | None = None) -> list[Sample]:
    """Return the questions over the shipped notes, and with the study notes those over them too.

    Raises:
        InputError: the folder does not hold the study notes.

    """
    found = [_sample(row, SHIPPED) for row in of_split(read_jsonl(_SHIPPED), split)]
    if notes:
        rows = read_jsonl(_GIVEN)
        check_given(notes, rows, _GIVEN.name)
        found += [_sample(row, GIVEN) for row in of_split(rows, split)]
    return found


def _sample(row: dict[str, Any], notes: str) -> Sample:
    # What a refusal says is not compared with words, so an unanswerable question has no reference.
    return Sample(
        id=row["id"],
        prompt=row["question"],
        references=(row["reference"],) if row["answerable"] else (),
        category=row["kind"],
        answerable=row["answerable"],
        must=tuple(map(tuple, row["must"])),
        gold=gold_names(row["gold"]),
        notes=notes,
    )


register(
    Suite(
        name="qa",
        describe="Answers in words over notes, a part of them about what the notes do not hold.",
        samples=samples,
        systems=ANSWERING,
        oracle=oracle_answer,
        metrics=METRICS,
        files=FILES,
    )
)
