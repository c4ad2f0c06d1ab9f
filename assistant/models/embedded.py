"""The embedded engine as a LangChain chat model."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models.chat_models import BaseChatModel, generate_from_stream
from langchain_core.messages import AIMessageChunk, BaseMessage, convert_to_openai_messages
from langchain_core.messages.ai import InputTokenDetails, UsageMetadata
from langchain_core.outputs import ChatGenerationChunk, ChatResult

from assistant.models.engine import Engine, load_engine


class EmbeddedChat(BaseChatModel):
    """A GGUF model through llama.cpp in this process.

    Beside LangChain's own arguments a call takes ``cancelled`` (a ``threading.Event`` that stops the generation) and
    every field of llama.cpp's chat completions, such as ``grammar``, ``response_format`` or ``logit_bias``.
    """

    path: Path
    context_length: int = 4096
    threads: int = 0
    prompt_cache: Path | None = None
    temperature: float = 0.0
    top_p: float = 0.95
    top_k: int = 40
    max_tokens: int = 320
    seed: int = 0

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

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return generate_from_stream(self._stream(messages, stop, run_manager, **kwargs))

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        *,
        cancelled: threading.Event | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        request = self._request(messages, stop, kwargs)
        heard = False
        for reply in self.engine.stream(request, cancelled):
            heard = True
            chunk = _chunk(reply)
            if run_manager and chunk.text:
                run_manager.on_llm_new_token(chunk.text, chunk=chunk)
            yield chunk
        if not heard:
            # Cancelled before the first word; LangChain takes a stream without any chunk for a failure.
            yield ChatGenerationChunk(message=AIMessageChunk(content=""))

    def _request(self, messages: Sequence[BaseMessage], stop: list[str] | None, more: dict[str, Any]) -> dict[str, Any]:
        return {
            "messages": convert_to_openai_messages(list(messages)),
            "temperature": self.temperature,
            "top_p": self.top_p,
            "top_k": self.top_k,
            "max_tokens": self.max_tokens,
            "seed": self.seed,
            "stop": stop or [],
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
