"""Reads the reference sets that ship in ``eval/data``, whose README says what they are."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from assistant.chat.pipeline import refusal_text
from assistant.errors import InputError
from assistant.rooms import shipped_notes
from eval.sample import Cited, Output, Passage, Sample
from eval.suites.registry import Split
from eval.systems.sections import section_name
from knowledge.keyword import stems
from knowledge.outline import load_outline
from knowledge.sentences import sentences

DATA = Path(__file__).parents[1] / "data"


def read_jsonl(file: Path) -> list[dict[str, Any]]:
    """Read one JSON object a line."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


def of_split(rows: Iterable[dict[str, Any]], split: Split) -> list[dict[str, Any]]:
    """Return the rows of a split."""
    return [row for row in rows if split in ("all", row["split"])]


def gold_names(gold: Iterable[str | Mapping[str, str]]) -> tuple[str, ...]:
    """Return the names of gold sections; the data has ids, or files and headings."""
    return tuple(dict.fromkeys(place if isinstance(place, str) else _name(place) for place in gold))


def check_given(notes: Path, rows: Iterable[dict[str, Any]], name: str) -> None:
    """Refuse a folder that does not hold the notes that questions are about.

    Raises:
        InputError: a file is missing; it is named.

    """
    wanted = {place["file"] for row in rows for place in row["gold"]}
    if missing := sorted(file for file in wanted if not (notes / file).is_file()):
        raise InputError(
            f"{notes} has no {missing[0]}, which the questions of {name} are about. Name the folder of those study "
            "notes, or none; questions of your own about other notes go in with --data."
        )


def oracle_answer(sample: Sample) -> Output:
    """Return the reference answer, or a refusal where the notes do not hold it.

    Behind each sentence the gold section is cited that has most of its words.
    """
    if sample.answerable is False:
        return Output(prediction=refusal_text(()), refused=True)
    passages = gold_passages(sample)
    words = [set(stems(passage.text)) for passage in passages]
    reference = sample.references[0] if sample.references else ""
    cited: dict[int, int] = {}
    said: list[str] = []
    for start, end in sentences(reference):
        said.append(reference[start:end].strip())
        if passages:
            own = set(stems(said[-1]))
            best = max(range(len(passages)), key=lambda n: len(own & words[n]))
            said.append(f"[{cited.setdefault(best, len(cited) + 1)}]")
    return Output(
        prediction=" ".join(said),
        passages=passages,
        read=len(passages),
        citations=tuple(
            Cited(marker=marker, section=passages[n].section, text=passages[n].text) for n, marker in cited.items()
        ),
    )


def gold_passages(sample: Sample) -> tuple[Passage, ...]:
    """Return the gold sections, with their text where they are of the shipped notes."""
    outline = load_outline(shipped_notes())
    return tuple(
        Passage(section=name, text=f"{outline[name].title}\n{outline[name].text}" if name in outline else "")
        for name in sample.gold
    )


def _name(place: Mapping[str, str]) -> str:
    file, heading = place["file"], place["heading"].strip()
    return section_name(file, heading, _anchors().get((file, heading), ""))


@cache
def _anchors() -> Mapping[tuple[str, str], str]:
    return {(section.file, section.title): name for name, section in load_outline(shipped_notes()).items()}
