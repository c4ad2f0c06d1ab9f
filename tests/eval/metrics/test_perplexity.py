import math

import pytest
import torch
from langchain_core.messages import HumanMessage

from assistant.errors import InputError
from assistant.models.ask import stream
from assistant.models.chat import make_chat_model
from assistant.settings import Endpoint
from eval.metrics.likelihood import answer_logprobs
from eval.metrics.registry import find_metric
from eval.sample import Case, Output, Sample
from eval.tools import Tools

QUESTION = "What is machine learning?"


@pytest.fixture(scope="module")
def small(shared_settings):
    return shared_settings.model_copy(update={"model": "smollm2-135m-instruct", "context_length": 1024})


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A two-layer model with random weights, and a tokenizer of bytes."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    path = tmp_path_factory.mktemp("llama")
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    special = ["<s>", "</s>"]
    tokenizer.train_from_iterator(
        ["say hello"], trainers.BpeTrainer(vocab_size=300, special_tokens=special, initial_alphabet=alphabet)
    )
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", pad_token="</s>")
    fast.chat_template = "<s>{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}assistant:"
    fast.save_pretrained(path)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=300, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2
    )
    LlamaForCausalLM(config).save_pretrained(path)
    return path


def test_scores_are_exp_of_the_models_own_loss(text_cases, shared_settings, folder):
    """transformers' loss over the labels that are not -100, those of the answer."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tools = Tools(shared_settings.model_copy(update={"backend": "transformers", "model": str(folder)}))
    said = [case for case in text_cases if case.output.prediction and len(case.output.prediction) < 1_000]
    assert len(said) >= 50
    rows = find_metric("perplexity").score(said, tools)
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModelForCausalLM.from_pretrained(folder)
    losses = []
    for case, row in zip(said, rows, strict=True):
        before = tokenizer(f"<s>user: {case.sample.prompt}\nassistant:", return_tensors="pt")["input_ids"]
        answer = tokenizer(case.output.prediction, return_tensors="pt")["input_ids"]
        tokens = torch.cat([before, answer], dim=1)
        labels = torch.cat([torch.full_like(before, -100), answer], dim=1)
        with torch.inference_mode():
            loss = float(model(tokens, labels=labels).loss)
        assert row["perplexity"] == pytest.approx(math.exp(loss), rel=1e-4), case.sample.id
        losses.append((loss * answer.shape[1], answer.shape[1]))
    score = find_metric("perplexity").scores[0]
    figure = score.aggregate(rows, score.name, 0)
    assert figure.value == pytest.approx(math.exp(sum(s for s, _ in losses) / sum(n for _, n in losses)), rel=1e-4)
    assert figure.low < figure.value < figure.high


def test_llama_cpp_finds_its_own_answer_as_likely_as_when_it_wrote_it(small):
    chat = make_chat_model(small)
    replies = stream(chat, [HumanMessage(QUESTION)], max_tokens=12, temperature=0.0, logprobs=True, top_logprobs=1)
    told = [token for reply in replies for token in (reply.response_metadata.get("logprobs") or {}).get("content", [])]
    text = "".join(token["token"] for token in told)
    found = answer_logprobs(chat, [(QUESTION, text)])
    assert found[0] == pytest.approx([token["logprob"] for token in told], abs=0.02)


def test_tokens_that_are_parts_of_letters_are_counted_too(small):
    """SmolLM2 spells 巴 with two tokens of bytes, of which the server tells only the probability of the last."""
    chat = make_chat_model(small)
    (logprobs,) = answer_logprobs(chat, [(QUESTION, "巴")])
    assert len(logprobs) == chat.get_num_tokens("巴") > 1
    assert all(-40 < value < 0 for value in logprobs)


def test_an_answer_to_something_else_is_more_surprising(small):
    questions = ["What is the capital of France?", "How many days has a week?", "What colour is the sky?"]
    answers = ["The capital of France is Paris.", "A week has seven days.", "The sky is blue."]

    def figure(order):
        cases = [
            Case(Sample(id=question, prompt=question), Output(prediction=answers[place]))
            for question, place in zip(questions, order, strict=True)
        ]
        score = find_metric("perplexity").scores[0]
        return score.aggregate(find_metric("perplexity").score(cases, Tools(small)), score.name, 0).value

    assert 1 < figure([0, 1, 2]) * 3 < figure([1, 2, 0])


def test_what_does_not_fit_has_no_score_and_what_was_not_said_none_to_count(small):
    cases = [
        Case(Sample(id="long", prompt="?"), Output(prediction="word " * 1_100)),
        Case(Sample(id="silent", prompt="?"), Output(prediction="")),
    ]
    assert find_metric("perplexity").score(cases, Tools(small)) == [{"perplexity": None}, {}]


def test_a_server_is_refused(small):
    endpoint = Endpoint(base_url="http://127.0.0.1:9/v1", model="any")
    tools = Tools(small.model_copy(update={"backend": "openai", "endpoint": endpoint}))
    case = Case(Sample(id="1", prompt="?"), Output(prediction="yes"))
    with pytest.raises(InputError, match="leave perplexity out"):
        find_metric("perplexity").score([case], tools)


def test_the_signature_names_the_judge(small):
    signature = find_metric("perplexity").signature
    assert signature(Tools(small)).startswith("model=smollm2-135m-instruct|xllamacpp=")
    assert signature(Tools(small, judge_model="qwen2.5-coder-1.5b-instruct")).startswith("model=qwen2.5-coder-1.5b")
