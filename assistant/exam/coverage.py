"""Do the notes cover everything? Objectives of the exam guide and headings of a learner's material, to sections.

The map is data (``knowledge/coverage.toml``): each objective of the AIF-C01 exam guide, in our words, and each
heading of the study material that the notes were begun from, with the ids of the sections that hold its facts.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.errors import InputError
from assistant.exam.question import TASKS, Text
from knowledge.blocks import sections
from knowledge.outline import NoteSection
from knowledge.read import SUPPORTED, read_file


class Objective(BaseModel):
    """One objective of a task statement and the sections that meet it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    task: str
    text: Text
    sections: Annotated[list[Text], Field(min_length=1)]


class Heading(BaseModel):
    """One heading of the study material and the sections that hold its facts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: Text
    heading: Text
    sections: Annotated[list[Text], Field(min_length=1)]


class CoverageMap(BaseModel):
    """The whole map."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    objectives: list[Objective]
    headings: list[Heading]


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was found: objectives by task, how many headings are mapped, how many sections there are, and gaps."""

    tasks: Mapping[str, int]
    headings: int
    sections: int
    missing: tuple[str, ...]


def load_map(file: Path) -> CoverageMap:
    """Read the map.

    Raises:
        InputError: it is not there or not valid.

    """
    try:
        return CoverageMap.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError) as error:
        first = error.errors()[0] if isinstance(error, ValidationError) else None
        why = f"{'.'.join(map(str, first['loc']))}: {first['msg']}" if first else str(error)
        raise InputError(f"The coverage map {file} cannot be read ({why}). Correct it.") from error


def check_coverage(
    found: CoverageMap, outline: Mapping[str, NoteSection], material: Sequence[tuple[str, str]] = ()
) -> Coverage:
    """Check the map against the notes.

    Args:
        found: the map.
        outline: sections of the notes by id.
        material: file and heading of each heading of the study material, which must all be mapped.

    """
    missing: list[str] = []
    for task, title in TASKS.items():
        if not any(objective.task == task for objective in found.objectives):
            missing.append(f"task {task} ({title}): no objective is mapped")
    for objective in found.objectives:
        if objective.task not in TASKS:
            missing.append(f"objective “{objective.text}”: there is no task {objective.task}")
        missing += _unknown(f"objective {objective.task} “{objective.text}”", objective.sections, outline)
    for heading in found.headings:
        missing += _unknown(f"{heading.file}: “{heading.heading}”", heading.sections, outline)
    mapped = {(heading.file, heading.heading) for heading in found.headings}
    missing += [f"{file}: “{heading}” is not mapped" for file, heading in material if (file, heading) not in mapped]
    empty = [section.id for section in outline.values() if not section.blocks]
    missing += [f"section {section} has nothing under it" for section in empty]
    tasks = {task: sum(objective.task == task for objective in found.objectives) for task in TASKS}
    return Coverage(tasks, len(found.headings), len(outline), tuple(missing))


def headings_of(folder: Path) -> list[tuple[str, str]]:
    """Return file and heading of every heading in a folder of study material, in order.

    Raises:
        InputError: there is no such folder, or a file cannot be read.

    """
    if not folder.is_dir():
        raise InputError(f"There is no folder {folder}. Name the folder of the study material.")
    files = sorted(file for file in folder.iterdir() if file.suffix.lower() in SUPPORTED)
    return [
        (file.name, section.heading[-1])
        for file in files
        for section in sections(read_file(file).lines)
        if section.heading
    ]


def _unknown(place: str, ids: Sequence[str], outline: Mapping[str, NoteSection]) -> list[str]:
    return [f"{place}: there is no section {section}" for section in ids if section not in outline]
