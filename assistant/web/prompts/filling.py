"""Filling a template in with what was typed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from assistant.errors import InputError
from assistant.prompts import PromptTemplate

PREFIX = "value."
"""Before a variable's name in the name of its field."""
ROLES = {"system": "System", "human": "User", "ai": "Assistant"}


@dataclass(frozen=True, slots=True)
class Message:
    """One message as the model gets it."""

    role: str
    text: str


def messages_of(template: PromptTemplate, typed: Mapping[str, str]) -> list[Message]:
    """Return the messages; ``typed`` is by variable, and a variable that nothing was typed for is empty.

    Raises:
        InputError: a value is not of its variable's type, such as a word where a whole number belongs.

    """
    values = {name: _value(kind, typed.get(name, "")) for name, kind in template.variables.items()}
    return [Message(ROLES[each.type], str(each.content)) for each in template.messages(**values)]


def wrong_variable(template: PromptTemplate, typed: Mapping[str, str]) -> str:
    """Return the variable whose value is not of its type; empty where the values are sound."""
    for name in template.variables:
        only = dict.fromkeys(template.variables, "1") | {name: typed.get(name, "")}
        try:
            messages_of(template, only)
        except InputError:
            return name
    return ""


def _value(kind: str, text: str) -> object:
    """Return passages that are not numbered yet as a list, which the template numbers."""
    if kind != "passages" or text.lstrip().startswith("[1]"):
        return text
    return [part for part in re.split(r"\n[ \t]*\n", text.strip()) if part]
