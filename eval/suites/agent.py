"""Requests and remarks to the agent, with the tools and arguments that a person would expect.

Two sets, written before anything was trained on them: ``agent`` by one writer, its test half in families of paraphrases
that dev has none of, and ``agent-voices``, the same wishes in other people's English; all of it is test.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from eval.sample import Called, Output, Planned, Sample
from eval.suites.reference import DATA, of_split, read_jsonl
from eval.suites.registry import Split, Suite, register
from eval.systems.agents import PLANNING

FILE, VOICES = DATA / "agent.jsonl", DATA / "agent_voices.jsonl"


def samples(split: Split, notes: Path | None = None, *, file: Path = FILE) -> list[Sample]:
    """Return the utterances of a split; the category is the first tool, or what else is right."""
    return [_sample(row) for row in of_split(read_jsonl(file), split)]


def oracle(sample: Sample) -> Output:
    """Return what is expected; a value where "slower" and the like leave one open."""
    assert sample.planned is not None
    calls = tuple(
        call.model_copy(update={"arguments": _settled(call, sample.planned)}) for call in sample.planned.calls
    )
    return Output(calls=calls, question="Which?" if sample.planned.asks else "")


def _settled(call: Called, planned: Planned) -> dict[str, Any]:
    found = dict(call.arguments)
    for name, value in found.items():
        if value in ("slower", "slow"):
            found[name] = planned.earlier.get(name, 60) / 2
        elif value in ("faster", "longer", "fast"):
            found[name] = planned.earlier.get(name, 60) * 2
    return found


def _sample(row: dict[str, Any]) -> Sample:
    calls = tuple(Called(**call) for call in row["calls"])
    asks = row.get("ask", "")
    if len(calls) > 1:
        category = "several steps"
    elif row["after"] and calls:
        category = "follow-up"
    else:
        category = calls[0].tool if calls else "a question to the person" if asks else "no tool"
    return Sample(
        id=row["id"],
        prompt=row["text"],
        category=category,
        after=tuple(row["after"]),
        planned=Planned(calls=calls, asks=asks, earlier=row.get("earlier", {})),
    )


for name, file, describe in (
    ("agent", FILE, "What the agent would call, with which arguments, and whether it leaves the tools alone."),
    (
        "agent-voices",
        VOICES,
        "The same in other voices: a teenager, a professor, an engineer, and English as a second language.",
    ),
):
    register(
        Suite(
            name=name,
            describe=describe,
            samples=partial(samples, file=file),
            systems=PLANNING,
            oracle=oracle,
            metrics=("tool_plan", "cost"),
            files=(file,),
        )
    )
