"""What to study next: the sections behind the questions that went wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assistant.exam.grade import Share, is_right
from assistant.exam.question import Question
from knowledge.outline import NoteSection


@dataclass(frozen=True, slots=True)
class Step:
    """A section to read again, with the questions that it answers and that went wrong."""

    section: NoteSection
    domain: int
    wrong: tuple[str, ...]
    share: Share


def study_plan(
    asked: Iterable[Question],
    responses: Mapping[str, Sequence[str]],
    outline: Mapping[str, NoteSection],
    most: int = 12,
) -> list[Step]:
    """Return sections to read again: most wrong questions first, then the lower share right, then reading order."""
    right: dict[str, list[str]] = defaultdict(list)
    wrong: dict[str, list[Question]] = defaultdict(list)
    for question in asked:
        for section in question.sections:
            if section in outline:
                if is_right(question, responses.get(question.id, ())):
                    right[section].append(question.id)
                else:
                    wrong[section].append(question)
    place = {section: at for at, section in enumerate(outline)}
    steps = [
        Step(
            outline[section],
            missed[0].domain,
            tuple(question.id for question in missed),
            Share(len(right[section]), len(right[section]) + len(missed)),
        )
        for section, missed in wrong.items()
    ]
    steps.sort(key=lambda step: (-len(step.wrong), step.share.percent, place[step.section.id]))
    return steps[:most]
