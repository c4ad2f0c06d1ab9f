"""How likely a language model finds each option, from the probabilities of its first token.

A small model that is asked for a letter and nothing else shows in the probabilities of that letter what it holds of
each option; nothing has to be written, so that a choice costs only the reading of the question.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage

from assistant.models.ask import EXAM_SLOT, stream

if TYPE_CHECKING:
    from assistant.records.recorded import Call

_UNSEEN = -15.0
"""Log-probability of a letter that is not even among the likeliest tokens."""
_TOLD = -4.0
"""Log-probability of the letters that a model without probabilities did not name."""
READING: Mapping[str, Any] = {"max_tokens": 1, "temperature": 0.0, "logprobs": True, "top_logprobs": 40}
"""How a letter is asked for."""


def option_logprobs(
    chat: BaseChatModel,
    messages: Sequence[BaseMessage],
    letters: Sequence[str],
    cancelled: threading.Event | None = None,
    slot: int = EXAM_SLOT,
    call: Call | None = None,
) -> dict[str, float]:
    """Return the log-probability of each letter, normalized over the letters.

    Args:
        chat: any chat model; one that gives no probabilities counts with the letter that it names.
        messages: a prompt that asks for one letter.
        letters: the options.
        cancelled: set it to stop.
        slot: which of the embedded engine's prompts to build on.
        call: hears the reply, to record it.

    Raises:
        GenerationFailed: the back end refused or broke off.

    """
    found: dict[str, float] = {}
    told = ""
    replies: Iterable[AIMessageChunk] = stream(chat, messages, slot=slot, cancelled=cancelled, **READING)
    for reply in call.listen(replies) if call else replies:
        told += str(reply.text)
        if not found:
            found = _letters_of(reply, letters)
    if not found:
        named = next((letter for letter in letters if told.strip().upper().startswith(letter)), None)
        found = {letter: 0.0 if letter == named else _TOLD for letter in letters} if named else {}
    return normalized({letter: found.get(letter, _UNSEEN) for letter in letters})


def yes_log_odds(
    chat: BaseChatModel,
    messages: Sequence[BaseMessage],
    cancelled: threading.Event | None = None,
    slot: int = EXAM_SLOT,
    call: Call | None = None,
) -> float:
    """Return the log-odds of Yes against No as the answer to a prompt that asks for one of them; see `option_logprobs`.

    Raises:
        GenerationFailed: the back end refused or broke off.

    """
    found = option_logprobs(chat, messages, ("Yes", "No"), cancelled, slot, call)
    return found["Yes"] - found["No"]


def normalized(values: Mapping[str, float]) -> dict[str, float]:
    """Return log-probabilities that sum to one: the log-softmax of the values."""
    highest = max(values.values())
    total = highest + math.log(sum(math.exp(value - highest) for value in values.values()))
    return {key: value - total for key, value in values.items()}


def _letters_of(reply: AIMessageChunk, letters: Iterable[str]) -> dict[str, float]:
    content = (reply.response_metadata.get("logprobs") or {}).get("content")
    wanted = set(letters)
    found: dict[str, float] = {}
    for item in (content[0].get("top_logprobs") or []) if content else []:
        letter = item["token"].strip()
        if letter in wanted:
            found[letter] = max(found.get(letter, _UNSEEN), item["logprob"])
    return found
