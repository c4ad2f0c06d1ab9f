"""Calls to a chat model that work the same for every back end."""

from __future__ import annotations

import math
import threading
from collections.abc import Generator, Sequence
from typing import Any

from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage

from assistant.errors import EtudeError, GenerationFailed
from assistant.models.embedded import EmbeddedChat
from assistant.models.local import LocalChat

ANSWER_SLOT, SIDE_SLOT, EXAM_SLOT, SEVERAL_SLOT = range(4)
"""llama.cpp keeps one read prompt a slot; each kind of job has its own so that the others' stay read."""


def stream(
    chat: BaseChatModel,
    messages: Sequence[BaseMessage],
    *,
    stop: Sequence[str] = (),
    slot: int = ANSWER_SLOT,
    cancelled: threading.Event | None = None,
    **more: Any,
) -> Generator[AIMessageChunk]:
    """Stream a reply; closing the iterator or setting ``cancelled`` stops the generation.

    Args:
        chat: any chat model.
        messages: the prompt.
        stop: sequences at which the reply ends.
        slot: which of the embedded engine's prompts to build on; other back ends do not see it.
        cancelled: set it to stop.
        more: further fields for the back end; ``logprobs`` is dropped where it is not known.

    Raises:
        GenerationFailed: the back end refused or broke off.

    """
    if isinstance(chat, EmbeddedChat):
        more["id_slot"] = slot
    else:
        more = {key: value for key, value in more.items() if key in {"max_tokens"}}
    if isinstance(chat, LocalChat):
        more["cancelled"] = cancelled
    if stop:
        more["stop"] = list(stop)
    replies = chat.stream(list(messages), **more)
    try:
        for reply in replies:
            if cancelled and cancelled.is_set():
                return
            if isinstance(reply, AIMessageChunk):
                yield reply
    except EtudeError:
        raise
    except Exception as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise GenerationFailed(
            f"The language model cannot be reached or broke off ({reason}). "
            "Check `backend` and `endpoint` in the settings."
        ) from error
    finally:
        if close := getattr(replies, "close", None):
            close()


def complete(
    chat: BaseChatModel,
    messages: Sequence[BaseMessage],
    *,
    max_tokens: int,
    slot: int = SIDE_SLOT,
    cancelled: threading.Event | None = None,
    **more: Any,
) -> str:
    """Return a whole short reply, written without sampling.

    Raises:
        GenerationFailed: the back end refused or broke off.

    """
    more = {"max_tokens": max_tokens, "temperature": 0.0, **more}
    return "".join(str(reply.text) for reply in stream(chat, messages, slot=slot, cancelled=cancelled, **more))


def first_token_probability(reply: AIMessageChunk, beginning: str) -> float | None:
    """Return the probability that the reply begins like ``beginning``, or None when the back end gave none.

    Summed over the alternatives that are a non-empty start of it, as tokens may be parts of words.
    """
    content = (reply.response_metadata.get("logprobs") or {}).get("content")
    if not content:
        return None
    alternatives = content[0].get("top_logprobs") or []
    return sum(
        math.exp(item["logprob"])
        for item in alternatives
        if (token := item["token"].strip()) and beginning.startswith(token)
    )
