import threading
import time

import pytest
from langchain_core.messages import HumanMessage, SystemMessage

from assistant.errors import GenerationFailed, WeightsCorrupt
from assistant.models.ask import SIDE_SLOT, complete, first_token_probability, stream
from assistant.models.chat import make_chat_model
from assistant.models.engine import Engine
from assistant.settings import Generation

STORY = [HumanMessage("Tell me a very long story about a lighthouse.")]


@pytest.fixture(scope="module")
def chat(shared_settings):
    settings = shared_settings.model_copy(update={"model": "smollm2-135m-instruct", "context_length": 1024})
    return make_chat_model(settings, Generation(max_tokens=400))


def test_words_come_one_by_one_and_usage_comes_last(chat):
    replies = list(stream(chat, [HumanMessage("Say hello.")], max_tokens=12))
    assert len(replies) > 3
    assert "".join(str(reply.text) for reply in replies).strip()
    (usage,) = (reply.usage_metadata for reply in replies if reply.usage_metadata)
    assert 0 < usage["output_tokens"] <= 12


def test_the_same_seed_writes_the_same_words(chat):
    assert complete(chat, STORY, max_tokens=20) == complete(chat, STORY, max_tokens=20)


def test_setting_the_event_stops_the_generation_and_frees_the_engine(chat):
    stop = threading.Event()
    heard = 0
    for _ in stream(chat, STORY, cancelled=stop):
        heard += 1
        if heard == 5:
            stop.set()
    assert heard < 20
    assert not chat.engine.busy


def test_closing_the_iterator_stops_too(chat):
    replies = stream(chat, STORY)
    next(replies)
    assert chat.engine.busy
    replies.close()
    assert not chat.engine.busy


def test_a_second_caller_waits_for_its_turn(chat):
    order = []

    def ask(name):
        order.append((name, "asked", chat.engine.busy))
        list(stream(chat, STORY, max_tokens=30, slot=SIDE_SLOT))
        order.append((name, "answered"))

    first = threading.Thread(target=ask, args=("first",))
    first.start()
    while not chat.engine.busy:
        time.sleep(0.005)
    ask("second")
    first.join()
    assert order == [
        ("first", "asked", False),
        ("second", "asked", True),
        ("first", "answered"),
        ("second", "answered"),
    ]


def test_a_waiting_caller_can_give_up(chat):
    running = stream(chat, STORY)
    next(running)
    stop = threading.Event()
    stop.set()
    waiting = list(stream(chat, STORY, cancelled=stop))
    running.close()
    assert "".join(str(reply.text) for reply in waiting) == ""


def test_what_was_read_ahead_is_not_read_again(chat, tmp_path):
    prefix = [SystemMessage("You answer in one word. " * 20)]
    messages = [*prefix, HumanMessage("What is the capital of France?")]
    path = chat.path
    for expected in ("read", "restored"):
        engine = Engine(path, 1024, cache=tmp_path)
        engine.read_ahead([{"role": "system", "content": prefix[0].text}], 0)
        replies = list(engine.stream(chat._request(messages, None, {"max_tokens": 2, "id_slot": 0})))
        assert replies[-1]["timings"]["cache_n"] > 100, expected
    assert [file.suffix for file in tmp_path.iterdir()] == [".kv"]


def test_the_chance_of_a_first_word_can_be_asked_for(chat):
    (first, *_) = (r for r in stream(chat, STORY, logprobs=True, top_logprobs=20, max_tokens=2) if r.text)
    token = first.response_metadata["logprobs"]["content"][0]["top_logprobs"][0]["token"]
    assert 0 < first_token_probability(first, token.strip() + " more") <= 1


def test_a_prompt_beyond_the_context_is_refused_in_words(chat):
    with pytest.raises(GenerationFailed, match="context size"):
        list(stream(chat, [HumanMessage("word " * 3000)]))


def test_a_file_that_is_no_model_is_refused(tmp_path):
    path = tmp_path / "model.gguf"
    path.write_bytes(b"GGUF, but not really")
    with pytest.raises(WeightsCorrupt, match="etude models verify"):
        Engine(path, 512)
