"""A Hugging Face model folder through transformers, as a LangChain chat model.

Ours rather than langchain-huggingface's: that one cannot be stopped while it writes, and takes stop sequences for
single tokens.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models.chat_models import BaseChatModel, generate_from_stream
from langchain_core.messages import AIMessageChunk, BaseMessage, convert_to_openai_messages
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGenerationChunk, ChatResult

from assistant.errors import GenerationFailed, ModelError

_TURN = threading.Semaphore(1)


class HuggingFaceChat(BaseChatModel):
    """A model folder (``config.json``, tokenizer, weights); on the GPU when there is one.

    A call takes ``cancelled`` (a ``threading.Event`` that stops the generation) and ``max_tokens`` beside LangChain's
    own arguments.
    """

    folder: Path
    temperature: float = 0.0
    top_p: float = 0.95
    top_k: int = 40
    max_tokens: int = 320
    seed: int = 0

    @property
    def _llm_type(self) -> str:
        return "transformers"

    @property
    def busy(self) -> bool:
        """Whether a generation is running, so that the next caller will wait."""
        if _TURN.acquire(blocking=False):
            _TURN.release()
            return False
        return True

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
        max_tokens: int | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        with _TURN:
            for chunk in self._write(messages, stop or [], max_tokens or self.max_tokens, cancelled):
                if run_manager and chunk.text:
                    run_manager.on_llm_new_token(chunk.text, chunk=chunk)
                yield chunk

    def _write(
        self, messages: Sequence[BaseMessage], stop: list[str], max_tokens: int, cancelled: threading.Event | None
    ) -> Iterator[ChatGenerationChunk]:
        from transformers import StoppingCriteriaList, StopStringCriteria, TextIteratorStreamer

        tokenizer, model = _load(self.folder)
        prompt = tokenizer.apply_chat_template(
            convert_to_openai_messages(list(messages)),
            add_generation_prompt=True,
            return_tensors="pt",
            return_dict=True,
        ).to(model.device)
        streamer = TextIteratorStreamer(tokenizer, skip_prompt=True, skip_special_tokens=True, timeout=0.1)
        stopped, counted = threading.Event(), _Counter(cancelled)
        criteria: list[Any] = [counted, lambda *_, **__: _all(stopped.is_set(), prompt)]
        if stop:
            criteria.append(StopStringCriteria(tokenizer, stop))
        failed: list[BaseException] = []

        def work() -> None:
            try:
                model.generate(
                    **prompt,
                    streamer=streamer,
                    max_new_tokens=max_tokens,
                    stopping_criteria=StoppingCriteriaList(criteria),
                    **self._sampling(),
                )
            except BaseException as error:  # noqa: BLE001 - handed to the reader's thread
                failed.append(error)
                streamer.end()  # type: ignore[no-untyped-call]

        worker = threading.Thread(target=work, name="transformers", daemon=True)
        worker.start()
        try:
            yield from _words(streamer, stop, cancelled)
        finally:
            stopped.set()
            worker.join()
        if failed:
            raise GenerationFailed(f"The language model broke off ({failed[0]}). Ask again.") from failed[0]
        read = int(prompt["input_ids"].shape[1])
        usage = UsageMetadata(input_tokens=read, output_tokens=counted.tokens, total_tokens=read + counted.tokens)
        reason = {"finish_reason": "length" if counted.tokens >= max_tokens else "stop"}
        yield ChatGenerationChunk(message=AIMessageChunk(content="", usage_metadata=usage, response_metadata=reason))

    def _sampling(self) -> dict[str, Any]:
        if self.temperature == 0:
            return {"do_sample": False}
        import torch

        torch.manual_seed(self.seed)
        return {"do_sample": True, "temperature": self.temperature, "top_p": self.top_p, "top_k": self.top_k}


class _Counter:
    """A stopping criterion that counts the tokens and stops when the caller has cancelled."""

    def __init__(self, cancelled: threading.Event | None) -> None:
        self.tokens = 0
        self._cancelled = cancelled

    def __call__(self, input_ids: Any, scores: Any, **_: Any) -> Any:
        self.tokens += 1
        return _all(bool(self._cancelled and self._cancelled.is_set()), {"input_ids": input_ids})


def _all(value: bool, prompt: Any) -> Any:
    import torch

    ids = prompt["input_ids"]
    return torch.full((ids.shape[0],), value, dtype=torch.bool, device=ids.device)


def _words(streamer: Any, stop: list[str], cancelled: threading.Event | None) -> Iterator[ChatGenerationChunk]:
    said = ""
    while not (cancelled and cancelled.is_set()):
        try:
            text = next(streamer)
        except queue.Empty:
            continue
        except StopIteration:
            return
        ends = [found for found in ((said + text).find(mark) for mark in stop) if found >= 0]
        if ends:
            text = (said + text)[len(said) : min(ends)]
        said += text
        if text:
            yield ChatGenerationChunk(message=AIMessageChunk(content=text))


@cache
def _load(folder: Path) -> tuple[Any, Any]:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    device = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        tokenizer = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
        model: Any = AutoModelForCausalLM.from_pretrained(str(folder), local_files_only=True, dtype="auto")
    except (OSError, ValueError) as error:
        raise ModelError(f"The model in {folder} cannot be loaded ({error}).") from error
    return tokenizer, model.to(device)
