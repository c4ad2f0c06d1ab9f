import pytest

from assistant.guardrails.document import Topic, TopicPolicy
from assistant.guardrails.topics import check
from assistant.rooms import open_embedder

MEDICINE = Topic(
    name="Medical advice",
    definition="Diagnosing someone's symptoms or recommending a treatment, drug or dose for a person.",
    examples=("What illness do I have if my chest hurts?", "How much ibuprofen can I take for a headache?"),
    type="DENY",
    outputAction="NONE",
)
GARDENING = Topic(
    name="Gardening",
    definition="Planting flowers and vegetables and caring for one's garden.",
    examples=("When do I sow beans?", "How do I cut back my roses?", "Which soil do tomatoes like?"),
    type="DENY",
)
POLICY = TopicPolicy(topicsConfig=(GARDENING, MEDICINE))
STUDY = (
    "A decision tree splits the data by one feature at a time until the leaves are pure. "
    "Random forests average many trees and overfit less. "
)


@pytest.fixture
def embedder(shared_settings):
    return open_embedder(shared_settings)


def test_a_denied_topic_is_found_and_named(embedder):
    (found,) = check("Which pills should I take against my back pain?", POLICY, embedder)
    assert (found.policy, found.kind, found.action) == ("topicPolicy", "Medical advice", "BLOCK")
    assert found.threshold <= found.score <= 1
    assert check("How do I prune the roses in my garden?", POLICY, embedder)[0].kind == "Gardening"


@pytest.mark.parametrize(
    "text", [STUDY, "What is a decision tree?", "What is a false negative in a screening test?", ""]
)
def test_study_questions_pass(text, embedder):
    assert check(text, POLICY, embedder) == []


def test_one_sentence_of_a_long_text_is_found_where_it_stands(embedder):
    asked = "How many aspirin tablets may I take for my fever?"
    (found,) = check(STUDY * 5 + asked + " " + STUDY * 5, POLICY, embedder)
    assert found.start <= len(STUDY * 5) < found.end
    assert "aspirin" in found.match


def test_a_vector_that_is_there_is_used_and_actions_are_those_of_the_source(embedder):
    text = "Which pills should I take against my back pain?"
    vector = embedder.encode([text])[0]
    given = check(text, POLICY, embedder, vector, "OUTPUT")
    assert [(found.kind, found.action) for found in given] == [("Medical advice", "NONE")]
    assert given[0].score == pytest.approx(check(text, POLICY, embedder)[0].score, abs=1e-4)
    other = embedder.encode(["What is a decision tree?"])[0]
    assert check(text, POLICY, embedder, other) == []


def test_a_topic_that_is_switched_off_is_not_looked_for(embedder):
    off = TopicPolicy(topicsConfig=(MEDICINE.model_copy(update={"inputEnabled": False}),))
    assert check("Which pills should I take against my back pain?", off, embedder) == []
