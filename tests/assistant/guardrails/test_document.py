import json

import pytest

from assistant.errors import InputError
from assistant.guardrails.document import PII_TYPES, dump, parse
from assistant.guardrails.plain import LARGEST

TEXT = """\
name: mine
blockedInputMessaging: no
blockedOutputsMessaging: Withheld – sorry.
topicPolicyConfig:
wordPolicyConfig:
  wordsConfig:
    - text: on
    - {text: 007, inputEnabled: no}
contentPolicyConfig:
  filtersConfig:
    - type: HATE
      inputStrength: LOW
      outputStrength: HIGH
      outputAction: NONE
sensitiveInformationPolicyConfig:
  piiEntitiesConfig: [{type: EMAIL, action: ANONYMIZE, inputAction: BLOCK}]
  regexesConfig: [{name: ticket, pattern: 'T-\\d+', action: NONE}]
contextualGroundingPolicyConfig:
  filtersConfig: [{type: GROUNDING, threshold: 0.99}]
"""


def test_yaml_and_json_say_the_same_and_what_is_written_reads_back():
    document = parse(TEXT)
    assert document.topicPolicyConfig is None
    assert [word.text for word in document.wordPolicyConfig.wordsConfig] == ["on", "007"]
    assert parse(json.dumps(document.model_dump(exclude_none=True))) == document
    assert parse(dump(document)) == document
    assert dump(parse(dump(document))) == dump(document)


def test_each_part_says_what_is_done_by_source():
    document = parse(TEXT)
    content = document.contentPolicyConfig.filtersConfig[0]
    assert [content.strength(source) for source in ("INPUT", "DOCUMENT", "OUTPUT")] == ["LOW", "LOW", "HIGH"]
    assert content.action_on("OUTPUT") == "NONE"
    mail = document.sensitiveInformationPolicyConfig.piiEntitiesConfig[0]
    assert [mail.action_on(source) for source in ("INPUT", "OUTPUT")] == ["BLOCK", "ANONYMIZE"]
    assert document.wordPolicyConfig.wordsConfig[1].action_on("INPUT") is None


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "wordsConfig:",
            "wordConfig:",
            "wordPolicyConfig.wordConfig (line 6) is not known; the nearest name is 'words",
        ),
        ("HATE", "hatred", "filtersConfig[1].type (line 11) cannot be 'hatred'; the nearest name is 'HATE'"),
        ("0.99", "1", "less than or equal to 0.99"),
        ("0.99", "nan", "finite"),
        ("name: mine", "name: ../mine", "name (line 1) cannot be '../mine'"),
        ("name: mine", "kmsKeyId: x", "kmsKeyId (line 1) is not known; Etude keeps guardrails as plain files"),
        ("name: mine\n", "", "name is missing"),
        ("name: mine", "name: mine\nname: yours", "'name' again in line 2"),
        ("HATE", "PROMPT_ATTACK", "set its outputStrength to NONE"),
        ("T-\\d+", "T-(", "the pattern is no regular expression"),
        (
            "[{type: EMAIL, action: ANONYMIZE",
            "[{type: EMAIL, action: NONE}, {type: EMAIL, action: NONE",
            "EMAIL is con",
        ),
        ("sorry", "sorry" * 100, "at most 500 characters"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence_with_its_place(old, new, says):
    with pytest.raises(InputError) as refused:
        parse(TEXT.replace(old, new))
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- a",
        "!!python/object/apply:os.system ['true']",
        "name: !!python/name:os.system",
        "a: &x [1]\nb: *x",
        "[" * 50_000,
        '{"a":' * 50_000,
        '{"name": 1' + "0" * 5_000 + "}",
        '{"name": "a", "name": "b"}',
        '{"name": "\\ud800"}',
        "name: \ud800",
        "name: \x00",
        "? [a]\n: b",
        "a: [1",
        "x" * (LARGEST + 1),
    ],
    ids=range(15),
)
def test_what_is_no_guardrail_is_refused_and_nothing_runs(text):
    with pytest.raises(InputError):
        parse(text)


def test_there_are_31_types_of_personal_data():
    assert len(set(PII_TYPES)) == 31
