import pytest

from assistant.grounding import read_source
from assistant.guardrails.document import read
from assistant.guardrails.guardrail import Guardrail
from assistant.rooms import open_embedder

POLLY = "- Amazon Polly turns text into lifelike speech\n- Amazon Polly offers 60 voices in 29 languages"
LEX = "- Amazon Lex builds chatbots with voice and text\n- Amazon Lex asks for slots when parameters are missing"
TRUE, FALSE = "Amazon Polly offers 60 voices.", "Amazon Polly offers 90 voices."


@pytest.fixture(scope="module")
def embedder(shared_settings):
    return open_embedder(shared_settings)


@pytest.fixture(scope="module")
def passages(embedder):
    return [read_source("Amazon Polly", POLLY, embedder), read_source("Amazon Lex", LEX, embedder)]


def guardrail(embedder, *filters):
    policy = {"filtersConfig": [dict(zip(("type", "threshold", "action"), each, strict=True)) for each in filters]}
    messages = {"blockedInputMessaging": "No.", "blockedOutputsMessaging": "Withheld."}
    return Guardrail(read({"name": "g", "contextualGroundingPolicyConfig": policy, **messages}), embedder)


def assess(made, passages, answer, query="What does Amazon Polly offer?", earlier=()):
    return made.apply("OUTPUT", answer, grounded=made.grounded(query, passages, earlier))


def filters_of(assessment):
    return {
        row["type"]: row for row in assessment.to_bedrock()["assessments"][0]["contextualGroundingPolicy"]["filters"]
    }


def test_a_sentence_that_no_passage_supports_is_removed(embedder, passages):
    found = assess(guardrail(embedder, ("GROUNDING", 0.5, "BLOCK")), passages, f"{TRUE} {FALSE}")
    assert found.text == TRUE
    assert not found.blocked
    assert found.action == "GUARDRAIL_INTERVENED"
    (finding,) = found.findings
    assert (finding.kind, finding.match) == ("GROUNDING", FALSE)
    assert finding.score < 0.5 == finding.threshold
    assert filters_of(found)["GROUNDING"]["action"] == "BLOCKED"


def test_an_answer_of_which_nothing_is_left_is_withheld(embedder, passages):
    found = assess(guardrail(embedder, ("GROUNDING", 0.5, "BLOCK")), passages, FALSE)
    assert found.blocked
    assert found.text == "Withheld."


def test_where_sentences_are_only_marked_the_answer_stays_and_its_place_is_told(embedder, passages):
    answer = f"{TRUE} {FALSE}"
    found = assess(guardrail(embedder, ("GROUNDING", 0.5, "NONE")), passages, answer)
    assert found.text == answer
    assert found.action == "NONE"
    (finding,) = found.findings
    assert answer[finding.start : finding.end] == FALSE
    assert filters_of(found)["GROUNDING"] | {"score": 0} == {
        "type": "GROUNDING", "threshold": 0.5, "score": 0, "action": "NONE", "detected": True,
    }  # fmt: skip


def test_a_sentence_is_held_against_what_it_cites(embedder, passages):
    made = guardrail(embedder, ("GROUNDING", 0.5, "NONE"))
    assert not assess(made, passages, f"{TRUE[:-1]} [1].").findings
    assert [finding.kind for finding in assess(made, passages, f"{TRUE[:-1]} [2].").findings] == ["GROUNDING"]


def test_scores_are_told_where_all_is_well(embedder, passages):
    found = assess(guardrail(embedder, ("GROUNDING", 0.5, "BLOCK"), ("RELEVANCE", 0.3, "BLOCK")), passages, TRUE)
    assert found.action == "NONE"
    for row in filters_of(found).values():
        assert row["score"] >= row["threshold"]
        assert (row["action"], row["detected"]) == ("NONE", False)


def test_an_answer_to_something_else_is_withheld(embedder, passages):
    made = guardrail(embedder, ("RELEVANCE", 0.3, "BLOCK"))
    found = assess(made, passages, "Bananas grow in warm countries.")
    assert found.blocked
    assert found.text == "Withheld."
    assert filters_of(found)["RELEVANCE"]["detected"]


def test_a_question_of_a_conversation_is_read_together_with_the_one_before_it(embedder, passages):
    made = guardrail(embedder, ("GROUNDING", 0.5, "NONE"), ("RELEVANCE", 0.3, "BLOCK"))
    earlier = ["What is Amazon Lex for?", "How many voices does Amazon Polly offer?"]
    alone = assess(made, passages, TRUE, "And how many are there?")
    together = assess(made, passages, TRUE, "And how many are there?", earlier)
    assert together.grounds.scores["RELEVANCE"] > alone.grounds.scores["RELEVANCE"] + 0.2
    assert not together.findings
    assert assess(made, passages, FALSE, "And how many are there?", earlier).findings[0].kind == "GROUNDING"


def test_a_document_without_the_policy_holds_answers_against_nothing(embedder, passages):
    messages = {"blockedInputMessaging": "No.", "blockedOutputsMessaging": "Withheld."}
    assert Guardrail(read({"name": "g", **messages}), embedder).grounded("What?", passages) is None
