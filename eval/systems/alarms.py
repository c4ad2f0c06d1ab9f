"""Systems that say whether a text should be stopped, and where it has personal data: Etude's guardrails, and baselines.

``etude`` and ``strict`` are the shipped guardrails of these names (``etude`` is ``default``). The baselines are what a
program without a guardrail has in an afternoon: eight patterns for attacks with five for personal data, and a list of
offensive words.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import cast

from assistant.guardrails.agreement import personal
from assistant.guardrails.findings import Source
from eval.metrics.detection import NEGATIVE, POSITIVE
from eval.sample import Output, Sample, Span
from eval.suites.registry import SystemFunction, Variant
from eval.systems.answers import Opener
from eval.systems.choices import check_variant
from eval.tools import Tools

PERSONAL = "personal data"
"""The category of samples whose personal data was marked."""

ATTACKS = (
    r"\b(?:ignore|disregard|forget)\b.{0,40}\b(?:previous|prior|above|earlier|all)\b.{0,40}\b(?:instructions?|rules?)\b",
    r"\b(?:reveal|show|print|repeat|output)\b.{0,40}\b(?:system prompt|initial prompt|instructions)\b",
    r"\byou are now\b",
    r"\b(?:act|behave|respond) as (?:if|an?|though)\b",
    r"\bpretend (?:to be|you are|that)\b",
    r"\b(?:DAN|jailbreak|developer mode|do anything now)\b",
    r"\b(?:without|no) (?:any )?(?:restrictions?|filters?|limits?|rules)\b",
    r"(?:<\|im_start\|>|\[INST\]|###\s*system|</?system>)",
)
"""Eight patterns of the kind that guides to prompt security print."""
PERSONAL_PATTERNS = {
    "EMAIL": r"[\w.+-]+@[\w-]+\.[\w.]+",
    "PHONE": r"\+?\d[\d ()-]{7,}\d",
    "US_SOCIAL_SECURITY_NUMBER": r"\b\d{3}-\d{2}-\d{4}\b",
    "CREDIT_DEBIT_CARD_NUMBER": r"\b(?:\d[ -]?){13,16}\b",
    "IP_ADDRESS": r"\b(?:\d{1,3}\.){3}\d{1,3}\b",
}


def _guardrail(tools: Tools, variant: Variant, name: str) -> SystemFunction:
    from assistant.guardrails.guardrail import Guardrail
    from assistant.guardrails.library import POLICIES, Library

    check_variant(variant, "guardrails", ())
    guardrail = Guardrail(Library(POLICIES).load(name), tools.embedder)
    sources: tuple[Source, ...] = ("INPUT", "DOCUMENT")
    for source in sources:
        guardrail.apply(source, "what is loaded first is not part of the time of a text")

    def ask(sample: Sample) -> Output:
        assessment = guardrail.apply(cast(Source, sample.source or "INPUT"), sample.prompt)
        found = tuple(Span(start=f.start, end=f.end, type=f.type) for f in personal(assessment.findings))
        output = _output(sample, assessment.blocked, found, assessment.seconds)
        return output.model_copy(update={"probabilities": _likelihood(sample)})

    return ask


def _likelihood(sample: Sample) -> dict[str, float]:
    """Return the highest probability that a classifier gives, for the area under the ROC curve.

    It is the one before thresholds, by n-grams alone; none of personal data, which has no classifier.
    """
    from assistant.guardrails.heads import load_heads
    from assistant.guardrails.normalise import normalise

    if sample.category == PERSONAL:
        return {}
    names = ("document" if sample.source == "DOCUMENT" else "prompt", "harmful")
    normalised = normalise(sample.prompt)
    return {POSITIVE: max(score for name in names for score in load_heads(name).scores(normalised).values())}


def _baseline(
    tools: Tools, variant: Variant, stops: Callable[[str], bool], finds: Callable[[str], tuple[Span, ...]]
) -> SystemFunction:
    check_variant(variant, "a baseline of guardrails", ())

    def ask(sample: Sample) -> Output:
        began = time.perf_counter()
        stopped, found = stops(sample.prompt), finds(sample.prompt)
        return _output(sample, stopped, found, time.perf_counter() - began)

    return ask


def _output(sample: Sample, stopped: bool, found: tuple[Span, ...], seconds: float) -> Output:
    """Return what a system found; personal data only counts where somebody marked it."""
    marked = sample.category == PERSONAL
    flagged = stopped or (marked and bool(found))
    return Output(letters=(POSITIVE if flagged else NEGATIVE,), spans=found if marked else (), seconds=seconds)


def matches_attack(text: str) -> bool:
    """Say whether one of the eight patterns matches."""
    return any(re.search(pattern, text, re.IGNORECASE | re.DOTALL) for pattern in ATTACKS)


def matched_personal(text: str) -> tuple[Span, ...]:
    """Return what the patterns for personal data match."""
    return tuple(
        Span(start=match.start(), end=match.end(), type=kind)
        for kind, pattern in PERSONAL_PATTERNS.items()
        for match in re.finditer(pattern, text)
    )


def has_listed_word(text: str) -> bool:
    """Say whether a text has a word of the list of offensive words."""
    from assistant.guardrails.words import offensive_words

    return bool(offensive_words(text))


GUARDING: Mapping[str, Opener] = {
    "etude": partial(_guardrail, name="default"),
    "strict": partial(_guardrail, name="strict"),
    "regexes": partial(_baseline, stops=matches_attack, finds=matched_personal),
    "words": partial(_baseline, stops=has_listed_word, finds=lambda text: ()),
}
"""The systems by name."""
