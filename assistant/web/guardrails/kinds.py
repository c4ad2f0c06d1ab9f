"""What a guardrail finds and does, in the words of the page."""

from __future__ import annotations

from collections.abc import Mapping

from assistant.guardrails.findings import Action

CONTENT: Mapping[str, tuple[str, str]] = {
    "PROMPT_ATTACK": ("prompt attack", "text that tries to overrule what the assistant is told"),
    "HATE": ("hate", "contempt for people for what they are"),
    "INSULTS": ("insult", "words that demean or bully"),
    "SEXUAL": ("sexual content", "talk of sex or of bodies in a sexual way"),
    "VIOLENCE": ("violence", "threats, and how to hurt people or animals"),
    "MISCONDUCT": ("misconduct", "how to commit or hide a crime or a fraud"),
}
"""A name, and what is meant by it."""

PERSONAL: Mapping[str, Mapping[str, str]] = {
    "Secrets": {
        "PASSWORD": "password",
        "PIN": "PIN",
        "AWS_ACCESS_KEY": "AWS access key",
        "AWS_SECRET_KEY": "AWS secret key",
    },
    "Payment": {
        "CREDIT_DEBIT_CARD_NUMBER": "card number",
        "CREDIT_DEBIT_CARD_CVV": "card security code",
        "CREDIT_DEBIT_CARD_EXPIRY": "card expiry date",
        "INTERNATIONAL_BANK_ACCOUNT_NUMBER": "IBAN",
        "SWIFT_CODE": "SWIFT code",
        "US_BANK_ACCOUNT_NUMBER": "US bank account number",
        "US_BANK_ROUTING_NUMBER": "US bank routing number",
    },
    "Person and contact": {
        "NAME": "name",
        "AGE": "age",
        "ADDRESS": "postal address",
        "EMAIL": "e-mail address",
        "PHONE": "phone number",
        "USERNAME": "user name",
    },
    "Papers and numbers": {
        "DRIVER_ID": "driving licence number",
        "LICENSE_PLATE": "number plate",
        "VEHICLE_IDENTIFICATION_NUMBER": "vehicle identification number",
        "US_PASSPORT_NUMBER": "US passport number",
        "US_SOCIAL_SECURITY_NUMBER": "US social security number",
        "US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER": "US taxpayer number (ITIN)",
        "UK_NATIONAL_HEALTH_SERVICE_NUMBER": "UK NHS number",
        "UK_NATIONAL_INSURANCE_NUMBER": "UK national insurance number",
        "UK_UNIQUE_TAXPAYER_REFERENCE_NUMBER": "UK taxpayer reference",
        "CA_HEALTH_NUMBER": "Canadian health number",
        "CA_SOCIAL_INSURANCE_NUMBER": "Canadian social insurance number",
    },
    "Network": {"URL": "web address", "IP_ADDRESS": "IP address", "MAC_ADDRESS": "MAC address"},
}
"""Types of personal data in the groups in which the page shows them."""

STRENGTHS: Mapping[str, str] = {
    "NONE": "Off",
    "LOW": "Low: only when sure",
    "MEDIUM": "Medium: when likely",
    "HIGH": "High: in doubt too",
}
ACTIONS: Mapping[str, str] = {"BLOCK": "Block", "ANONYMIZE": "Mask", "NONE": "Only note"}
DONE: Mapping[str, str] = {"BLOCK": "Blocked", "ANONYMIZE": "Masked", "NONE": "Noted"}
SOURCES: Mapping[str, str] = {"INPUT": "Question", "OUTPUT": "Answer", "DOCUMENT": "Passage"}

_PERSONAL: Mapping[str, str] = {kind: name for group in PERSONAL.values() for kind, name in group.items()}
_OTHERS: Mapping[str, str] = {
    "GROUNDING": "sentence that no passage supports",
    "RELEVANCE": "answer beside the question",
    "PROFANITY": "swear word",
    "CUSTOM_WORD": "word of your list",
}


def in_words(policy: str, kind: str) -> str:
    """Return what was found, as `assistant.guardrails.findings.Finding` names it, in words."""
    if policy == "topicPolicy":
        return f"the topic “{kind}”"
    if policy == "contentPolicy":
        return CONTENT[kind][0] if kind in CONTENT else kind
    if policy == "sensitiveInformationPolicy":
        return _PERSONAL.get(kind, f"“{kind}”")
    return _OTHERS.get(kind, kind)


def done_in_words(kind: str, action: Action) -> str:
    """Return what was done about a finding."""
    if kind == "GROUNDING":
        return {"BLOCK": "Removed", "NONE": "Marked"}.get(action, DONE[action])
    return DONE[action]


def capital(words: str) -> str:
    """Return words with their first letter large."""
    return words[:1].upper() + words[1:]
