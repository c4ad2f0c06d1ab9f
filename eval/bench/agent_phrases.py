"""Reads the phrases that the agent's router is trained on, and writes each out in several ways."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from eval.suites.reference import DATA, read_jsonl

FILE = DATA / "agent_phrases.txt"
_CHOICE = re.compile(r"\(([^()]*)\)")
_NAME = re.compile(r"<(\w+)>")


@dataclass(frozen=True, slots=True)
class Phrase:
    """An utterance that was written out of a pattern; ``after`` says that it needs an earlier turn to be understood."""

    text: str
    label: str
    after: bool
    pattern: int


def phrases(each: int, seed: int = 0) -> list[Phrase]:
    """Return up to so many different utterances of every pattern, some with the slips of quick typing."""
    rng = random.Random(seed)
    lists: dict[str, list[str]] = {}
    found: dict[tuple[str, str], Phrase] = {}
    section, number = "", 0
    for line in FILE.read_text("utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1]
        elif section == "lists":
            name, _, values = line.partition("=")
            lists[name.strip()] = [value.strip() for value in values.split("|")]
        else:
            number += 1
            label, _, after = section.partition(" ")
            for _ in range(each):
                text = _slips(_written(line, lists, rng), rng)
                if text:
                    behind = bool(after) or label == "refine"
                    found[label, text.casefold()] = Phrase(text, label, behind, number)
    return list(found.values())


def unlike(found: Iterable[Phrase], others: Iterable[str], most: float = 0.8) -> list[Phrase]:
    """Return the phrases that share at most so much of their words (Jaccard) with every one of the other texts."""
    taken = [_words(text) for text in others]
    return [
        phrase
        for phrase in found
        if all(
            len(own & other) <= most * len(own | other)
            for own, other in itertools.product([_words(phrase.text)], taken)
        )
    ]


def utterances(split: str) -> list[dict[str, Any]]:
    """Return the utterances of a split of the reference set."""
    return [row for row in read_jsonl(DATA / "agent.jsonl") if row["split"] == split]


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.casefold()))


def _written(line: str, lists: dict[str, list[str]], rng: random.Random) -> str:
    while choice := _CHOICE.search(line):
        line = line[: choice.start()] + rng.choice(choice[1].split("|")) + line[choice.end() :]
    while name := _NAME.search(line):
        line = line[: name.start()] + rng.choice(lists[name[1]]) + line[name.end() :]
    text = re.sub(r"\s+([,?!.:])", r"\1", " ".join(line.split()))
    return text.strip(" ,")


def _slips(text: str, rng: random.Random) -> str:
    """Return a text as people type: mostly as it is, else in small letters, with a full stop, or with a slip."""
    way = rng.random()
    if way < 0.25:
        return text[:1].upper() + text[1:] + rng.choice(["", ".", "?"] if text[:2] in ("wh", "ho", "is") else ["", "."])
    if way < 0.4:
        return text.lower()
    if way < 0.55 and len(text) > 8:
        place = rng.randrange(1, len(text) - 2)
        if text[place : place + 2].isalpha():
            swapped = text[place + 1] + text[place]
            return (
                text[:place] + rng.choice([swapped, text[place], text[place] * 2 + text[place + 1]]) + text[place + 2 :]
            )
    return text
