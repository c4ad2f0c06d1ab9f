"""What a guardrail made of a text: plain attributes for this program, and Bedrock's ``ApplyGuardrail`` response.

Shapes, names and enums of `Assessment.to_bedrock` are those of ``ApplyGuardrailResponse`` in botocore 1.44's service
model ``bedrock-runtime``. Bedrock has no source DOCUMENT: what was found in a passage is reported as for INPUT. Two
figures are read as Bedrock's user guide says: a unit is up to 1,000 characters, and patterns of one's own are free.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Literal, get_args

from assistant.guardrails.document import GroundingType, GuardrailDocument, PiiType
from assistant.guardrails.findings import Action, Finding, Source

UNIT = 1_000
"""Characters of a text unit."""
NONE, INTERVENED = "NONE", "GUARDRAIL_INTERVENED"

Intervention = Literal["NONE", "GUARDRAIL_INTERVENED"]
_DONE: Mapping[Action, str] = {"BLOCK": "BLOCKED", "ANONYMIZE": "ANONYMIZED", "NONE": "NONE"}


@dataclass(frozen=True, slots=True)
class Grounds:
    """How well an answer rests on its passages: the lowest score of a sentence, and that of its relevance, 0 to 1.

    ``characters`` counts answer, passages and question together, as Bedrock bills them.
    """

    scores: Mapping[GroundingType, float]
    characters: int


@dataclass(frozen=True, slots=True)
class Assessment:
    """The outcome of one text.

    Args:
        document: the guardrail that was applied.
        source: where the text came from.
        content: the text as it was given.
        text: what may be used instead: the same, masked, shortened, or the document's message where it is blocked.
        blocked: whether nothing of the text may be used.
        findings: everything that was found, with what was done about it, in the order of the policies.
        seconds: what the check took.
        grounds: scores against passages, where there were some.

    """

    document: GuardrailDocument
    source: Source
    content: str
    text: str
    blocked: bool
    findings: tuple[Finding, ...]
    seconds: float = 0.0
    grounds: Grounds | None = None

    @property
    def masked(self) -> bool:
        """Whether something in the text was replaced by a mask."""
        return not self.blocked and any(finding.action == "ANONYMIZE" for finding in self.findings)

    @property
    def action(self) -> Intervention:
        """Whether the text was changed or blocked."""
        return "GUARDRAIL_INTERVENED" if self.blocked or self.text != self.content else "NONE"

    def to_bedrock(self) -> dict[str, Any]:
        """Return the body of Bedrock's response."""
        usage, coverage = self._usage(), self._coverage()
        assessment = self._policies() | {
            "invocationMetrics": {
                "guardrailProcessingLatency": round(self.seconds * 1_000),
                "usage": usage,
                "guardrailCoverage": coverage,
            }
        }
        return {
            "usage": usage,
            "action": self.action,
            "actionReason": self._reason(),
            "outputs": [{"text": self.text}] if self.action == INTERVENED else [],
            "assessments": [assessment],
            "guardrailCoverage": coverage,
        }

    def _reason(self) -> str:
        if self.action == NONE:
            return "No action."
        if self.blocked:
            return "Guardrail blocked."
        return "Guardrail masked." if self.masked else "Guardrail removed what is not grounded."

    def _usage(self) -> dict[str, int]:
        units, document = ceil(len(self.content) / UNIT), self.document
        sensitive = document.sensitiveInformationPolicyConfig
        return {
            "topicPolicyUnits": units if document.topicPolicyConfig else 0,
            "contentPolicyUnits": units if document.contentPolicyConfig else 0,
            "wordPolicyUnits": units if document.wordPolicyConfig else 0,
            "sensitiveInformationPolicyUnits": units if sensitive and sensitive.piiEntitiesConfig else 0,
            "sensitiveInformationPolicyFreeUnits": units if sensitive and sensitive.regexesConfig else 0,
            "contextualGroundingPolicyUnits": ceil(self.grounds.characters / UNIT) if self.grounds else 0,
        }

    def _coverage(self) -> dict[str, dict[str, int]]:
        document, total = self.document, len(self.content)
        policies = (
            document.contentPolicyConfig,
            document.topicPolicyConfig,
            document.wordPolicyConfig,
            document.sensitiveInformationPolicyConfig,
        )
        return {"textCharacters": {"guarded": total if any(policies) or self.grounds else 0, "total": total}}

    def _policies(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if topics := self._of("topicPolicy"):
            found["topicPolicy"] = {"topics": [{"name": f.kind, "type": "DENY", **_done(f)} for f in topics]}
        if content := self._of("contentPolicy"):
            found["contentPolicy"] = {"filters": [self._filter(f) for f in content]}
        if words := self._of("wordPolicy"):
            managed = [{"match": f.match, "type": f.kind, **_done(f)} for f in words if f.kind == "PROFANITY"]
            custom = [{"match": f.match, **_done(f)} for f in words if f.kind != "PROFANITY"]
            found["wordPolicy"] = {"customWords": custom, "managedWordLists": managed}
        if sensitive := self._of("sensitiveInformationPolicy"):
            types, patterns = get_args(PiiType), self._patterns()
            entities = [{"match": f.match, "type": f.kind, **_done(f)} for f in sensitive if f.kind in types]
            regexes = [
                {"name": f.kind, "match": f.match, "regex": patterns.get(f.kind, ""), **_done(f)}
                for f in sensitive
                if f.kind not in types
            ]
            found["sensitiveInformationPolicy"] = {"piiEntities": entities, "regexes": regexes}
        if self.grounds:
            found["contextualGroundingPolicy"] = {"filters": self._grounding_filters(self.grounds)}
        return found

    def _of(self, policy: str) -> list[Finding]:
        return [finding for finding in self.findings if finding.policy == policy]

    def _filter(self, finding: Finding) -> dict[str, Any]:
        policy = self.document.contentPolicyConfig
        each = next((f for f in policy.filtersConfig if f.type == finding.kind), None) if policy else None
        strength = {"filterStrength": each.strength(self.source)} if each else {}
        return {"type": finding.kind, "confidence": finding.confidence or "HIGH", **strength, **_done(finding)}

    def _patterns(self) -> dict[str, str]:
        policy = self.document.sensitiveInformationPolicyConfig
        return {each.name: each.pattern for each in policy.regexesConfig} if policy else {}

    def _grounding_filters(self, grounds: Grounds) -> list[dict[str, Any]]:
        policy = self.document.contextualGroundingPolicyConfig
        rows = []
        for each in policy.filtersConfig if policy else ():
            if each.type in grounds.scores:
                score = grounds.scores[each.type]
                below = score < each.threshold
                action = "BLOCKED" if below and each.action == "BLOCK" else "NONE"
                rows.append(
                    {
                        "type": each.type,
                        "threshold": each.threshold,
                        "score": round(score, 4),
                        "action": action,
                        "detected": below,
                    }
                )
        return rows


def replace_spans(text: str, spans: Sequence[tuple[int, int, str]]) -> str:
    """Return a text with spans ``(start, end, instead)`` replaced; of two that overlap the first in the text counts.

    What an overlapping span has beyond the first one goes with it: a secret is never half shown.
    """
    out, place = [], 0
    for start, end, instead in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start >= place:
            out += [text[place:start], instead]
        place = max(place, end)
    return "".join([*out, text[place:]])


def place_after(text: str, spans: Sequence[tuple[int, int, str]], place: int) -> int:
    """Return where a place of a text is when `replace_spans` is done; a place inside a span comes behind it."""
    return len(
        replace_spans(text[:place], [(start, min(end, place), new) for start, end, new in spans if start < place])
    )


def _done(finding: Finding) -> dict[str, Any]:
    return {"action": _DONE[finding.action], "detected": True}
