"""A guardrail as a document that a person can read: what may go in, what may come out, and what is said instead.

Names, enums and limits are those of ``CreateGuardrail`` in botocore 1.44's service model ``bedrock``, so that a
document can be taken there and back. What Bedrock checks only on its server is checked here too: thresholds end at
0.99, ``PROMPT_ATTACK`` has no output strength, and nothing is configured twice. Left out are the fields that only mean
something on AWS or that nothing here could honour (tiers, regions, keys, tags, images, automated reasoning); each is
refused by name. One thing is looser: a document may have no policy at all, which is how a guardrail is switched off.

A document only says what is wanted. It does not protect anything by itself: each policy's own module says what that
policy cannot see.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Annotated, Any, Literal, Self, TypeVar, get_args

import regex  # type: ignore[import-untyped]
import yaml  # type: ignore[import-untyped]
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from assistant.errors import InputError
from assistant.guardrails.findings import Action, Source
from assistant.guardrails.plain import Place, read_plain

ContentType = Literal["HATE", "INSULTS", "SEXUAL", "VIOLENCE", "MISCONDUCT", "PROMPT_ATTACK"]
Strength = Literal["NONE", "LOW", "MEDIUM", "HIGH"]
BlockAction = Literal["BLOCK", "NONE"]
GroundingType = Literal["GROUNDING", "RELEVANCE"]
PiiType = Literal[
    "ADDRESS",
    "AGE",
    "AWS_ACCESS_KEY",
    "AWS_SECRET_KEY",
    "CA_HEALTH_NUMBER",
    "CA_SOCIAL_INSURANCE_NUMBER",
    "CREDIT_DEBIT_CARD_CVV",
    "CREDIT_DEBIT_CARD_EXPIRY",
    "CREDIT_DEBIT_CARD_NUMBER",
    "DRIVER_ID",
    "EMAIL",
    "INTERNATIONAL_BANK_ACCOUNT_NUMBER",
    "IP_ADDRESS",
    "LICENSE_PLATE",
    "MAC_ADDRESS",
    "NAME",
    "PASSWORD",
    "PHONE",
    "PIN",
    "SWIFT_CODE",
    "UK_NATIONAL_HEALTH_SERVICE_NUMBER",
    "UK_NATIONAL_INSURANCE_NUMBER",
    "UK_UNIQUE_TAXPAYER_REFERENCE_NUMBER",
    "URL",
    "USERNAME",
    "US_BANK_ACCOUNT_NUMBER",
    "US_BANK_ROUTING_NUMBER",
    "US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER",
    "US_PASSPORT_NUMBER",
    "US_SOCIAL_SECURITY_NUMBER",
    "VEHICLE_IDENTIFICATION_NUMBER",
]
PII_TYPES: tuple[PiiType, ...] = get_args(PiiType)

GuardrailName = Annotated[str, StringConstraints(min_length=1, max_length=50, pattern=r"^[0-9a-zA-Z_-]+$")]
TopicName = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[0-9a-zA-Z_ !?.-]+$")]

_Parts = TypeVar("_Parts")

_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_SWITCHES = ("action", "inputAction", "outputAction", "inputEnabled", "outputEnabled")

_ELSEWHERE = {
    "tierConfig": "Etude has one tier",
    "crossRegionConfig": "nothing leaves this machine",
    "kmsKeyId": "Etude keeps guardrails as plain files",
    "tags": "Etude keeps guardrails as plain files",
    "clientRequestToken": "it belongs to a request and not to a guardrail",
    "automatedReasoningPolicyConfig": "Etude has no automated reasoning policy",
}


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _knows_its_names(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        for name in data:
            if name not in cls.model_fields:
                why = f"; {_ELSEWHERE[name]}" if name in _ELSEWHERE else _nearest(str(name), list(cls.model_fields))
                raise PydanticCustomError("name", "is not known{why}", {"name": str(name), "why": why})
        # A name with nothing behind it, as when all its lines are commented out, is as good as left out.
        return {name: value for name, value in data.items() if value is not None}


class _Switched(_Part):
    """What can be switched for what goes in and for what comes out. A document that is read goes in."""

    inputEnabled: bool = True
    outputEnabled: bool = True

    def _action(self, source: Source, inwards: Action, outwards: Action) -> Action | None:
        if source == "OUTPUT":
            return outwards if self.outputEnabled else None
        return inwards if self.inputEnabled else None


class _Blocking(_Switched):
    inputAction: BlockAction = "BLOCK"
    outputAction: BlockAction = "BLOCK"

    def action_on(self, source: Source) -> Action | None:
        """Return what is done about a finding in a text of that source; None where it is not looked for."""
        return self._action(source, self.inputAction, self.outputAction)


class ContentFilter(_Blocking):
    """How strictly one kind of harmful content is kept out: LOW blocks only what is surely harmful, HIGH also doubt."""

    type: ContentType
    inputStrength: Strength
    outputStrength: Strength
    inputModalities: tuple[Literal["TEXT"]] | None = None
    outputModalities: tuple[Literal["TEXT"]] | None = None

    def strength(self, source: Source) -> Strength:
        """Return the strength for texts of that source; NONE also where it is switched off."""
        if self.action_on(source) is None:
            return "NONE"
        return self.outputStrength if source == "OUTPUT" else self.inputStrength

    @model_validator(mode="after")
    def _attacks_come_in(self) -> Self:
        if self.type == "PROMPT_ATTACK" and self.outputStrength != "NONE":
            raise ValueError("PROMPT_ATTACK looks at what goes in; set its outputStrength to NONE")
        return self


class ContentPolicy(_Part):
    """Harmful content and prompt attacks."""

    filtersConfig: tuple[ContentFilter, ...] = Field(min_length=1, max_length=6)

    @field_validator("filtersConfig")
    @classmethod
    def _once(cls, filters: tuple[ContentFilter, ...]) -> tuple[ContentFilter, ...]:
        return _no_twins(filters, [each.type for each in filters])


class Topic(_Blocking):
    """A denied topic: what it is in a sentence, and up to five prompts that belong to it."""

    name: TopicName
    definition: str = Field(min_length=1, max_length=200)
    examples: tuple[Annotated[str, StringConstraints(min_length=1, max_length=100)], ...] = Field((), max_length=5)
    type: Literal["DENY"]


class TopicPolicy(_Part):
    """Denied topics."""

    topicsConfig: tuple[Topic, ...] = Field(min_length=1, max_length=30)

    @field_validator("topicsConfig")
    @classmethod
    def _once(cls, topics: tuple[Topic, ...]) -> tuple[Topic, ...]:
        return _no_twins(topics, [topic.name.casefold() for topic in topics])


class Word(_Blocking):
    """A word or phrase of one's own."""

    text: str = Field(min_length=1, max_length=100)

    @field_validator("text")
    @classmethod
    def _has_something_to_find(cls, text: str) -> str:
        if not text.strip():
            raise ValueError("a word may not be blank")
        return text


