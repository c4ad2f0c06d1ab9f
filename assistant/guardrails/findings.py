"""What a policy finds in a text. Every policy gives findings; what follows from them is decided in one place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Source = Literal["INPUT", "OUTPUT", "DOCUMENT"]
"""Where a text comes from. Bedrock knows the first two; DOCUMENT is a retrieved passage or the result of a tool."""
PolicyName = Literal[
    "contentPolicy", "topicPolicy", "wordPolicy", "sensitiveInformationPolicy", "contextualGroundingPolicy"
]
Action = Literal["BLOCK", "ANONYMIZE", "NONE"]
"""What is done about a finding; NONE only tells of it."""
Confidence = Literal["NONE", "LOW", "MEDIUM", "HIGH"]
"""How sure a classifier is, as Bedrock says it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a policy found.

    Args:
        policy: which policy, by Bedrock's name of its assessment.
        kind: what was found: a content type (``PROMPT_ATTACK``), the name of a topic or a regex, ``PROFANITY``,
            ``CUSTOM_WORD``, a type of personal data (``EMAIL``), ``GROUNDING`` or ``RELEVANCE``.
        action: what the guardrail's document says is to be done.
        start: where it stands in the text that was given, in characters; 0 and 0 where it is the whole text.
        end: one behind its last character.
        match: the words themselves; empty where it is the whole text.
        score: calibrated probability, or the score of grounding and relevance; None where a rule matched.
        threshold: of the score, by which ``action`` was chosen.
        why: one short sentence for a person.
        confidence: in a finding of the content policy; None elsewhere.

    """

    policy: PolicyName
    kind: str
    action: Action
    start: int = 0
    end: int = 0
    match: str = ""
    score: float | None = None
    threshold: float | None = None
    why: str = ""
    confidence: Confidence | None = None
