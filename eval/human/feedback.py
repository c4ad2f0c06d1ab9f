"""Feedback from chat as an evaluation set: what people liked becomes a reference, what they disliked a question."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from assistant.records import Records, SavedTurn
from eval.sample import Sample

CATEGORY = "feedback"
_MARKER = re.compile(r"[ \t]*\[\d{1,3}\]")


def feedback_turns(records: Records) -> Iterator[SavedTurn]:
    """Return every answer that somebody rated in chat."""
    for conversation in records.conversations():
        yield from (turn for turn in records.turns(conversation.id) if turn.up is not None)


def feedback_samples(turns: Iterable[SavedTurn]) -> list[Sample]:
    """Return one sample for each question that got feedback, in the order in which they were first asked.

    A follow-up is taken in the words in which it stands alone. A liked answer becomes a reference, without its citation
    numbers; not one that was stopped or cut. A liked refusal says that the question has no answer. A question that was
    only disliked has neither.
    """
    found: dict[str, Sample] = {}
    for turn in sorted(turns, key=lambda turn: turn.id):
        answer = turn.answer
        question = (answer.standalone or answer.question).strip()
        sample = found.get(question) or Sample(id=f"{CATEGORY}-{turn.id}", prompt=question, category=CATEGORY)
        if turn.up and answer.refused:
            sample = sample.model_copy(update={"answerable": False})
        elif turn.up and not (answer.stopped or answer.cut):
            reference = _MARKER.sub("", answer.text).strip()
            references = tuple(dict.fromkeys([*sample.references, reference]))
            sample = sample.model_copy(update={"references": references, "answerable": True})
        found[question] = sample
    return list(found.values())


def samples_jsonl(samples: Iterable[Sample]) -> str:
    """Return samples as JSON lines in the project's own form, without fields that are empty."""
    return "".join(sample.model_dump_json(exclude_defaults=True) + "\n" for sample in samples)