class ManagedWordList(_Blocking):
    """A list of words that Etude brings."""

    type: Literal["PROFANITY"]


class WordPolicy(_Part):
    """Words that may not be said."""

    wordsConfig: tuple[Word, ...] = Field((), max_length=10_000)
    managedWordListsConfig: tuple[ManagedWordList, ...] = Field((), max_length=1)


class _Masking(_Switched):
    action: Action
    inputAction: Action | None = None
    outputAction: Action | None = None

    def action_on(self, source: Source) -> Action | None:
        """Return what is done about a finding in a text of that source; None where it is not looked for."""
        return self._action(source, self.inputAction or self.action, self.outputAction or self.action)


class PiiEntity(_Masking):
    """A type of personal data, and what is done about it."""

    type: PiiType


class Regex(_Masking):
    """A pattern of one's own, and what is done about it. It runs under a time limit."""

    name: str = Field(min_length=1, max_length=100)
    description: str | None = Field(None, min_length=1, max_length=1000)
    pattern: str = Field(min_length=1, max_length=500)

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str) -> str:
        try:
            regex.compile(pattern)
        except (regex.error, OverflowError, RecursionError) as error:
            raise ValueError(f"the pattern is no regular expression ({error})") from error
        return pattern


class SensitiveInformationPolicy(_Part):
    """Personal data, secrets, and patterns of one's own."""

    piiEntitiesConfig: tuple[PiiEntity, ...] = ()
    regexesConfig: tuple[Regex, ...] = Field((), max_length=30)

    @model_validator(mode="after")
    def _once(self) -> Self:
        _no_twins(self.piiEntitiesConfig, [entity.type for entity in self.piiEntitiesConfig])
        _no_twins(self.regexesConfig, [each.name for each in self.regexesConfig])
        return self


