"""What is wrong with a guardrail that was filled in as a form: one sentence for each field that it stands in."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from assistant.guardrails.plain import Place

Errors = dict[str, str]
"""What is wrong, by the name of the field; ``""`` is the whole."""


def problems(error: ValidationError, places: Mapping[str, Sequence[int]], fields: Collection[str]) -> Errors:
    """Return what is wrong.

    Args:
        error: of the document.
        places: for each list of the document, which rows of the form its items are.
        fields: the names of the form's fields.

    """
    errors, details = Errors(), error.errors(include_url=False)
    for each in details:
        # A list that has lost its only item to an error is not too short besides.
        inside = [other for other in details if other is not each and other["loc"][: len(each["loc"])] == each["loc"]]
        if each["type"] != "too_short" or not inside:
            errors.setdefault(_field(each["loc"], places, fields), _said(each))
    return errors


def _field(place: Place, places: Mapping[str, Sequence[int]], fields: Collection[str]) -> str:
    """Return the field that shows a place of the document, or the nearest part around it."""
    parts = [str(part) for part in place]
    if len(place) > 2 and isinstance(place[2], int) and (rows := places.get(".".join(parts[:2]))):
        parts[2] = str(rows[place[2]])
    for end in range(len(parts), 0, -1):
        name = ".".join(parts[:end])
        if name in fields or any(each.startswith(f"{name}.") for each in fields):
            return name
    return parts[0] if parts else ""


def _said(error: ErrorDetails) -> str:
    context, place = error.get("ctx", {}), error["loc"]
    match error["type"]:
        case "missing" | "string_too_short":
            return "Write something here."
        case "string_too_long" if {"wordsConfig", "examples"} & set(place):
            return f"A line may have {context['max_length']} characters; one has {len(error['input']):,}."
        case "string_too_long":
            return f"This may have {context['max_length']} characters; it has {len(error['input']):,}."
        case "too_long":
            return f"There may be {context['max_length']:,} of these; there are {context['actual_length']:,}."
        case "string_pattern_mismatch" if place == ("name",):
            return "Use letters without accents, digits, hyphens and underscores, without spaces."
        case "string_pattern_mismatch":
            return "Use letters without accents, digits, spaces and the signs - _ . ! ?"
        case "float_parsing" | "greater_than_equal" | "less_than_equal" | "finite_number":
            return "Give a number from 0 to 0.99."
        case "value_error":
            said = str(context["error"])
            return f"{said[:1].upper()}{said[1:]}."
    return f"{error['msg']}."
