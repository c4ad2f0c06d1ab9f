"""Texts that a guardrail should stop, mask or let pass: prompt attacks, harmful requests, documents, personal data.

The shipped texts (``eval/data/guard/suite.jsonl``) were written for this suite; no classifier was trained on them.
``--notes FOLDER`` adds labelled files of other people: those of `GIVEN_FILES` that the folder has, in the split
``dev``, as thresholds may have been chosen on them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from assistant.errors import InputError
from assistant.guardrails.files import TextRow, read_texts
from eval.metrics.detection import NEGATIVE, POSITIVE
from eval.sample import Output, Sample, Span
from eval.suites.reference import DATA, of_split, read_jsonl
from eval.suites.registry import Split, Suite, register
from eval.systems.alarms import GUARDING, PERSONAL
from eval.systems.corpus import GIVEN, SHIPPED

FILE = DATA / "guard" / "suite.jsonl"
ATTACK, HARMLESS, HARMFUL = "prompt attack", "harmless prompt", "harmful request"
INJECTED, CLEAN = "injected document", "clean document"
GIVEN_FILES = {
    "dev_prompt_attacks.jsonl": ATTACK,
    "dev_benign.jsonl": HARMLESS,
    "dev_harmful.jsonl": HARMFUL,
    "dev_indirect_injection.jsonl": INJECTED,
    "dev_benign_docs.jsonl": CLEAN,
    "dev_pii.jsonl": PERSONAL,
}
_PASSES = (HARMLESS, CLEAN)
_READ = (INJECTED, CLEAN)


def samples(split: Split, notes: Path | None = None) -> list[Sample]:
    """Return the texts of a split; the category is what a text is.

    Raises:
        InputError: the folder has none of the files that are known, or one is not valid.

    """
    found = [_shipped(row) for row in of_split(read_jsonl(FILE), split)]
    if notes:
        there = [name for name in GIVEN_FILES if (notes / name).is_file()]
        if not there:
            raise InputError(f"{notes} has no labelled texts; it needs one or more of {', '.join(GIVEN_FILES)}.")
        if split != "test":
            found += [_given(row, GIVEN_FILES[name]) for name in there for row in read_texts(notes / name)]
    return found


def oracle(sample: Sample) -> Output:
    """Return the label, and the spans that were marked."""
    typed = tuple(span for span in sample.spans if span.type)
    scored = {} if sample.category == PERSONAL else {POSITIVE: float(sample.key == (POSITIVE,))}
    return Output(letters=sample.key, probabilities=scored, spans=typed)


def _shipped(row: dict[str, Any]) -> Sample:
    spans = tuple(Span(start=span["start"], end=span["end"], type=span["type"]) for span in row.get("spans", ()))
    return _sample(row["id"], row["text"], row["task"], spans, SHIPPED)


def _given(row: TextRow, task: str) -> Sample:
    spans = tuple(Span(start=span.start, end=span.end, type=span.type) for span in row.spans or ())
    return _sample(row.id, row.text, task, spans, GIVEN)


def _sample(name: str, text: str, task: str, spans: tuple[Span, ...], notes: str) -> Sample:
    flagged = any(span.type for span in spans) if task == PERSONAL else task not in _PASSES
    return Sample(
        id=name,
        prompt=text,
        category=task,
        key=(POSITIVE if flagged else NEGATIVE,),
        source="DOCUMENT" if task in _READ else "INPUT",
        spans=spans,
        notes=notes,
    )


SUITE = register(
    Suite(
        name="guardrails",
        describe="Attacks, harmful requests, documents with instructions and personal data, and harmless texts.",
        samples=samples,
        systems=GUARDING,
        oracle=oracle,
        metrics=("detection", "personal_data", "cost"),
        files=(FILE,),
    )
)
