"""The guardrail on the way of one question, of the chat or of an exam: what is asked, what is read, what is said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from assistant.chat.cite import source_of
from assistant.chat.events import Citation, Dropped, Noted
from assistant.chat.passages import Passage
from assistant.guardrails.assessment import Assessment, place_after, replace_spans
from assistant.guardrails.document import GuardrailDocument
from assistant.guardrails.findings import Finding, Source
from assistant.guardrails.guardrail import Guardrail, mask_spans
from assistant.guardrails.streaming import Gate
from assistant.rooms import load_guardrail
from assistant.settings import Settings
from knowledge.embed import Embedder
from knowledge.search import Hit
from knowledge.split import embedding_text

if TYPE_CHECKING:
    from assistant.guardrails.pii import Masks

_ATTACK = "PROMPT_ATTACK"
_REMEMBERED = 4096
"""Passages whose check is not done again in this process; one check takes milliseconds."""

Screen = Callable[[str], str]


def make_screen(guardrail: Guardrail) -> Screen:
    """Return a function that says why a passage must not be read, or nothing.

    Only instructions to the model keep a passage away. Notes may speak of crime, war or sex without harm, and what is
    asked about them and answered from them is checked; personal data in them is masked where an answer repeats it.
    """
    policy = guardrail.document.contentPolicyConfig
    filters = [each for each in policy.filtersConfig if each.type == _ATTACK] if policy else []
    if not policy or not filters:
        return lambda text: ""
    document = GuardrailDocument(
        name=guardrail.document.name,
        contentPolicyConfig=policy.model_copy(update={"filtersConfig": filters}),
        blockedInputMessaging=guardrail.document.blockedInputMessaging,
        blockedOutputsMessaging=guardrail.document.blockedOutputsMessaging,
    )
    attacks = Guardrail(document, guardrail.embedder)

    @lru_cache(maxsize=_REMEMBERED)
    def screen(text: str) -> str:
        found = attacks.findings("DOCUMENT", text)
        return next((finding.why for finding in found if finding.action == "BLOCK"), "")

    return screen


class InForce:
    """The guardrail that the settings name, as its document is at each question; safe to share between threads.

    Args:
        settings: name it.
        embedder: gives the embedding model, where a policy needs it.

    """

    def __init__(self, settings: Settings, embedder: Callable[[], Embedder]) -> None:
        self._settings, self._embedder = settings, embedder
        self._made: tuple[Guardrail, Screen] | None = None

    @property
    def guardrail(self) -> Guardrail | None:
        """What questions, passages and answers must pass; None where nothing is checked.

        Raises:
            InputError: there is no guardrail as the settings name it, or its document is no longer valid.

        """
        made = self._now()
        return made[0] if made else None

    def guarding(self, masks: Masks | None = None) -> Guarding:
        """Return what checks one question, with the placeholders of its conversation; errors of `guardrail`."""
        guardrail, screen = self._now() or (None, None)
        return Guarding(guardrail, screen, masks)

    def warm(self) -> None:
        """Load what the policies need; errors of `guardrail`."""
        if guardrail := self.guardrail:
            guardrail.apply("INPUT", "What is said first loads what finds names, such as Jane Smith's.")

    def _now(self) -> tuple[Guardrail, Screen] | None:
        document = load_guardrail(self._settings)
        if document is None or not document.has_policies:
            return None
        made = self._made
        if made is None or made[0].document != document:
            guardrail = Guardrail(document, self._embedder())
            made = self._made = (guardrail, make_screen(guardrail))
        return made


class Guarding:
    """Checks everything that belongs to one question, and counts what it finds.

    Args:
        guardrail: what is in force; None lets everything pass.
        screen: from `make_screen`.
        masks: the conversation's placeholders, so that one value has the same in all of it.

    """

    def __init__(self, guardrail: Guardrail | None, screen: Screen | None = None, masks: Masks | None = None) -> None:
        self._guardrail, self._screen = guardrail, screen
        self._masks = masks
        self._found: list[tuple[Source, Finding]] = []
        self._recorded = 0

    def question(self, text: str) -> Assessment | None:
        """Check what was asked; None where nothing is checked."""
        if self._guardrail is None:
            return None
        assessment = self._guardrail.apply("INPUT", text, masks=self._masks)
        self.note("INPUT", assessment.findings)
        return assessment

    def passages(self, hits: Sequence[Hit]) -> tuple[list[Hit], tuple[Dropped, ...]]:
        """Return the hits that may be read, and what is kept from the model."""
        if self._screen is None:
            return list(hits), ()
        why = [self._screen(embedding_text(hit.chunk)) for hit in hits]
        dropped = [_dropped(hit, reason) for hit, reason in zip(hits, why, strict=True) if reason]
        self.note("DOCUMENT", [Finding("contentPolicy", _ATTACK, "BLOCK", why=each.why) for each in dropped])
        return [hit for hit, reason in zip(hits, why, strict=True) if not reason], tuple(dropped)

    def reply(self, text: str) -> Assessment | None:
        """Check a text that is shown as an answer; None where nothing is checked."""
        if self._guardrail is None:
            return None
        assessment = self._guardrail.apply("OUTPUT", text, masks=self._masks)
        self.note("OUTPUT", assessment.findings)
        return assessment

    def gate(self, question: str, passages: Sequence[Passage], earlier: Sequence[str]) -> Gate | OpenGate:
        """Return what the answer streams through."""
        if self._guardrail is None:
            return OpenGate()
        grounded = self._guardrail.grounded(question, list(map(source_of, passages)), earlier)
        return Gate(self._guardrail, grounded=grounded, masks=self._masks)

    def masked(self, assessment: Assessment, start: int = 0, end: int | None = None) -> str:
        """Return a text, blocked or not, or a part of it, with what has to be masked in it masked.

        A span that begins before the part or goes on behind it is masked in each part that it touches.
        """
        end = len(assessment.content) if end is None else end
        spans = [
            (max(first, start) - start, min(last, end) - start, instead)
            for first, last, instead in mask_spans(assessment.findings, self._masks)
            if first < end and last > start
        ]
        return replace_spans(assessment.content[start:end], spans)

    def cited(self, text: str, citations: Iterable[Citation]) -> tuple[Citation, ...]:
        """Return the citations that an answer still has, with their texts masked."""
        return tuple(self.citation(each) for each in citations if f"[{each.marker}]" in text)

    def citation(self, citation: Citation) -> Citation:
        """Return a citation with what has to be masked in its text masked, and its spans where they are now."""
        policy = self._guardrail.document.sensitiveInformationPolicyConfig if self._guardrail else None
        if not policy:
            return citation
        from assistant.guardrails import pii

        spans = mask_spans(pii.find(citation.text, policy, "OUTPUT"), self._masks)
        used = tuple(
            (place_after(citation.text, spans, a), place_after(citation.text, spans, b)) for a, b in citation.used
        )
        return replace(citation, text=replace_spans(citation.text, spans), used=used)

    def note(self, source: Source, findings: Iterable[Finding]) -> None:
        """Take down what was found in a text."""
        self._found += [(source, each) for each in findings]

    def unrecorded(self) -> list[Finding]:
        """Return what was found since this was last asked, so that each finding is recorded with one invocation."""
        found = [finding for _, finding in self._found[self._recorded :]]
        self._recorded = len(self._found)
        return found

    @property
    def noted(self) -> tuple[Noted, ...]:
        """What was found so far, counted, without the words that it matched."""
        counts = Counter(Noted(source, each.policy, each.kind, each.action) for source, each in self._found)
        return tuple(replace(noted, count=count) for noted, count in counts.items())


class OpenGate:
    """Stands where nothing is checked; see `assistant.guardrails.streaming.Gate`."""

    def __init__(self) -> None:
        self.blocked = False
        self.text = ""
        self.findings: list[Finding] = []
        self.marked: list[tuple[int, int]] = []

    def add(self, words: str) -> str:
        """Return the words."""
        self.text += words
        return words

    def finish(self) -> str:
        """Return nothing: nothing was held back."""
        return ""


def _dropped(hit: Hit, why: str) -> Dropped:
    chunk = hit.chunk
    return Dropped(hit.collection, chunk.file, chunk.heading, chunk.start_line, chunk.end_line, chunk.text, why)
