"""Which passages the model reads, as which text, inside the token budget."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.prompts.slots import quote_numbers
from knowledge.search import Hit
from knowledge.split import plain
from knowledge.store import sentence_texts
from knowledge.tables import spell_out_tables

CountTokens = Callable[[str], int]

_FAR_BELOW = 0.1
"""A passage whose score is this much under the best one's is left out. On the 130 dev questions this keeps a right
passage for 128 with 1.8 passages a prompt; 0.3 keeps it for the same 128 with 3.7, which distract a small model and
double the wait for the first word."""
_SMALLEST = 30
"""Tokens below which what is left of the budget cannot hold a useful passage."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage as the model reads it. ``given`` are the numbers of the sentences it holds; all of them unless cut."""

    hit: Hit
    title: str
    text: str
    given: tuple[int, ...]
    shortened: bool = False


def choose_passages(hits: Sequence[Hit], most: int, budget: int, count: CountTokens) -> list[Passage]:
    """Take the best hits while they fit; one that does not fit is cut to the sentences nearest to the question.

    Args:
        hits: best first.
        most: how many passages at most.
        budget: tokens for all of them together, titles included.
        count: tokens of a text, as the language model counts them.

    """
    chosen: list[Passage] = []
    left = budget
    for hit in hits:
        if len(chosen) == most or left < _SMALLEST:
            break
        if chosen and hit.score < hits[0].score - _FAR_BELOW:
            break
        passage = _fit(hit, left, count)
        if passage:
            chosen.append(passage)
            left -= count(_block(0, passage))
    return chosen


def prompt_text(passages: Sequence[Passage]) -> str:
    """Number the passages and join them."""
    return "\n\n".join(_block(number, passage) for number, passage in enumerate(passages, start=1))


def _block(number: int, passage: Passage) -> str:
    return f"[{number}] {passage.title}\n{quote_numbers(passage.text)}\n"


def _fit(hit: Hit, room: int, count: CountTokens) -> Passage | None:
    chunk = hit.chunk
    title = " > ".join(chunk.heading[-2:]) or chunk.file
    parts = sentence_texts(chunk)
    whole = Passage(hit, title, plain(spell_out_tables(chunk.text)), tuple(range(len(parts))))
    if count(_block(0, whole)) <= room:
        return whole
    room -= count(_block(0, Passage(hit, title, "", ())))
    kept: list[int] = []
    for number in sorted(range(len(parts)), key=lambda n: -hit.sentences[n] if n < len(hit.sentences) else 0.0):
        cost = count(f"- {parts[number][2]}\n")
        if cost <= room:
            kept.append(number)
            room -= cost
    if not kept:
        return None
    kept.sort()
    text = "\n".join(f"- {parts[number][2]}" for number in kept)
    return Passage(hit, title, text, tuple(kept), shortened=True)
