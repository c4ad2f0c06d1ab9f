"""The embedded engine as a LangChain chat model."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from langchain_core.messages import AIMessageChunk, BaseMessage, convert_to_openai_messages
from langchain_core.messages.ai import InputTokenDetails, UsageMetadata
from langchain_core.outputs import ChatGenerationChunk

from assistant.models.engine import Engine, load_engine
from assistant.models.local import LocalChat


class EmbeddedChat(LocalChat):
    """A GGUF model through llama.cpp in this process.

    A call takes every field of llama.cpp's chat completions, such as ``grammar``, ``response_format`` or
    ``logit_bias``.
    """

    path: Path
    context_length: int = 4096
    threads: int = 0
    prompt_cache: Path | None = None

    @property
    def engine(self) -> Engine:
        """The loaded model; loading takes seconds the first time."""
        return load_engine(self.path, self.context_length, self.threads, self.prompt_cache)

    def read_ahead(self, messages: Sequence[BaseMessage], slot: int) -> None:
        """Read the beginning of later prompts now, so that only the rest has to be read then."""
        self.engine.read_ahead(convert_to_openai_messages(list(messages)), slot)

    @property
    def busy(self) -> bool:
        """Whether a generation is running, so that the next caller will wait."""
        return self.engine.busy

    @property
    def _llm_type(self) -> str:
        return "llama.cpp"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model": self.path.stem, "temperature": self.temperature, "seed": self.seed}

    def get_num_tokens(self, text: str) -> int:
        """Return how many tokens the model sees in a text."""
        return self.engine.count_tokens(text)

    def _write(
        self, messages: list[BaseMessage], stop: list[str], cancelled: threading.Event | None, more: dict[str, Any]
    ) -> Iterator[ChatGenerationChunk]:
        return map(_chunk, self.engine.stream(self._request(messages, stop, more), cancelled))

    def _request(self, messages: Sequence[BaseMessage], stop: list[str], more: dict[str, Any]) -> dict[str, Any]:
        return {
            "messages": convert_to_openai_messages(list(messages)),
            "temperature": self.temperature,
            "top_p": self.top_p,
            "top_k": self.top_k,
            "max_tokens": self.max_tokens,
            "seed": self.seed,
            "stop": stop,
            "cache_prompt": True,
            **more,
        }


def _chunk(reply: dict[str, Any]) -> ChatGenerationChunk:
    choices = reply.get("choices") or [{}]
    info: dict[str, Any] = {}
    if logprobs := choices[0].get("logprobs"):
        info["logprobs"] = logprobs
    if reason := choices[0].get("finish_reason"):
        info["finish_reason"] = reason
    message = AIMessageChunk(
        content=(choices[0].get("delta") or {}).get("content") or "",
        response_metadata=dict(info),
        usage_metadata=_usage(reply["timings"]) if "timings" in reply else None,
    )
    return ChatGenerationChunk(message=message, generation_info=info or None)


def _usage(timings: dict[str, Any]) -> UsageMetadata:
    read, cached, written = (int(timings.get(key, 0)) for key in ("prompt_n", "cache_n", "predicted_n"))
    return UsageMetadata(
        input_tokens=read + cached,
        output_tokens=written,
        total_tokens=read + cached + written,
        input_token_details=InputTokenDetails(cache_read=cached),
    )
