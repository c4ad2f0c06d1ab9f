"""The guardrail on the way of an exam question: its text, the passages that may speak of it, what is said of an option.

Every question that is to be solved is checked, whoever wrote it. The questions of the bank are shown and graded without
a model, and the default guardrail lets all of them pass as they are, so that none needs a way around it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.chat.events import Dropped
from assistant.chat.guarding import Guarding
from assistant.exam.asked import Asked
from assistant.exam.evidence import Claim
from knowledge.search import Hit

_BETWEEN = "\n"


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence on an option as it may be shown; where it is ``withheld``, what is said instead."""

    text: str
    withheld: bool = False


def check(asked: Asked, guarding: Guarding) -> tuple[Asked, str]:
    """Return a question as it may be read, shown and kept, and what is said instead of an answer where it is blocked.

    Stem and options are checked as one text, as the model reads them: an attack may be spread over them.
    """
    parts = [asked.stem, *asked.options.values()]
    assessment = guarding.question(_BETWEEN.join(parts))
    if assessment is None:
        return asked, ""
    masked, start = [], 0
    for part in parts:
        masked.append(guarding.masked(assessment, start, start + len(part)))
        start += len(part) + len(_BETWEEN)
    checked = replace(asked, stem=masked[0], options=dict(zip(asked.options, masked[1:], strict=True)))
    return checked, assessment.text if assessment.blocked else ""


def keep_clean(several: Sequence[Sequence[Hit]], guarding: Guarding) -> tuple[list[list[Hit]], tuple[Dropped, ...]]:
    """Return the hits of several searches that may be read, and once each the passages that are kept from the model."""
    passages = {hit.chunk.id: hit for hits in several for hit in hits}
    clean, dropped = guarding.passages(list(passages.values()))
    ids = {hit.chunk.id for hit in clean}
    return [[hit for hit in hits if hit.chunk.id in ids] for hits in several], dropped


def check_claims(claims: Mapping[str, Claim], guarding: Guarding) -> dict[str, Said]:
    """Check what is to be said of each option, by letter; a sentence that speaks of several is checked once."""
    words = {letter: claim.best.words if claim.best else "" for letter, claim in claims.items()}
    checked = {text: guarding.reply(text) for text in dict.fromkeys(words.values()) if text.strip()}
    return {
        letter: Said(assessment.text, assessment.blocked) if (assessment := checked.get(text)) else Said(text)
        for letter, text in words.items()
    }
