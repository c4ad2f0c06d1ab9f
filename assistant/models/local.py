"""What the models that run in this process share: one generation at a time, and one that can be stopped."""

from __future__ import annotations

import threading
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models.chat_models import BaseChatModel, generate_from_stream
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult


class Turn:
    """Lets one generation run at a time, so that two do not share the cores and both crawl."""

    def __init__(self) -> None:
        self._free = threading.Semaphore(1)

    @property
    def taken(self) -> bool:
        """Whether a generation is running, so that the next caller will wait."""
        if self._free.acquire(blocking=False):
            self._free.release()
            return False
        return True

    @contextmanager
    def wait(self, cancelled: threading.Event | None = None) -> Iterator[bool]:
        """Wait for the turn; gives False when ``cancelled`` was set while waiting."""
        while not (mine := self._free.acquire(timeout=0.1)):
            if cancelled and cancelled.is_set():
                break
        try:
            yield mine
        finally:
            if mine:
                self._free.release()


class LocalChat(BaseChatModel):
    """A chat model in this process.

    Beside LangChain's own arguments a call takes ``cancelled``, a ``threading.Event`` that stops the generation, also
    while it waits for its turn.
    """

    temperature: float = 0.0
    top_p: float = 0.95
    top_k: int = 40
    max_tokens: int = 320
    seed: int = 0

    @property
    @abstractmethod
    def busy(self) -> bool:
        """Whether a generation is running, so that the next caller will wait."""

    @abstractmethod
    def _write(
        self, messages: list[BaseMessage], stop: list[str], cancelled: threading.Event | None, more: dict[str, Any]
    ) -> Iterator[ChatGenerationChunk]:
        """Wait for the turn and yield the reply; ``more`` are the further arguments of the call."""

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
        heard = False
        for chunk in self._write(messages, stop or [], cancelled, kwargs):
            heard = True
            if run_manager and chunk.text:
                run_manager.on_llm_new_token(chunk.text, chunk=chunk)
            yield chunk
        if not heard:
            # Cancelled before the first word; LangChain takes a stream without any chunk for a failure.
            yield ChatGenerationChunk(message=AIMessageChunk(content=""))
