import random

import pytest

from assistant.grounding import read_source
from assistant.guardrails.document import read
from assistant.guardrails.guardrail import Guardrail
from assistant.guardrails.streaming import LONGEST, Gate
from assistant.rooms import open_embedder

MESSAGES = {"blockedInputMessaging": "No.", "blockedOutputsMessaging": "Withheld."}
MASKING = {
    "name": "g",
    "wordPolicyConfig": {"wordsConfig": [{"text": "frobnicate"}]},
    "sensitiveInformationPolicyConfig": {
        "piiEntitiesConfig": [{"type": kind, "action": "ANONYMIZE"} for kind in ("EMAIL", "CREDIT_DEBIT_CARD_NUMBER")],
        "regexesConfig": [{"name": "ticket", "pattern": r"TK-\d+(?:\s+part \d+)*", "action": "ANONYMIZE"}],
    },
    **MESSAGES,
}
SECRETS = ("jonas.berg@mail.example.org", "4539 1488 0343 6467", "TK-20318", "part 7", "part 8")
ANSWER = """Write to jonas.berg@mail.example.org. He paid with 4539 1488 0343 6467, e.g. last week [1]. See:

- ticket TK-20318
part 7
part 8
- and **nothing** else! "Really?" she asked. Write to jonas.berg@mail.example.org"""


@pytest.fixture(scope="module")
def embedder(shared_settings):
    return open_embedder(shared_settings)


@pytest.fixture(scope="module")
def masking(embedder):
    return Guardrail(read(MASKING), embedder)


def chunks(text, rng, longest):
    while text:
        length = rng.randint(1, longest)
        yield text[:length]
        text = text[length:]


def stream(gate, parts):
    shown = []
    for part in parts:
        shown.append(gate.add(part))
    return [*shown, gate.finish()]


@pytest.mark.parametrize("seed", range(12))
def test_what_comes_out_does_not_depend_on_the_chunks_and_never_holds_a_secret(masking, seed):
    rng = random.Random(seed)
    gate = Gate(masking)
    shown = stream(gate, chunks(ANSWER, rng, rng.choice((1, 3, 9, 40, 400))))
    assert "".join(shown) == gate.text == "".join(stream(Gate(masking), [ANSWER]))
    for place in range(len(shown)):
        assert not any(secret in "".join(shown[: place + 1]) for secret in SECRETS)
    assert gate.text.startswith("Write to {EMAIL}. He paid with {CREDIT_DEBIT_CARD_NUMBER}, e.g. last week [1]. See:")
    assert gate.text.endswith('- and **nothing** else! "Really?" she asked. Write to {EMAIL}')
    assert [finding.kind for finding in gate.findings] == ["EMAIL", "CREDIT_DEBIT_CARD_NUMBER", "ticket", "EMAIL"]
    assert all(ANSWER[finding.start : finding.end] == finding.match for finding in gate.findings)


def test_a_sentence_comes_out_when_the_next_one_begins(masking):
    gate = Gate(masking)
    assert gate.add("One sentence. ") == ""
    assert gate.add("Another") == "One sentence."
    assert gate.finish() == " Another"


def test_a_text_without_an_end_is_not_held_back_for_ever(masking):
    gate = Gate(masking)
    shown = [gate.add("word ") for _ in range(1000)]
    assert sum(map(len, shown)) >= 5000 - 2 * LONGEST
    assert "".join(shown) + gate.finish() == "word " * 1000


def test_a_block_stops_the_stream(masking):
    gate = Gate(masking)
    shown = stream(gate, ["All is well. Then they frob", "nicate it. Nothing", " of this is shown."])
    assert "".join(shown) == "All is well."
    assert gate.blocked
    assert gate.text == "Withheld."
    assert [finding.kind for finding in gate.findings] == ["CUSTOM_WORD"]
    assert gate.add("More. And more.") == ""


@pytest.mark.parametrize("action", ["NONE", "BLOCK"])
def test_sentences_that_no_passage_supports_are_marked_or_removed(embedder, action):
    policy = {"filtersConfig": [{"type": "GROUNDING", "threshold": 0.5, "action": action}]}
    guardrail = Guardrail(read({"name": "g", "contextualGroundingPolicyConfig": policy, **MESSAGES}), embedder)
    passage = read_source("Amazon Polly", "- Amazon Polly offers 60 voices in 29 languages", embedder)
    true, false = "Amazon Polly offers 60 voices.", "Amazon Polly offers 90 voices."
    gate = Gate(guardrail, grounded=guardrail.grounded("What does Amazon Polly offer?", [passage]))
    stream(gate, chunks(f"{true} {false} {true}", random.Random(1), 8))
    assert [finding.match for finding in gate.findings] == [false]
    assert gate.grounds.scores["GROUNDING"] == gate.findings[0].score
    if action == "BLOCK":
        assert gate.text.split() == f"{true} {true}".split()
    else:
        assert [gate.text[start:end] for start, end in gate.marked] == [false]


def test_an_answer_beside_the_question_is_taken_back(embedder):
    policy = {"filtersConfig": [{"type": "RELEVANCE", "threshold": 0.3}]}
    guardrail = Guardrail(read({"name": "g", "contextualGroundingPolicyConfig": policy, **MESSAGES}), embedder)
    gate = Gate(guardrail, grounded=guardrail.grounded("What does Amazon Polly offer?", []))
    stream(gate, ["Bananas grow in warm ", "countries. They are yellow."])
    assert gate.blocked
    assert gate.text == "Withheld."
