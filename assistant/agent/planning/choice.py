"""The chat model's part: a choice among a few tools, and arguments under a JSON schema. It never writes freely."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from assistant.errors import EtudeError
from assistant.exam.choice import yes_log_odds
from assistant.models.ask import SEVERAL_SLOT, SIDE_SLOT, complete, stream
from assistant.models.embedded import EmbeddedChat

LETTERS = "ABCDEFGH"
_CHOOSE = (
    "You decide which tool of a study assistant a request asks for. Questions about a subject, greetings and remarks "
    "need no tool: the assistant answers them by itself. Reply with one letter."
)
_WANTED = (
    "You decide whether a message asks an assistant to use a tool now. A remark, a question about a subject, and a "
    "story ask for nothing. Reply with Yes or No."
)
_SHOTS = (
    ("Water the plants of the balcony.", "the basil looks thirsty, give it some water", "Yes"),
    ("Water the plants of the balcony.", "my neighbour's plants died in the heat", "No"),
    ("Play a film.", "what makes a good film, do you think?", "No"),
    ("Order food.", "could we get two pizzas for tonight", "Yes"),
    ("Order food.", "I ordered pizza yesterday", "No"),
    ("Play a film.", "I'm in the mood for something by Miyazaki", "Yes"),
)
"""What a message asks for is not told without examples: the default model then says no to nearly everything."""
_FILL = (
    "You take the arguments of a tool out of a request. Use the request's own words; leave out what it does not say. "
    "Reply with one JSON object."
)
_ARGUMENT_TOKENS = 160


class Described(Protocol):
    """A tool, as far as it is chosen by what it says of itself."""

    @property
    def name(self) -> str:
        """By which it is called."""

    @property
    def description(self) -> str:
        """What it does."""

    @property
    def examples(self) -> Sequence[str]:
        """Requests that ask for it."""


def choose(chat: BaseChatModel, text: str, tools: Sequence[Described]) -> Mapping[str, float]:
    """Return how likely the model finds each tool for a request, by name, and "" for none; empty where it does not say.

    Args:
        chat: the model; the embedded one is limited to the letters by a grammar.
        text: the request.
        tools: at most seven.

    """
    tools = tools[: len(LETTERS) - 1]
    lines = [f"{letter}. {tool.description}" for letter, tool in zip(LETTERS, tools, strict=False)]
    none = LETTERS[len(tools)]
    lines.append(f"{none}. None of these: a question about a subject, or a remark")
    messages = [
        SystemMessage(_CHOOSE),
        HumanMessage(f"Request: {json.dumps(text, ensure_ascii=False)}\n\n" + "\n".join(lines)),
    ]
    names = {**{letter: tool.name for letter, tool in zip(LETTERS, tools, strict=False)}, none: ""}
    grammar = " | ".join(f'"{letter}"' for letter in names)
    more: dict[str, Any] = (
        {"grammar": f"root ::= {grammar}", "logprobs": True, "top_logprobs": 20}
        if isinstance(chat, EmbeddedChat)
        else {}
    )
    try:
        for reply in stream(chat, messages, slot=SIDE_SLOT, max_tokens=4, temperature=0.0, **more):
            if found := _letters(reply.response_metadata, names):
                return found
            if (letter := str(reply.text).strip()[:1].upper()) in names:
                return {names[letter]: 1.0}
    except EtudeError:
        return {}
    return {}


def wanted(chat: BaseChatModel, text: str, tool: Described) -> float | None:
    """Return the log odds, by the model, that a request asks for a tool; None where it fails."""
    messages: list[BaseMessage] = [SystemMessage(_WANTED)]
    for description, message, answer in _SHOTS:
        messages += [HumanMessage(_case(description, message)), AIMessage(answer)]
    messages.append(HumanMessage(_case(tool.description, text)))
    try:
        # Not the slot of `choose` and `extract`: what stands before the message is read once, and kept there.
        return yes_log_odds(chat, messages, slot=SEVERAL_SLOT)
    except EtudeError:
        return None


def _case(description: str, message: str) -> str:
    return f"Tool: {description}\nMessage: {json.dumps(message, ensure_ascii=False)}"


def extract(chat: BaseChatModel, text: str, tool: Described, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return arguments that the model takes out of a request, grounded: what the request does not have is left out."""
    properties: Mapping[str, Any] = schema.get("properties", {})
    if not properties:
        return {}
    told = {name: _told(given) for name, given in properties.items()}
    wanted, request = (json.dumps(one, ensure_ascii=False) for one in (told, text))
    ask = f"Tool: {tool.name}: {tool.description}\nArguments: {wanted}\nRequest: {request}"
    loose = {key: value for key, value in schema.items() if key not in ("title", "description")}
    more: dict[str, Any] = {
        "response_format": {"type": "json_schema", "json_schema": {"name": "arguments", "schema": loose}}
    }
    more = more if isinstance(chat, EmbeddedChat) else {}
    try:
        reply = complete(chat, [SystemMessage(_FILL), HumanMessage(ask)], max_tokens=_ARGUMENT_TOKENS, **more)
        found = json.loads(reply[reply.index("{") : reply.rindex("}") + 1])
    except (EtudeError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {
        name: value for name, value in found.items() if name in properties and grounded(value, text, properties[name])
    }


def grounded(value: Any, text: str, schema: Mapping[str, Any]) -> bool:
    """Say whether a value stands in a request: its numbers and all its words, or a known value's first one."""
    if isinstance(value, bool):
        return True
    words = re.findall(r"\w+", str(value).casefold())
    if isinstance(value, float) and value == int(value):
        words = [str(int(value))]
    there = set(re.findall(r"\w+", text.casefold()))
    if not words or value is None:
        return False
    if "enum" in schema:
        return any(one.startswith(words[0][:4]) for one in there)
    if isinstance(value, list):
        return all(word in there for word in words)
    return all(word in there for word in words)


def _letters(metadata: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, float]:
    """Return how likely each name is, by the likelihoods of the first token; empty where the model gives none."""
    content = (metadata.get("logprobs") or {}).get("content")
    if not content:
        return {}
    found: dict[str, float] = {}
    for item in content[0].get("top_logprobs") or []:
        if (letter := item["token"].strip()) in names:
            found[names[letter]] = found.get(names[letter], 0.0) + math.exp(item["logprob"])
    total = sum(found.values())
    return {name: share / total for name, share in found.items()} if total else {}


def _told(given: Mapping[str, Any]) -> str:
    words = str(given.get("description") or given.get("type") or "")
    return words + (f" ({', '.join(map(str, given['enum']))})" if "enum" in given else "")
