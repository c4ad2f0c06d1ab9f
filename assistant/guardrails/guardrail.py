"""Applies a guardrail's document to a text: what goes into a model, what comes out of it, and what it reads.

Each policy lives in a module of its own and is loaded when a document first asks for it. Policies only find; what
follows is decided here: one BLOCK and nothing of the text may be used, else what is to be masked is masked.

What a guardrail does not protect against, whatever its document says: an attack spread over several messages, since
each text is judged by itself; texts in pictures and sound; what a model does with a text that passed; and a person or
program that goes around it. The checks are rules, word lists and small classifiers: a patient attacker finds words
that pass. So nothing that matters may rest on them alone: passages never grant a tool call, and costly tools ask first.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from assistant.errors import InputError
from assistant.guardrails.assessment import Assessment, Grounds, replace_spans
from assistant.guardrails.document import GuardrailDocument
from assistant.guardrails.findings import Finding, Source
from knowledge.embed import Embedder

if TYPE_CHECKING:
    from assistant.grounding import Source as Passage
    from assistant.guardrails.grounded import Grounded
    from assistant.guardrails.pii import Masks

LONGEST = 200_000
"""Characters of a text that is still checked; more than any question, answer or passage has."""

_SURROGATE = re.compile(r"[\ud800-\udfff]")


class Guardrail:
    """A document in force. Safe to share between threads.

    Args:
        document: what is wanted.
        embedder: the embedding model, which is only loaded where a policy needs it.

    """

    def __init__(self, document: GuardrailDocument, embedder: Embedder) -> None:
        self.document = document
        self.embedder = embedder

    def apply(
        self,
        source: Source,
        content: str,
        *,
        vector: NDArray[np.float32] | None = None,
        masks: Masks | None = None,
        grounded: Grounded | None = None,
    ) -> Assessment:
        """Check one text.

        Args:
            source: INPUT for what a person or program asks, OUTPUT for an answer, DOCUMENT for a retrieved passage or
                the result of a tool.
            content: the text.
            vector: its embedding, ``(d,)``, where it is known already; otherwise it is made if a classifier reads it.
            masks: the placeholders of a conversation, so that one value has the same in all of it; without them every
                value of a type has the same.
            grounded: from `grounded`, for an answer that is to be held against its passages.

        Raises:
            InputError: the text is empty or longer than `LONGEST` characters.

        """
        began = time.perf_counter()
        findings = self.findings(source, content, vector=vector)
        grounds: Grounds | None = None
        if grounded and source == "OUTPUT":
            below, grounds = grounded.check(content)
            findings += below
        spans = mask_spans(findings, masks)
        removed = [f for f in findings if f.kind == "GROUNDING" and f.action == "BLOCK"]
        spans += [(finding.start, finding.end, "") for finding in removed]
        text = replace_spans(content, spans)
        if removed:
            text = re.sub(r"[ \t]{2,}", " ", text).strip()
        text = masks.again(text) if masks else text
        blocked = any(f.action == "BLOCK" for f in findings if f.kind != "GROUNDING") or (
            bool(removed) and not re.search(r"\w", text)
        )
        return Assessment(
            document=self.document,
            source=source,
            content=content,
            text=self.message(source) if blocked else text,
            blocked=blocked,
            findings=tuple(findings),
            seconds=time.perf_counter() - began,
            grounds=grounds,
        )

    def findings(self, source: Source, content: str, *, vector: NDArray[np.float32] | None = None) -> list[Finding]:
        """Return what the policies find in a text, without doing anything about it; arguments and errors of `apply`."""
        if not content.strip():
            raise InputError("There is no text to check. Give some.")
        if len(content) > LONGEST:
            raise InputError(
                f"The text has {len(content):,} characters, and a guardrail reads {LONGEST:,} at most. Split it."
            )
        # Half a character cannot be encoded for a model; what stands in for it keeps every place.
        text = _SURROGATE.sub("\ufffd", content)
        document, found = self.document, list[Finding]()
        if document.contentPolicyConfig:
            from assistant.guardrails import content as content_policy

            found += content_policy.check(text, source, document.contentPolicyConfig, self.embedder, vector)
        if document.topicPolicyConfig:
            from assistant.guardrails import topics

            found += topics.check(text, document.topicPolicyConfig, self.embedder, vector, source)
        if document.wordPolicyConfig:
            from assistant.guardrails import words

            found += words.check(text, document.wordPolicyConfig, source)
        if document.sensitiveInformationPolicyConfig:
            from assistant.guardrails import pii

            found += pii.find(text, document.sensitiveInformationPolicyConfig, source)
        return found

    def grounded(self, query: str, passages: Sequence[Passage], earlier: Sequence[str] = ()) -> Grounded | None:
        """Return what holds answers to a question against passages; None where the document does not ask for it.

        Args:
            query: the question, best as it was searched.
            passages: what the model read, from `assistant.grounding.read_source`.
            earlier: the questions before it in the conversation.

        """
        if not self.document.contextualGroundingPolicyConfig:
            return None
        from assistant.guardrails.grounded import Grounded

        return Grounded(query, passages, self.document.contextualGroundingPolicyConfig, self.embedder, earlier)

    def message(self, source: Source) -> str:
        """Return what is said instead of a text that is blocked."""
        return self.document.blockedOutputsMessaging if source == "OUTPUT" else self.document.blockedInputMessaging


def mask_spans(findings: Sequence[Finding], masks: Masks | None) -> list[tuple[int, int, str]]:
    """Return what is to be masked: start, end, and what stands there instead."""
    hidden = [finding for finding in findings if finding.action == "ANONYMIZE" and finding.end > finding.start]
    return [(f.start, f.end, masks.placeholder(f.kind, f.match) if masks else f"{{{f.kind}}}") for f in hidden]
