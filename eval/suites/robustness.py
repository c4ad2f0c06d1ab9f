"""Whether Etude answers the same when a question of qa is put otherwise: carelessly, or in other words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from eval.metrics.robustness import perturbed
from eval.sample import Sample
from eval.suites import qa
from eval.suites.reference import DATA, oracle_answer, read_jsonl
from eval.suites.registry import Split, Suite, register
from eval.systems.answers import ANSWERING

_PARAPHRASES = DATA / "paraphrases.jsonl"


def samples(split: Split, notes: Path | None = None) -> list[Sample]:
    """Return the questions that the notes answer, and other versions of each; these say which with ``of``.

    A version is one of four careless ones or, for questions over the shipped notes, a paraphrase.
    """
    asked = [sample for sample in qa.samples(split, notes) if sample.answerable]
    return [*asked, *_paraphrased(asked), *perturbed(asked)]


def _paraphrased(samples: Sequence[Sample]) -> list[Sample]:
    said = {row["id"]: row["question"] for row in read_jsonl(_PARAPHRASES)}
    return [
        sample.model_copy(
            update={
                "id": f"{sample.id}~paraphrase",
                "of": sample.id,
                "prompt": said[sample.id],
                "category": "paraphrase",
            }
        )
        for sample in samples
        if sample.id in said
    ]


register(
    Suite(
        name="robustness",
        describe="The answerable questions of qa in other words, with typos, in capitals, in small letters, and "
        "without punctuation.",
        samples=samples,
        systems=ANSWERING,
        oracle=oracle_answer,
        metrics=("robustness", "right", "refusal", "cost"),
        files=(*qa.FILES, _PARAPHRASES),
    )
)
