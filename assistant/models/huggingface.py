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

from langchain_core.messages import AIMessageChunk, BaseMessage, convert_to_openai_messages
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGenerationChunk

from assistant.errors import GenerationFailed, ModelError
from assistant.models.local import LocalChat, Turn

_TURN = Turn()


class HuggingFaceChat(LocalChat):
    """A model folder (``config.json``, tokenizer, weights); on the GPU when there is one.

    A call takes ``max_tokens`` beside LangChain's own arguments.
    """

    folder: Path

    @property
    def _llm_type(self) -> str:
        return "transformers"

    @property
    def busy(self) -> bool:
        """Whether a generation is running, so that the next caller will wait."""
        return _TURN.taken

    @property
    def loaded(self) -> tuple[Any, Any]:
        """The tokenizer and the model; loading takes seconds the first time."""
        return _load(self.folder)

    def _write(
        self, messages: list[BaseMessage], stop: list[str], cancelled: threading.Event | None, more: dict[str, Any]
    ) -> Iterator[ChatGenerationChunk]:
        with _TURN.wait(cancelled) as mine:
            if mine:
                yield from self._reply(messages, stop, cancelled, more.get("max_tokens") or self.max_tokens)

    def _reply(
        self, messages: Sequence[BaseMessage], stop: list[str], cancelled: threading.Event | None, max_tokens: int
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
        counted = _Counter(cancelled)
        criteria: list[Any] = [counted]
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
            counted.stopped = True
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
    """A stopping criterion that counts the tokens, and stops when nobody reads or the caller has cancelled."""

    def __init__(self, cancelled: threading.Event | None) -> None:
        self.tokens = 0
        self.stopped = False
        self._cancelled = cancelled

    def __call__(self, input_ids: Any, scores: Any, **_: Any) -> Any:
        import torch

        self.tokens += 1
        stop = self.stopped or bool(self._cancelled and self._cancelled.is_set())
        return torch.full((input_ids.shape[0],), stop, dtype=torch.bool, device=input_ids.device)


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
