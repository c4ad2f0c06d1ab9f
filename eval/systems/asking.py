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
    r"\b(?:i|we)\b[^.]{0,40}?(?:\b(?:do|can) ?not\b|n['’]t\b|\bunable\b)|"
    r"\b(?:context|notes?|passages?|texts?|documents?|information (?:given|provided))\b[^.]{0,60}?"
    r"(?:\b(?:do|does|did) not\b|n['’]t\b|\bno\b)|"
    r"\bno (?:information|mention)\b|\bnot (?:mentioned|provided|specified|covered|stated|given)\b|"
    r"\bcannot (?:answer|be answered|be determined)\b|^unable to\b",
    re.IGNORECASE,
)
_FIRST_SENTENCE = re.compile(r".*?(?:[.!?](?=\s|$)|\n|$)", re.DOTALL)


def refuses(text: str) -> bool:
    """Say whether an answer in free words begins by saying that it cannot answer.

    Only the first sentence counts, and only where it speaks of the writer or of what was given to read: "Amazon Polly
    does not store text" is an answer.
    """
    first = _FIRST_SENTENCE.match(text.strip())
    return bool(first and _CANNOT.search(first[0]))


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
