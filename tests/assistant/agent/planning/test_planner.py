"""What a person writes, and what is called for it."""

import pytest

from assistant.agent.planning import Call, Earlier, Plan


def called(plan: Plan) -> list[tuple[str, dict]]:
    return [(call.tool, dict(call.arguments)) for call in plan.calls]


@pytest.mark.parametrize(
    ("said", "tool", "arguments"),
    [
        (
            "Compose an 8 bar chorale on Ode to Joy in the key of G",
            "compose_music",
            {"genre": "chorale", "bars": 8, "melody": "ode-to-joy", "key": "G"},
        ),
        ("compose some rock on the GPU with seed 3", "compose_music", {"genre": "rock", "device": "cuda", "seed": 3}),
        ("train the jazz model for half an hour", "train_genre", {"genre": "jazz", "minutes": 30}),
        ("quiz me on decision trees please", "quiz_me", {"topic": "decision trees"}),
        ("start a mock exam", "start_exam", {"kind": "mock"}),
        ("start a practice exam for AWS AI practitioner", "start_exam", {"kind": "practice"}),
        (
            "give me twelve practice questions from domain 2",
            "start_exam",
            {"kind": "practice", "count": 12, "domain": 2},
        ),
        ("search my notes for tokenizers", "search_notes", {"query": "tokenizers"}),
        ("according to my notes, what is a token?", "answer_from_notes", {"question": "what is a token?"}),
        ("run the retrieval evaluation with 30 samples", "run_evaluation", {"suite": "retrieval", "limit": 30}),
        ("cancel job 0a1b2c3d", "cancel_job", {"job": "0a1b2c3d"}),
        ("compare the last two runs", "compare_runs", {}),
    ],
)
def test_a_request_becomes_a_call(planner, said, tool, arguments):
    plan = planner.plan(said)
    assert called(plan) == [(tool, arguments)]
    assert plan.rationale
    assert plan.milliseconds > 0


@pytest.mark.parametrize(
    "said",
    [
        "What is a GAN?",
        "How much GPU memory does a training need?",
        "is rock music good for learning?",
        "how do I train a model in SageMaker?",
        "how do you evaluate retrieval?",
        "thanks a lot!",
        "don't train anything yet",
        "never mind",
    ],
)
def test_a_question_or_remark_needs_no_tool(planner, said):
    plan = planner.plan(said)
    assert (plan.calls, plan.question) == ((), "")


def test_something_missing_is_asked_for_once_and_the_reply_completes_it(planner):
    asked = planner.plan("train a model for 10 minutes")
    assert not asked.calls
    assert asked.question.startswith("Which genre")
    assert "jazz" in asked.question
    reply = planner.plan("the jazz one", ["train a model for 10 minutes"])
    assert called(reply) == [("train_genre", {"genre": "jazz", "minutes": 10})]
    assert not planner.plan("never mind", ["train a model for 10 minutes"]).calls


@pytest.mark.parametrize(
    ("said", "changed"),
    [
        ("make it slower", {"tempo": 80}),
        ("again with seed 4", {"seed": 4}),
        ("in D minor instead", {"key": "D minor"}),
        ("twice as long", {"bars": 16}),
        ("what about rock?", {"genre": "rock"}),
    ],
)
def test_a_follow_up_changes_only_what_it_says(planner, said, changed):
    before = {"genre": "jazz", "bars": 8, "tempo": 100}
    plan = planner.plan(said, [Earlier("compose jazz", (Call("compose_music", before),)), "nice"])
    assert called(plan) == [("compose_music", before | changed)]


def test_what_is_meant_by_it_comes_from_before(planner):
    assert called(planner.plan("quiz me on that", ["what is Amazon Kendra?"])) == [
        ("quiz_me", {"topic": "Amazon Kendra"})
    ]
    assert called(planner.plan("cancel that", ["train the rock model"])) == [("cancel_job", {})]
    assert called(planner.plan("how is it going?", ["train the rock model"])) == [("job_status", {})]
    assert not planner.plan("how is it going?").calls


def test_steps_are_planned_in_order_and_are_few(planner):
    plan = planner.plan("explain RAG, then quiz me on it; after that play something")
    assert [tool for tool, _ in called(plan)] == ["answer_from_notes", "quiz_me", "compose_music"]
    assert called(plan)[1][1] == {"topic": "RAG"}
    assert len(planner.plan("; then ".join(["compose a rock song"] * 9)).calls) == 4


def test_what_cannot_be_is_said_in_a_sentence(planner):
    for said in ("compose a 100 bar chorale", 'harmonise "Greensleeves" as a chorale', "compose a techno track"):
        plan = planner.plan(said)
        assert plan.question
        assert not plan.calls
    # A file is not passed over for the melody that is taken where none is named.
    assert "Compose tab" in planner.plan("harmonise my file tune.mid as a chorale").question


@pytest.mark.parametrize("said", ["", "   \n", "\ud800\udfff\ud800", "train the jazz model. " * 600])
def test_text_that_is_no_request_plans_nothing(planner, said):
    plan = planner.plan(said)
    assert (plan.calls, plan.question) == ((), "")
    assert not planner.plan("What is a GAN?", [said]).calls


def test_quoted_and_reported_requests_plan_nothing(planner):
    assert not planner.plan('My friend said "train the jazz model" but what does that mean?').calls
    assert not planner.plan("how do I tell you to compose something?").calls
