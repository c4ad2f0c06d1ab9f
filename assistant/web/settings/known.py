"""The settings that the page offers, and how what is typed becomes a value of one. Ranges are those of pydantic."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from assistant.errors import InputError
from assistant.settings import Settings


class WrongValue(InputError):
    """A value that a setting cannot have; ``field`` names the field of the form."""

    def __init__(self, field: str, said: str) -> None:
        super().__init__(said)
        self.field = field


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting as the page calls it; ``live`` says that it is in force at once, ``unit`` what a number counts."""

    label: str
    hint: str = ""
    unit: str = ""
    live: bool = True


KNOWN: Mapping[str, Setting] = {
    "model": Setting("Chat model"),
    "backend": Setting("Who writes the answers"),
    "threads": Setting("Threads", "0 takes one for each core."),
    "context_length": Setting("Context", "What the model holds at once.", "tokens"),
    "endpoint.base_url": Setting("Address", "Such as http://127.0.0.1:11434/v1."),
    "endpoint.model": Setting("Model", "As the server calls it."),
    "endpoint.api_key": Setting("API key"),
    "generation.temperature": Setting("Temperature", "0 keeps to the likeliest words."),
    "generation.top_p": Setting("Top-p", "Looks only at the likeliest words that reach this share."),
    "generation.top_k": Setting("Top-k", "Looks at so many words at most; 0 looks at all."),
    "generation.max_tokens": Setting("Length", "Where an answer ends at the latest.", "tokens"),
    "retrieval.passages": Setting("Passages", "Read for one answer at most."),
    "retrieval.passage_tokens": Setting("Room for passages", "More takes longer to the first word.", "tokens"),
    "guardrail": Setting("Guardrail", "What questions, passages and answers must pass."),
    "records.keep_days": Setting("Keep records for", "Empty keeps them until you delete them.", "days", live=False),
}


def field_of(name: str) -> FieldInfo:
    """Return pydantic's field of a setting, ``generation.temperature`` say."""
    fields = Settings.model_fields
    *groups, last = name.split(".")
    for group in groups:
        fields = getattr(fields[group].annotation, "model_fields", {})
    return fields[last]


def range_of(name: str) -> str:
    """Return the numbers that a setting takes in words: "0 to 2"; nothing for none."""
    bounds = {kind: getattr(one, kind) for one in field_of(name).metadata for kind in _BOUNDS if hasattr(one, kind)}
    low, high = bounds.get("ge"), bounds.get("le")
    if "gt" in bounds:
        return f"above {bounds['gt']:,}, up to {high:,}" if high is not None else f"above {bounds['gt']:,}"
    if low is None:
        return ""
    return f"{low:,} to {high:,}" if high is not None else f"{low:,} or more"


def value_in(settings: Settings, name: str) -> Any:
    """Return the value of a setting."""
    found: Any = settings
    for part in name.split("."):
        found = getattr(found, part)
    return found


def shown(value: Any) -> str:
    """Return a value as a field shows it; nothing for None."""
    return "" if value is None else str(value)


def read(name: str, typed: str) -> Any:
    """Return what was typed as a value of the setting; its range is checked when it is saved.

    Raises:
        WrongValue: it is no number, and the setting is one; or it is empty, and the setting cannot be.

    """
    kinds = _kinds(field_of(name).annotation)
    typed = typed.strip()
    if not typed and type(None) in kinds:
        return None
    try:
        if int in kinds:
            return int(typed)
        return float(typed) if float in kinds else typed
    except ValueError:
        raise WrongValue(name, wrong(name)) from None


def wrong(name: str) -> str:
    """Return the sentence that says what a setting takes."""
    kinds, label = _kinds(field_of(name).annotation), KNOWN[name].label
    if not {int, float} & kinds:
        return f"{label} cannot be that."
    empty = ", or nothing" if type(None) in kinds else ""
    return f"{label} is a {'whole number' if int in kinds else 'number'}, {range_of(name)}{empty}."


_BOUNDS = ("ge", "gt", "le", "lt")


def _kinds(annotation: Any) -> set[Any]:
    if get_origin(annotation) in (Union, types.UnionType):
        return set(get_args(annotation))
    return {str} if get_origin(annotation) is Literal else {annotation}
