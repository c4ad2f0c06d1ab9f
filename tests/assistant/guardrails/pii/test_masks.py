import pytest

from assistant.errors import InputError
from assistant.guardrails.document import SensitiveInformationPolicy
from assistant.guardrails.findings import Finding
from assistant.guardrails.pii import Masks, find, mask

KINDS = SensitiveInformationPolicy(
    piiEntitiesConfig=[{"type": kind, "action": "ANONYMIZE"} for kind in ("NAME", "EMAIL", "PHONE", "PIN")],
    regexesConfig=[{"name": "badge", "pattern": r"B-\d+", "action": "ANONYMIZE"}],
)


def masked(text, names=None):
    return mask(text, find(text, KINDS), names)


def test_bedrocks_form():
    assert masked("Mail a@example.org, badge B-77.") == "Mail {EMAIL}, badge {badge}."
    assert masked("Nothing here.") == "Nothing here."


def test_one_value_keeps_its_placeholder_and_another_gets_its_own():
    names = Masks()
    assert masked("My tutor Maria Sanchez and Robert Klein met.", names) == "My tutor {NAME} and {NAME-2} met."
    assert masked("My name is Robert Klein.", names) == "My name is {NAME-2}."
    assert masked("My tutor Maria was late.", names) == "My tutor {NAME} was late."
    assert masked("Call +1 202 555 0173 or +1-202-555-0173.", names) == "Call {PHONE} or {PHONE}."


def test_an_answer_that_repeats_a_value_is_masked_again():
    names = Masks()
    masked("My kid Agi has a PIN, the pin is 4921. Mail agi.k@example.org.", names)
    assert names.again("agi.K@example.org belongs to Agi, PIN 4921.") == "{EMAIL} belongs to {NAME}, PIN {PIN}."
    assert names.again("Agility is no agi.") == "Agility is no agi."


def test_saved_placeholders_hold_no_value_and_go_on():
    names = Masks()
    masked("My name is Maria Sanchez, mail maria@example.org.", names)
    saved = names.dumps()
    assert "aria" not in saved
    assert "anchez" not in saved
    later = Masks.loads(saved)
    assert masked("Maria Sanchez and Robert Klein wrote.", later) == "{NAME} and {NAME-2} wrote."
    assert later.again("Ask Maria Sanchez.") == "Ask {NAME}."
    assert Masks().dumps() != Masks().dumps()


@pytest.mark.parametrize("broken", ["", "[]", "{}", '{"key": "zz", "longest": 1, "numbers": {}}'])
def test_broken_placeholders_are_said_in_one_sentence(broken):
    with pytest.raises(InputError, match="cannot be read"):
        Masks.loads(broken)


def test_only_sensitive_findings_with_an_action_are_masked_and_overlaps_once():
    text = "call 5550148 now"

    def finding(policy, action, start, end):
        return Finding(policy, "X", action, start, end, text[start:end])

    findings = [
        finding("sensitiveInformationPolicy", "ANONYMIZE", 5, 12),
        finding("sensitiveInformationPolicy", "BLOCK", 5, 8),
        finding("sensitiveInformationPolicy", "NONE", 13, 16),
        finding("wordPolicy", "ANONYMIZE", 0, 4),
    ]
    assert mask(text, findings) == "call {X} now"
