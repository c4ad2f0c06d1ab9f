"""Multiple-choice questions of the shipped bank, those with one answer and those with several."""

from __future__ import annotations

from pathlib import Path

from assistant.exam.asked import Asked
from assistant.exam.bank import bank_folder, load_bank
from assistant.exam.question import Question
from eval.sample import Cited, Output, Sample
from eval.suites.reference import gold_passages
from eval.suites.registry import Split, Suite, register
from eval.systems.corpus import SHIPPED
from eval.systems.options import CHOOSING


def samples(split: Split, notes: Path | None = None) -> list[Sample]:
    """Return the questions of a split; the category is the domain. Other notes have no questions in the bank."""
    asked = (q for q in load_bank().values() if q.type in ("single", "multiple") and split in ("all", q.split))
    return [_sample(question) for question in asked]


def oracle(sample: Sample) -> Output:
    """Return the key, with the sections that prove it cited."""
    passages = gold_passages(sample)
    return Output(
        prediction=", ".join(sample.key),
        letters=sample.key,
        probabilities={letter: (letter in sample.key) / len(sample.key) for letter in sample.options},
        citations=tuple(
            Cited(marker=number, section=passage.section, text=passage.text)
            for number, passage in enumerate(passages, start=1)
        ),
    )


def _sample(question: Question) -> Sample:
    asked = Asked.of(question)
    return Sample(
        id=asked.id,
        prompt=asked.stem,
        category=f"domain-{question.domain}",
        gold=tuple(question.sections),
        options=asked.options,
        key=asked.key,
        choose=asked.choose,
        notes=SHIPPED,
    )


register(
    Suite(
        name="exam",
        describe="Multiple-choice questions of the shipped bank.",
        samples=samples,
        systems=CHOOSING,
        oracle=oracle,
        metrics=("exam", "robustness", "cost"),
        files=tuple(sorted(bank_folder().glob("domain-*.jsonl"))),
    )
)
