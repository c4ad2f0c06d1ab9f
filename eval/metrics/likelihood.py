"""How likely a language model finds each token of an answer that is already there.

llama.cpp's server tells the probabilities of tokens that it writes, not of those that it reads. So it is made to write
the answer: token by token, each forced by a bias that the probabilities which it tells are free of. That takes about
as long as writing the answer anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import httpx
from langchain_core.language_models.chat_models import BaseChatModel

from assistant.errors import GenerationFailed, InputError
from assistant.models.embedded import EmbeddedChat
from assistant.models.engine import Engine
from assistant.models.huggingface import HuggingFaceChat

_FORCE = 1_000.0
"""Added to the logit of a token to have it written; logits are far below."""
_ALL = 1_000_000
"""More than any vocabulary has."""
_PATIENCE = 300.0
"""Seconds for one request; the first of a long prompt reads all of it."""

Logprobs = list[float]


def answer_logprobs(chat: BaseChatModel, pairs: Sequence[tuple[str, str]]) -> list[Logprobs | None]:
    """Return the natural log-probability of every token of each answer, behind its question in the chat template.

    Args:
        chat: an embedded or a transformers model.
        pairs: ``(question, answer)``.

    Returns:
        One list a pair; None where question and answer do not fit into the model's context.

    Raises:
        InputError: the back end cannot tell them.
        GenerationFailed: llama.cpp does not answer.

    """
    if isinstance(chat, EmbeddedChat):
        return list(_llama(chat.engine, pairs))
    if isinstance(chat, HuggingFaceChat):
        return [_transformers(chat, *pair) for pair in pairs]
    raise InputError(
        "Perplexity needs the log-probabilities of an answer that is there, which OpenAI-compatible servers do not "
        'tell. Set `backend` to "embedded" or "transformers" for scoring, or leave perplexity out.'
    )


def _llama(engine: Engine, pairs: Sequence[tuple[str, str]]) -> Iterator[Logprobs | None]:
    with httpx.Client(
        base_url=engine.address, headers={"Authorization": f"Bearer {engine.key}"}, timeout=_PATIENCE, trust_env=False
    ) as client:
        server = _Server(client)
        try:
            harmless = server.tokens(".")[0]
            for question, answer in pairs:
                given, said = server.tokens(server.prompt(question), template=True), server.tokens(answer)
                fits = len(given) + len(said) < engine.context_length
                yield (
                    [server.logprob(given + said[:at], said[at], harmless) for at in range(len(said))] if fits else None
                )
        except (httpx.HTTPError, KeyError, IndexError, ValueError) as error:
            raise GenerationFailed(
                f"The language model did not tell how likely an answer is ({error}). Score again."
            ) from error


class _Server:
    """The requests to llama.cpp's server that are needed."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def prompt(self, question: str) -> str:
        """Put a question into the model's chat template, up to where the answer begins."""
        return str(self._post("/apply-template", {"messages": [{"role": "user", "content": question}]})["prompt"])

    def tokens(self, text: str, template: bool = False) -> list[int]:
        """Return the tokens of a text; only in the template are the model's own marks more than letters."""
        body = {"content": text, "add_special": template, "parse_special": template}
        return list(self._post("/tokenize", body)["tokens"])

    def logprob(self, before: list[int], token: int, harmless: int) -> float:
        """Return the log-probability of a token behind others."""
        told = self._write(before, token, alternatives=1)
        if told and told[0]["id"] == token:
            return float(told[0]["logprob"])
        # The server keeps back what it knows of a token that begins a character and does not end it.
        told = self._write(before, harmless, alternatives=_ALL)
        return {one["id"]: float(one["logprob"]) for one in told[0]["top_logprobs"]}[token]

    def _write(self, before: list[int], forced: int, alternatives: int) -> list[dict[str, Any]]:
        reply = self._post(
            "/completion",
            {
                "prompt": before,
                "n_predict": 1,
                "n_probs": alternatives,
                "temperature": 0.0,
                "logit_bias": [[forced, _FORCE]],
                "cache_prompt": True,
            },
        )
        return list(reply.get("completion_probabilities") or [])

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = self._client.post(path, json=body).raise_for_status().json()
        return found


def _transformers(chat: HuggingFaceChat, question: str, answer: str) -> Logprobs | None:
    import torch

    tokenizer, model = chat.loaded
    messages = [{"role": "user", "content": question}]
    given = tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_dict=True)["input_ids"]
    said = tokenizer(answer, add_special_tokens=False, verbose=False)["input_ids"]
    tokens = torch.tensor([[*given, *said]], device=model.device)
    if tokens.shape[1] > getattr(model.config, "max_position_embeddings", tokens.shape[1]):
        return None
    with torch.inference_mode():
        # What stands at a token's place is what the model expects next.
        logits = model(tokens).logits[0, len(given) - 1 : -1].float()
    logprobs = logits.log_softmax(dim=-1).gather(1, tokens[0, len(given) :, None])
    return [float(value) for value in logprobs[:, 0]]
