import pytest

from assistant.guardrails.document import parse
from assistant.guardrails.library import SHIPPED, Library
from assistant.web.guardrails.form import (
    CONTENT_ROWS,
    GROUNDING_ROWS,
    PATTERN_ROWS,
    PERSONAL_ROWS,
    TOPIC_ROWS,
    WORDS,
    count,
    document_of,
    fields_of,
    read_fields,
    with_row,
    without_row,
)

EVERYTHING = """
name: all-of-it
description: Everything that a document may say.
contentPolicyConfig:
  filtersConfig:
    - {type: HATE, inputStrength: LOW, outputStrength: NONE, inputAction: NONE, outputEnabled: false,
       inputModalities: [TEXT]}
topicPolicyConfig:
  topicsConfig:
    - {name: Taxes, definition: How to pay less tax., examples: [Can I deduct it, "Is it owed?"], type: DENY,
       inputAction: NONE}
    - {name: Law, definition: Advice on law., type: DENY}
wordPolicyConfig:
  wordsConfig: [{text: plain}, {text: two words, inputAction: NONE}]
  managedWordListsConfig: [{type: PROFANITY, outputEnabled: false}]
sensitiveInformationPolicyConfig:
  piiEntitiesConfig: [{type: PHONE, action: NONE}, {type: EMAIL, action: BLOCK, outputAction: ANONYMIZE}]
  regexesConfig: [{name: Badge, pattern: 'B-\\d{4}', action: BLOCK, inputEnabled: false}]
contextualGroundingPolicyConfig:
  filtersConfig: [{type: RELEVANCE, threshold: 0.25}]
blockedInputMessaging: No.
blockedOutputsMessaging: Not that either.
"""


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_guardrail_comes_back_from_the_form_as_it_was(name, tmp_path):
    document = Library(tmp_path).load(name)
    assert document_of(fields_of(document)) == (document, {})


def test_the_form_loses_nothing_that_it_does_not_show():
    document = parse(EVERYTHING)
    assert document_of(fields_of(document)) == (document, {})


def test_every_mistake_is_said_at_its_field():
    fields = with_row(with_row(fields_of(parse(EVERYTHING)), "topic"), "pattern")
    relevance = next(name for name, value in fields.items() if value == "RELEVANCE").replace(".type", ".threshold")
    fields |= {
        "name": "mit Leerzeichen",
        relevance: "7",
        WORDS: "short\n" + "x" * 101,
        f"{PATTERN_ROWS}.1.pattern": "((",
        f"{TOPIC_ROWS}.0.examples": "\n".join("abcdef"),
        "blockedInputMessaging": "",
    }
    document, errors = document_of(fields)
    assert document is None
    assert set(errors) == {
        "name",
        relevance,
        WORDS,
        f"{PATTERN_ROWS}.1.name",
        f"{PATTERN_ROWS}.1.pattern",
        f"{TOPIC_ROWS}.0.examples",
        f"{TOPIC_ROWS}.2.name",
        f"{TOPIC_ROWS}.2.definition",
        "blockedInputMessaging",
    }
    assert errors[relevance] == "Give a number from 0 to 0.99."
    assert "101" in errors[WORDS]
    assert "no regular expression" in errors[f"{PATTERN_ROWS}.1.pattern"]


def test_two_topics_of_one_name_are_said_at_the_topics():
    fields = fields_of(parse(EVERYTHING)) | {f"{TOPIC_ROWS}.1.name": "taxes"}
    assert "configured twice" in document_of(fields)[1][TOPIC_ROWS]


def test_rows_are_taken_away_and_those_after_them_move_up():
    fields = fields_of(parse(EVERYTHING))
    left = without_row(fields, "topic", 0)
    assert count(left, TOPIC_ROWS) == 1
    assert left[f"{TOPIC_ROWS}.0.name"] == "Law"
    document, _ = document_of(without_row(left, "topic", 0))
    assert document.topicPolicyConfig is None


def test_what_is_off_leaves_the_document():
    fields = fields_of(parse(EVERYTHING))
    off = {name: "NONE" for name in fields if name.startswith(CONTENT_ROWS) and name.endswith("Strength")}
    off |= {name: "" for name in fields if name.endswith(".action") and not name.startswith(PATTERN_ROWS)}
    off |= {name: "" for name in fields if name.startswith("wordPolicyConfig") and not name.endswith(".type")}
    document, errors = document_of(without_row({**fields, **off}, "pattern", 0))
    assert not errors
    assert document.contentPolicyConfig is None
    assert document.wordPolicyConfig is None
    assert document.sensitiveInformationPolicyConfig is None
    assert document.contextualGroundingPolicyConfig is None


@pytest.mark.parametrize(
    "fields",
    [
        None,
        [],
        {"name": 3},
        {"name": "x", "name.deeper": "y"},
        {"wordPolicyConfig": "z", f"{WORDS}.0": "a"},
        {f"{TOPIC_ROWS}.x.name": "a", f"{PERSONAL_ROWS}.99999999999.type": "EMAIL"},
        {f"{GROUNDING_ROWS}.0": "flat", "wordPolicyConfig.switched": "[1", "unknown": "field"},
        {"wordPolicyConfig.managedWordListsConfig.0": "x", "wordPolicyConfig.switched": '["x"]', "": "."},
    ],
)
def test_strange_forms_are_errors_and_nothing_worse(fields):
    document, errors = document_of(read_fields(fields))
    assert document is None
    assert errors
