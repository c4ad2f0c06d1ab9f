import json
import threading

import pytest
from langchain_core.messages import HumanMessage

from assistant.errors import GenerationFailed, ModelError, SettingsError, WeightsMissing
from assistant.models.ask import complete, stream
from assistant.models.chat import make_chat_model
from assistant.settings import Endpoint, Generation

HELLO = [HumanMessage("Say hello.")]


def test_an_openai_compatible_server_answers_the_same(shared_settings):
    """llama.cpp's own OpenAI endpoint, that of the embedded engine, with its key."""
    small = shared_settings.model_copy(update={"model": "smollm2-135m-instruct", "context_length": 1024})
    embedded = make_chat_model(small)
    endpoint = Endpoint(base_url=f"{embedded.engine.address}/v1", api_key=embedded.engine.key, model="smollm2")
    remote = make_chat_model(small.model_copy(update={"backend": "openai", "endpoint": endpoint}))
    assert complete(remote, HELLO, max_tokens=8) == complete(embedded, HELLO, max_tokens=8)
    assert any(reply.usage_metadata for reply in stream(remote, HELLO, max_tokens=8))


def test_a_server_that_is_not_there_is_named(settings):
    endpoint = Endpoint(base_url="http://127.0.0.1:9/v1", model="any")
    chat = make_chat_model(settings.model_copy(update={"backend": "openai", "endpoint": endpoint}))
    with pytest.raises(GenerationFailed, match="endpoint"):
        list(stream(chat, HELLO))


def test_an_endpoint_without_address_is_refused(settings):
    with pytest.raises(SettingsError, match="base_url"):
        make_chat_model(settings.model_copy(update={"backend": "openai"}))


def test_a_hugging_face_folder_answers(settings, tmp_path):
    """A two-layer model with random weights: the words mean nothing, the way to them is the real one."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=300, special_tokens=["<unk>", "<s>", "</s>"])
    tokenizer.train_from_iterator(["say hello to the world"], trainer)
    template = "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}assistant:"
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, unk_token="<unk>", bos_token="<s>", eos_token="</s>", pad_token="</s>"
    )
    fast.chat_template = template
    fast.save_pretrained(tmp_path)
    config = LlamaConfig(
        vocab_size=300, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2
    )
    torch.manual_seed(0)
    model = LlamaForCausalLM(config)
    # Random weights may end at once: no end of sequence is known, so that only the limit or a stop ends it.
    model.generation_config.eos_token_id = None
    model.config.eos_token_id = None
    model.save_pretrained(tmp_path)
    assert json.loads((tmp_path / "config.json").read_text())["model_type"] == "llama"
    chosen = settings.model_copy(update={"backend": "transformers", "model": str(tmp_path)})
    chat = make_chat_model(chosen, Generation(max_tokens=500))
    replies = list(stream(chat, HELLO, max_tokens=40))
    assert "".join(str(reply.text) for reply in replies)
    (usage,) = (reply.usage_metadata for reply in replies if reply.usage_metadata)
    assert usage["output_tokens"] == 40
    stop = threading.Event()
    heard = 0
    for _ in stream(chat, HELLO, cancelled=stop):
        heard += 1
        stop.set()
    assert heard <= 3
    assert not chat.busy

    first = stream(chat, HELLO)
    next(first)
    assert chat.busy
    assert not any(reply.text for reply in stream(chat, HELLO, cancelled=stop)), "a stop is heard while waiting"
    first.close()


@pytest.mark.parametrize("backend", ["embedded", "transformers"])
def test_a_model_that_is_not_there_is_named(settings, backend):
    chosen = settings.model_copy(update={"backend": backend, "model": "nowhere/model.gguf"})
    with pytest.raises(WeightsMissing, match="nowhere"):
        make_chat_model(chosen)


def test_an_embedding_model_cannot_chat(settings):
    with pytest.raises(ModelError, match="embedding model"):
        make_chat_model(settings.model_copy(update={"model": "all-minilm-l6-v2"}))
