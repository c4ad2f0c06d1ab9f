"""The solution of a question: the letters, what the notes say of each option, and where they say it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from assistant.chat.events import Citation, Dropped, Noted
from assistant.exam.asked import Asked
from assistant.exam.evidence import Claim
from assistant.exam.guarded import Said
from knowledge.store import sentence_texts


@dataclass(frozen=True, slots=True)
class OptionNote:
    """What the notes say of one option.

    ``text`` is empty where they do not name it; ``marker`` is the number of its citation, 0 where it has none; ``line``
    counts from 1.
    """

    text: str
    section: tuple[str, ...]
    file: str
    line: int
    marker: int
    right: bool


@dataclass(frozen=True, slots=True)
class Solution:
    """The answer to a question.

    ``asked`` is the question as the guardrail left it: what is to be shown and kept. ``answer`` are letters,
    ``probabilities`` 0 to 1 by letter and sum to 1, ``covered`` says whether the notes say something about the
    question, ``seconds`` is how long it took. Where the guardrail stopped the question, ``blocked`` is the sentence
    that is said instead, and there is no answer. ``noted`` is what it found, ``dropped`` what it kept from the model.
    """

    asked: Asked
    answer: tuple[str, ...] = ()
    probabilities: Mapping[str, float] = field(default_factory=dict)
    covered: bool = False
    notes: Mapping[str, OptionNote] = field(default_factory=dict)
    citations: tuple[Citation, ...] = ()
    seconds: float = 0.0
    blocked: str = ""
    noted: tuple[Noted, ...] = ()
    dropped: tuple[Dropped, ...] = ()


def cite(
    claims: Mapping[str, Claim], said: Mapping[str, Said], answer: Sequence[str]
) -> tuple[tuple[Citation, ...], dict[str, OptionNote]]:
    """Number the passages that speak of the options, those of the answer first; what is withheld has no source."""
    used: dict[str, list[int]] = {}
    passages: dict[str, Claim] = {}
    for letter in [*answer, *(letter for letter in claims if letter not in answer)]:
        if (best := claims[letter].best) and not said[letter].withheld:
            used.setdefault(best.hit.chunk.id, []).append(best.number)
            passages.setdefault(best.hit.chunk.id, claims[letter])
    markers = {chunk_id: number for number, chunk_id in enumerate(used, 1)}
    citations = tuple(_citation(markers[chunk_id], claim, used[chunk_id]) for chunk_id, claim in passages.items())
    notes = {letter: _note(claim, said[letter], markers, letter in answer) for letter, claim in claims.items()}
    return citations, notes


def _note(claim: Claim, said: Said, markers: Mapping[str, int], right: bool) -> OptionNote:
    if claim.best is None or said.withheld:
        return OptionNote(said.text, section=(), file="", line=0, marker=0, right=right)
    chunk = claim.best.hit.chunk
    return OptionNote(said.text, chunk.heading, chunk.file, chunk.start_line, markers[chunk.id], right)


def _citation(marker: int, claim: Claim, numbers: Sequence[int]) -> Citation:
    assert claim.best is not None  # only claims with a sentence are numbered
    hit = claim.best.hit
    spans = sentence_texts(hit.chunk)
    return Citation(
        marker=marker,
        collection=hit.collection,
        file=hit.chunk.file,
        heading=hit.chunk.heading,
        start_line=hit.chunk.start_line,
        end_line=hit.chunk.end_line,
        text=hit.chunk.text,
        used=tuple(spans[number][:2] for number in sorted(set(numbers)) if number < len(spans)),
    )
