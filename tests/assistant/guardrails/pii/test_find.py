import itertools
import json
import time
from pathlib import Path

import pytest

from assistant.errors import InputError
from assistant.guardrails.document import PII_TYPES, SensitiveInformationPolicy
from assistant.guardrails.pii import find

ROWS = [
    json.loads(line)
    for line in (Path(__file__).parents[4] / "eval/data/guard/pii.jsonl").read_text("utf-8").splitlines()
]
ALL = SensitiveInformationPolicy(piiEntitiesConfig=[{"type": kind, "action": "ANONYMIZE"} for kind in PII_TYPES])


def policy(*kinds, action="ANONYMIZE", regexes=()):
    return SensitiveInformationPolicy(
        piiEntitiesConfig=[{"type": kind, "action": action} for kind in kinds], regexesConfig=regexes
    )


def found(text, kinds=ALL):
    return [(finding.kind, finding.match) for finding in find(text, kinds)]


def test_the_texts_for_tuning_hold_every_type_and_what_only_looks_like_one():
    assert {span["type"] for row in ROWS for span in row["spans"]} == set(PII_TYPES)
    assert sum(not row["spans"] for row in ROWS) >= 60


@pytest.mark.parametrize("kind", PII_TYPES)
def test_a_type_is_found_where_it_stands(kind):
    wanted = [
        (row["text"], span["start"], span["end"]) for row in ROWS for span in row["spans"] if span["type"] == kind
    ]
    hits = [any(f.start < end and start < f.end for f in find(text, policy(kind))) for text, start, end in wanted]
    assert len(hits) >= 3
    assert sum(hits) >= 0.8 * len(hits)


def test_what_only_looks_like_personal_data_is_left_alone():
    wrong = [(row["text"], found(row["text"])) for row in ROWS if not row["spans"]]
    assert [pair for pair in wrong if pair[1]] == []


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("card 4111 1111 1111 1111", "card 4111 1111 1111 1112"),
        ("IBAN DE89 3704 0044 0532 0130 00", "IBAN DE88 3704 0044 0532 0130 00"),
        ("routing number 021000021", "routing number 021000022"),
        ("VIN of the car, 1HGCM82633A004352", "of the car, 1HGCM82634A004352"),
        ("NHS number 943 476 5919", "NHS number 943 476 5918"),
        ("SIN 046 454 286", "SIN 046 454 287"),
        ("UTR 1123456789", "UTR 2123456789"),
        ("SSN 536-22-8741", "SSN 666-22-8741"),
        ("SWIFT code CHASUS33", "SWIFT code CHASZZ33"),
    ],
)
def test_a_wrong_check_digit_is_no_number(good, bad):
    assert found(good)
    assert found(bad) == []


def test_invisible_characters_and_wide_digits_hide_nothing():
    text = "\u202ecard ４１１１\u200b1111\u200b1111\u200b1111\ud800, mail \u2066a@example.org"
    card, mail = find(text, ALL)
    assert card.match == text[card.start : card.end] == "４１１１\u200b1111\u200b1111\u200b1111"
    assert (mail.kind, mail.match) == ("EMAIL", "a@example.org")


def test_findings_do_not_overlap_and_the_longest_counts():
    findings = find("Mail https://a.example.com/?to=x@example.com to Mr. Klein at 5 Klein Street.", ALL)
    assert [finding.kind for finding in findings] == ["URL", "NAME", "ADDRESS"]
    assert all(one.end <= two.start for one, two in itertools.pairwise(findings))


def test_only_what_the_policy_names_for_that_source_is_looked_for():
    text = "Maria Sanchez wrote to a@example.org"
    kinds = SensitiveInformationPolicy(
        piiEntitiesConfig=[
            {"type": "EMAIL", "action": "BLOCK", "outputAction": "ANONYMIZE"},
            {"type": "PHONE", "action": "NONE"},
        ]
    )
    assert [(f.kind, f.action) for f in find(text, kinds)] == [("EMAIL", "BLOCK")]
    assert [f.action for f in find(text, kinds, "OUTPUT")] == ["ANONYMIZE"]
    assert find(text, SensitiveInformationPolicy()) == []


def test_own_patterns_run_under_a_time_limit():
    slow = {"name": "slow", "pattern": r"(x+x+)+y", "action": "BLOCK"}
    badge = {"name": "badge", "pattern": r"B-\d{4}", "action": "ANONYMIZE"}
    begun = time.monotonic()
    told, hit = find(f"{'x' * 5000} B-1234", policy(regexes=[slow, badge]))
    assert time.monotonic() - begun < 5
    assert (told.kind, told.action, told.match) == ("slow", "NONE", "")
    assert "was stopped" in told.why
    assert (hit.kind, hit.action, hit.match) == ("badge", "ANONYMIZE", "B-1234")


def test_a_pattern_that_is_none_is_said_in_one_sentence():
    broken = policy(regexes=[{"name": "a", "pattern": "a", "action": "NONE"}])
    object.__setattr__(broken.regexesConfig[0], "pattern", "(")
    with pytest.raises(InputError, match="no regular expression"):
        find("a", broken)


def test_a_long_text_keeps_what_stands_across_its_parts():
    text = ("no data here, only words\n" * 315 + "card 4111 1111 1111 1111 " + "z" * 300) * 12
    cards = find(text, policy("CREDIT_DEBIT_CARD_NUMBER", "EMAIL", "URL"))
    assert len(text) > 90_000
    assert [card.match for card in cards] == ["4111 1111 1111 1111"] * 12
    assert all(text[card.start : card.end] == card.match for card in cards)


@pytest.mark.parametrize("piece", ["a.", "1 ", "1:", "@", "My, \n", "Aa ", "\ud800", ":", "password is "])
def test_no_text_takes_long(piece):
    begun = time.process_time()
    find(piece * (30_000 // len(piece)), ALL)
    assert time.process_time() - begun < 20


def test_empty_text_and_placeholders_hold_nothing():
    assert found("") == []
    assert found("{NAME-2} wrote to {EMAIL} from {US_SOCIAL_SECURITY_NUMBER}.") == []
