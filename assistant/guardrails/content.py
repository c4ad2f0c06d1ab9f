"""The content policy: prompt attacks and harmful content, by trained heads.

Confidence in a finding is LOW, MEDIUM or HIGH by its calibrated probability. A filter of strength LOW acts on HIGH
confidence only, MEDIUM on MEDIUM and up, HIGH on LOW and up, as in Bedrock. ``PROMPT_ATTACK`` is looked for in what
goes in: in INPUT by the head ``prompt``, in a DOCUMENT by the head ``document``, which looks for text that gives the
model instructions. The other kinds are scored by the head ``harmful``.

What this does not protect against: an attack in new words, in a language the training data lack, spread over several
messages or asked for politely in a story; a document that misleads by being wrong and gives no instruction; and
harmless texts are stopped now and then. The cards beside the heads say how often.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.guardrails.document import ContentFilter, ContentPolicy, Strength
from assistant.guardrails.findings import Confidence, Finding, Source
from assistant.guardrails.heads import Found, Heads, load_heads
from assistant.guardrails.normalise import Normalised, normalise
from knowledge.embed import Embedder

_LOWEST: Mapping[Strength, str] = {"LOW": "HIGH", "MEDIUM": "MEDIUM", "HIGH": "LOW"}
"""The lowest confidence that a filter of each strength acts on."""
_ATTACK = "PROMPT_ATTACK"
DOUBTFUL = 0.08
"""Probability by n-grams below which a text is harmless without a look at its embedding, which takes ten times as long
as the rest. Of the dev texts this passes 98 % of the harmful and 45 % of the harmless, most of which sound harmful, on
to the embedding, and loses 1 of the 101 harmful ones that the embedding finds."""
_WHY = {
    "INPUT": "It reads like an attempt to change what the assistant may do.",
    "DOCUMENT": "It gives the assistant instructions, which a source must not.",
}


def check(
    text: str,
    source: Source,
    policy: ContentPolicy,
    embedder: Embedder | None = None,
    vector: NDArray[Any] | None = None,
) -> list[Finding]:
    """Return what a text has of the kinds that the policy filters, in the policy's order.

    Args:
        text: as it was given; `Finding` tells places in it.
        source: where it comes from.
        policy: the filters and their strengths.
        embedder: the model that made ``vector``.
        vector: the text's embedding, ``(d,)``, where it is known already. Otherwise it is made where it counts: for
            heads that were trained on this model, and a text that n-grams do not find harmless. Without ``embedder``,
            or with another one, n-grams alone decide.

    """
    wanted = [given for given in policy.filtersConfig if given.strength(source) != "NONE"]
    wanted = [given for given in wanted if given.type != _ATTACK or source != "OUTPUT"]
    if not wanted or not text.strip():
        return []
    normalised = _normalised(text)
    findings: list[Finding] = []
    for name in dict.fromkeys(_heads_of(given, source) for given in wanted):
        heads = load_heads(name)
        found, joined = heads.find(normalised), False
        if embedder and heads.fits(embedder):
            if max(each.probability for each in found.values()) < DOUBTFUL:
                continue
            vector = np.asarray(embedder.encode([text])[0] if vector is None else vector)
            found, joined = heads.find(normalised, vector, heads.states(text, embedder)), True
        for given in wanted:
            if _heads_of(given, source) == name and given.type in found:
                findings += _findings(given, source, found[given.type], heads, normalised, text, joined=joined)
    order = [given.type for given in wanted]
    return sorted(findings, key=lambda finding: order.index(finding.kind))  # type: ignore[arg-type]


def confidence(probability: float, thresholds: Mapping[str, float]) -> Confidence:
    """Return HIGH, MEDIUM, LOW or NONE for a probability."""
    levels: tuple[Confidence, ...] = ("HIGH", "MEDIUM", "LOW")
    return next((name for name in levels if probability >= thresholds[name]), "NONE")


def _heads_of(given: ContentFilter, source: Source) -> str:
    if given.type == _ATTACK:
        return "document" if source == "DOCUMENT" else "prompt"
    return "harmful"


def _findings(
    given: ContentFilter, source: Source, found: Found, heads: Heads, normalised: Normalised, text: str, *, joined: bool
) -> Sequence[Finding]:
    thresholds = heads.thresholds(given.type, joined=joined)
    threshold = thresholds[_LOWEST[given.strength(source)]]
    action = given.action_on(source)
    if found.probability < threshold or action is None:
        return []
    start, end = normalised.original(found.start, found.end) if found.end else (0, 0)
    if end - start >= len(text.strip()):
        start, end = 0, 0
    sure = confidence(found.probability, thresholds)
    why = _WHY.get(source, "") if given.type == _ATTACK else f"It reads like {given.type.lower()}."
    return [
        Finding(
            policy="contentPolicy",
            kind=given.type,
            action=action,
            start=start,
            end=end,
            match=text[start:end],
            score=found.probability,
            threshold=threshold,
            why=f"{why} Confidence is {sure}.",
            confidence=sure,
        )
    ]


@lru_cache(maxsize=32)
def _normalised(text: str) -> Normalised:
    return normalise(text)