class GroundingFilter(_Part):
    """From which score an answer counts as grounded in its passages, or as relevant to the question."""

    type: GroundingType
    threshold: float = Field(ge=0, le=0.99, allow_inf_nan=False)
    action: BlockAction = "BLOCK"
    enabled: bool = True


class ContextualGroundingPolicy(_Part):
    """Whether an answer rests on its passages and answers its question."""

    filtersConfig: tuple[GroundingFilter, ...] = Field(min_length=1)

    @field_validator("filtersConfig")
    @classmethod
    def _once(cls, filters: tuple[GroundingFilter, ...]) -> tuple[GroundingFilter, ...]:
        return _no_twins(filters, [each.type for each in filters])


class GuardrailDocument(_Part):
    """One guardrail."""

    name: GuardrailName
    description: str | None = Field(None, min_length=1, max_length=200)
    contentPolicyConfig: ContentPolicy | None = None
    topicPolicyConfig: TopicPolicy | None = None
    wordPolicyConfig: WordPolicy | None = None
    sensitiveInformationPolicyConfig: SensitiveInformationPolicy | None = None
    contextualGroundingPolicyConfig: ContextualGroundingPolicy | None = None
    blockedInputMessaging: str = Field(min_length=1, max_length=500)
    blockedOutputsMessaging: str = Field(min_length=1, max_length=500)

    @property
    def has_policies(self) -> bool:
        """Whether it checks anything."""
        return any(getattr(self, name) is not None for name in type(self).model_fields if name.endswith("PolicyConfig"))


def parse(text: str) -> GuardrailDocument:
    """Read a guardrail from YAML or JSON.

    Raises:
        InputError: the text is not a valid guardrail; the message says where, and what would be.

    """
    data, lines = read_plain(text)
    if not isinstance(data, dict):
        raise InputError("A guardrail is a document with fields such as name and contentPolicyConfig; this is none.")
    return read(data, lines)


def read(data: object, lines: dict[Place, int] | None = None) -> GuardrailDocument:
    """Validate a guardrail that is plain data already, such as the body of a request.

    Raises:
        InputError: as `parse`.

    """
    try:
        return GuardrailDocument.model_validate(data)
    except ValidationError as error:
        raise InputError(_sentence(error.errors(include_url=False)[0], lines or {})) from error


def dump(document: GuardrailDocument) -> str:
    """Write a guardrail as YAML that `parse` reads back to an equal document; equal documents give equal text."""
    data = _switches_last(document.model_dump(mode="json", exclude_defaults=True))
    return str(yaml.dump(data, Dumper=_DUMPER, sort_keys=False, allow_unicode=True, width=100))


def _switches_last(data: Any) -> Any:
    if isinstance(data, list):
        return [_switches_last(item) for item in data]
    if isinstance(data, dict):
        return {name: _switches_last(data[name]) for name in sorted(data, key=lambda name: name in _SWITCHES)}
    return data


def _sentence(error: ErrorDetails, lines: dict[Place, int]) -> str:
    place, context = error["loc"], error.get("ctx", {})
    given = error.get("input")
    if error["type"] == "name":
        place = (*place, context["name"])
        what = error["msg"]
    elif error["type"] == "missing":
        what = "is missing; add it"
    elif error["type"] == "literal_error":
        names = [name.strip(" '") for name in context["expected"].replace(" or ", ",").split(",")]
        what = f"cannot be {str(given)[:50]!r}{_nearest(str(given), names)}"
    elif error["type"] == "value_error":
        what = f"cannot be used: {context['error']}"
    elif error["type"] == "string_pattern_mismatch":
        what = f"cannot be {str(given)[:50]!r}: it must match {context['pattern']}"
    else:
        what = f"cannot be used: {error['msg'][0].lower()}{error['msg'][1:]}"
    line = next((lines[place[:end]] for end in range(len(place), 0, -1) if place[:end] in lines), None)
    return f"In the guardrail, {_path(place)}{f' (line {line})' if line else ''} {what}."


def _path(place: Place) -> str:
    path = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in place)
    return path.lstrip(".") or "the document"


def _nearest(given: str, names: Sequence[str]) -> str:
    by_fold = {name.casefold(): name for name in names}
    near = get_close_matches(given.casefold(), by_fold, n=1, cutoff=0.5)
    if near:
        return f"; the nearest name is {by_fold[near[0]]!r}"
    return f"; known are {', '.join(names)}" if len(names) <= 10 else ""


def _no_twins(parts: _Parts, names: Sequence[str]) -> _Parts:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"{name} is configured twice; keep one")
        seen.add(name)
    return parts
