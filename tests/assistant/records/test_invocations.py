import logging

import pytest
from langchain_core.messages import AIMessageChunk

from assistant.errors import GenerationFailed, InputError
from assistant.guardrails.findings import Finding
from assistant.prompts import load_prompt
from assistant.records import FindingCount, Invocation, Invocations, prices_of, recorded
from assistant.settings import Endpoint, Settings

MAIL = Finding("sensitiveInformationPolicy", "EMAIL", "ANONYMIZE", 3, 18, "jane@example.org")
ATTACK = Finding("contentPolicy", "PROMPT_ATTACK", "BLOCK")


@pytest.fixture
def invocations(database):
    return Invocations(database)


def reply(text="", **more):
    return AIMessageChunk(content=text, **more)


def test_a_call_is_recorded_with_what_it_was_asked_and_what_came_back(invocations):
    prompt = load_prompt("answer")
    with recorded(invocations, "answer", "a-model", prompt=prompt, parameters={"temperature": 0.0}) as call:
        call.hear(reply())
        call.hear(reply("Words"))
        usage = {"input_tokens": 300, "output_tokens": 40, "total_tokens": 340}
        usage |= {"input_token_details": {"cache_read": 9}}
        call.hear(reply(usage_metadata=usage, response_metadata={"finish_reason": "stop"}))
    (kept,) = invocations.find()
    assert kept.id == call.id
    assert (kept.operation, kept.model, kept.parameters) == ("answer", "a-model", {"temperature": 0.0})
    assert (kept.prompt, kept.prompt_version) == ("answer", str(prompt.version))
    assert (kept.input_tokens, kept.cached_tokens, kept.output_tokens, kept.stop_reason) == (300, 9, 40, "stop")
    assert 0 <= kept.first_token <= kept.total
    assert (kept.error, kept.cost, kept.findings) == ("", 0.0, ())


def test_what_is_not_told_is_not_zero(invocations):
    with recorded(invocations, "exam", "a-model"):
        pass
    (kept,) = invocations.find()
    assert (kept.input_tokens, kept.output_tokens, kept.first_token) == (None, None, None)


class Refused(Exception):
    status_code = 404


@pytest.mark.parametrize(
    ("error", "side"), [(InputError("empty"), "client"), (GenerationFailed("broke"), "server"), (OSError(), "server")]
)
def test_an_error_is_recorded_by_the_side_at_fault_and_passes_on(invocations, error, side):
    with pytest.raises(type(error)), recorded(invocations, "answer", "a-model"):
        raise error
    (kept,) = invocations.find()
    assert (kept.error, kept.error_type) == (side, type(error).__name__)


def test_what_a_server_refuses_is_the_clients_error(invocations):
    with pytest.raises(GenerationFailed), recorded(invocations, "answer", "a-model"):
        raise GenerationFailed("no such model") from Refused()
    assert [one.error for one in invocations.find()] == ["client"]


def test_a_reader_who_leaves_is_no_error(invocations):
    def stream():
        with recorded(invocations, "answer", "a-model") as call:
            for word in ("one", "two"):
                call.hear(reply(word))
                yield word

    words = stream()
    next(words)
    words.close()
    (kept,) = invocations.find()
    assert (kept.error, kept.stop_reason) == ("", "cancelled")


def test_findings_are_counted_and_their_words_left_out(invocations, file, url):
    with recorded(invocations, "answer", "a-model") as call:
        call.found([MAIL, MAIL, ATTACK])
        call.found([MAIL])
        call.stopped("guardrail_intervened")
    (kept,) = invocations.find()
    assert set(kept.findings) == {
        FindingCount("sensitiveInformationPolicy", "EMAIL", "ANONYMIZE", 3),
        FindingCount("contentPolicy", "PROMPT_ATTACK", "BLOCK", 1),
    }
    assert kept.stop_reason == "guardrail_intervened"
    if url.startswith("sqlite"):
        assert all(b"jane@example" not in path.read_bytes() for path in file.parent.iterdir())


def test_a_record_that_cannot_be_written_breaks_nothing_and_is_told_of_once(invocations, database, caplog):
    with database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE invocation_findings")
        connection.exec_driver_sql("DROP TABLE invocations")
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            with recorded(invocations, "answer", "a-model") as call:
                answer = "said"
    assert (answer, call.id) == ("said", None)
    assert [one.message.partition(":")[0] for one in caplog.records] == ["Invocations are not recorded"]


def test_parameters_that_no_database_takes_break_nothing(invocations):
    with recorded(invocations, "answer", "a-model", parameters={"stop": object()}) as call:
        pass
    assert call.id is None


def test_without_records_a_call_goes_on():
    with recorded(None, "answer", "a-model") as call:
        call.hear(reply("words"))
    assert call.id is None


def test_the_cost_is_that_of_the_price_list(database):
    endpoint = Endpoint(model="far", price_in=2.0, price_out=4.0)
    settings = Settings(prices={"near": {"input": 0.5, "output": 2}}, endpoint=endpoint)
    invocations = Invocations(database, prices_of(settings))
    for model in ("near", "far", "free"):
        invocations.add(Invocation("answer", model, 1.0, input_tokens=1000, output_tokens=500))
    costs = {one.model: one.cost for one in invocations.find()}
    assert costs == pytest.approx({"near": 1.5, "far": 0.004, "free": 0.0})


def test_records_are_found_by_turn_model_and_operation(invocations):
    first = invocations.add(Invocation("answer", "a", 1.0))
    second = invocations.add(Invocation("rewrite", "b", 1.0))
    invocations.belong_to([first, second], "c1", 7)
    invocations.add(Invocation("answer", "b", 1.0))
    assert [one.id for one in invocations.find(conversation_id="c1")] == [second, first]
    assert {one.turn_id for one in invocations.find(conversation_id="c1")} == {7}
    assert [one.model for one in invocations.find(operation="answer")] == ["b", "a"]
    assert [one.id for one in invocations.find(model="b", operation="rewrite")] == [second]
    assert len(invocations.find(limit=2)) == 2
