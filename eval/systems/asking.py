"""Asks a language model directly."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence

from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import BaseMessage

from assistant.models.ask import SIDE_SLOT, stream
from eval.sample import Output

_CANNOT = re.compile(
    r"(?:does|do|did) not (?:contain|mention|provide|cover|specify|include|say|state)|no information|not (?:mentioned|"
    r"provided|specified|covered|stated|in (?:the|your) (?:notes|context))|cannot (?:answer|be answered)|"
    r"can't answer|don't know|do not know|unable to|doesn't (?:contain|mention|provide|cover|specify|include|say)",
    re.IGNORECASE,
)


def refuses(text: str) -> bool:
    """Say whether an answer in free words says that it cannot answer."""
    return bool(_CANNOT.search(text))


def write(chat: BaseChatModel, messages: Sequence[BaseMessage], stop: Sequence[str], began: float) -> Output:
    """Return what a model writes for a prompt; ``began`` is when the question came, by ``time.perf_counter``.

    Raises:
        GenerationFailed: the back end refused or broke off.

    """
    text, first, used = "", None, None
    # Not the slot of Etude's answers, whose prompt would have to be read again after each of these.
    for reply in stream(chat, messages, stop=stop, slot=SIDE_SLOT):
        if reply.text and first is None:
            first = time.perf_counter() - began
        text += str(reply.text)
        used = reply.usage_metadata or used
    return Output(
        prediction=text.strip(),
        refused=refuses(text),
        seconds=time.perf_counter() - began,
        first_token=first,
        tokens_in=used["input_tokens"] if used else None,
        tokens_out=used["output_tokens"] if used else None,
    )
