"""A guardrail as the fields of a form, and back.

A field is called after its place in the document: ``topicPolicyConfig.topicsConfig.0.name``. What the form does not
show (switches for one direction, say) travels along in hidden fields, so that saving loses nothing. In the form every
content type, every type of personal data and both grounding filters have a row; rows that are off do not come into the
document, and lists of short texts (own words, examples of a topic) are one text with a line each.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from assistant.guardrails.document import PII_TYPES, GuardrailDocument
from assistant.web.guardrails.kinds import CONTENT
from assistant.web.guardrails.problems import Errors, problems

Fields = Mapping[str, str]
"""What a form holds, by the names of its fields."""
CONTENT_ROWS = "contentPolicyConfig.filtersConfig"
TOPIC_ROWS = "topicPolicyConfig.topicsConfig"
WORDS = "wordPolicyConfig.wordsConfig"
SWITCHED_WORDS = "wordPolicyConfig.switched"
PROFANITY = "wordPolicyConfig.managedWordListsConfig.0"
PERSONAL_ROWS = "sensitiveInformationPolicyConfig.piiEntitiesConfig"
PATTERN_ROWS = "sensitiveInformationPolicyConfig.regexesConfig"
GROUNDING_ROWS = "contextualGroundingPolicyConfig.filtersConfig"

BLANK = {
    "topic": (TOPIC_ROWS, {"name": "", "definition": "", "examples": "", "type": "DENY"}),
    "pattern": (PATTERN_ROWS, {"name": "", "pattern": "", "description": "", "action": "ANONYMIZE"}),
}
"""The lists that a person adds rows to, and a row with nothing in it yet."""
_GROUNDING = {"GROUNDING": "0.5", "RELEVANCE": "0.3"}
_MOST_FIELDS = 2_000


def fields_of(document: GuardrailDocument) -> dict[str, str]:
    """Return the fields that show a document."""
    data = document.model_dump(mode="json", exclude_defaults=True)
    content = _rows(data, CONTENT_ROWS, "type")
    off = {"inputStrength": "NONE", "outputStrength": "NONE"}
    _put(data, CONTENT_ROWS, [*content.values(), *({"type": kind, **off} for kind in CONTENT if kind not in content)])
    personal = _rows(data, PERSONAL_ROWS, "type")
    left = ({"type": kind, "action": ""} for kind in PII_TYPES if kind not in personal)
    _put(data, PERSONAL_ROWS, [*personal.values(), *left])
    grounding = {kind: each for kind, each in _rows(data, GROUNDING_ROWS, "type").items() if each.get("enabled", True)}
    rows = [
        {"action": "BLOCK", **grounding[kind]} if kind in grounding else {"type": kind, "threshold": low, "action": ""}
        for kind, low in _GROUNDING.items()
    ]
    _put(data, GROUNDING_ROWS, rows)
    for topic in _at(data, TOPIC_ROWS):
        topic["examples"] = "\n".join(topic.get("examples", ()))
    words = _at(data, WORDS)
    switched = [word for word in words if len(word) > 1]
    lists = data.get("wordPolicyConfig", {}).get("managedWordListsConfig") or [None]
    data["wordPolicyConfig"] = {
        "wordsConfig": "\n".join(word["text"] for word in words),
        "switched": json.dumps(switched) if switched else "",
        "managedWordListsConfig": [{"type": "PROFANITY"} | _sides(lists[0])],
    }
    return dict(_flat(data))


def document_of(fields: Fields) -> tuple[GuardrailDocument | None, Errors]:
    """Return the document that a form describes; or None, and what is wrong by field, ``""`` being the whole."""
    data, places = _data(fields)
    try:
        return GuardrailDocument.model_validate(data), {}
    except ValidationError as error:
        return None, problems(error, places, fields)


def with_row(fields: Fields, what: str) -> dict[str, str]:
    """Return the fields with an empty row more: a topic or a pattern."""
    rows, blank = BLANK[what]
    return {**fields, **{f"{rows}.{count(fields, rows)}.{name}": value for name, value in blank.items()}}


def without_row(fields: Fields, what: str, row: int) -> dict[str, str]:
    """Return the fields without one of the rows; those after it move up."""
    rows = BLANK[what][0]
    left: dict[str, str] = {}
    for name, value in fields.items():
        at, rest = _row(name, rows)
        if at == row:
            continue
        left[name if at < row else f"{rows}.{at - 1}.{rest}"] = value
    return left


def count(fields: Fields, rows: str) -> int:
    """Return how many rows a list has."""
    return len({at for name in fields if (at := _row(name, rows)[0]) >= 0})


def read_fields(value: object) -> dict[str, str]:
    """Return what the page sent as fields; what does not fit is left out."""
    if not isinstance(value, Mapping) or len(value) > _MOST_FIELDS:
        return {}
    found = {str(name): text for name, text in value.items() if isinstance(text, str) and len(str(name)) < 200}
    # Half of a surrogate pair is no text that could be saved or sent.
    return {name: text.replace("\r\n", "\n").encode(errors="replace").decode() for name, text in found.items()}


def _row(name: str, rows: str) -> tuple[int, str]:
    """Return which row of a list a field belongs to, -1 for none, and its name there."""
    if not name.startswith(f"{rows}."):
        return -1, ""
    at, _, rest = name[len(rows) + 1 :].partition(".")
    return (int(at), rest) if at.isdecimal() and len(at) < 5 else (-1, "")


def _data(fields: Fields) -> tuple[dict[str, Any], dict[str, list[int]]]:
    """Return plain data, and for each list which rows of the form its items are."""
    data: dict[str, Any] = {}
    for name, value in fields.items():
        *path, last = name.split(".")
        there = data
        for part in path:
            there = there.setdefault(part, {}) if isinstance(there, dict) else {}
        if isinstance(there, dict):
            there[last] = value
    places: dict[str, list[int]] = {}
    for rows, is_on in _LISTS.items():
        policy, _, key = rows.partition(".")
        given = data[policy].get(key) if isinstance(data.get(policy), dict) else None
        if isinstance(given, dict):
            kept = [int(at) for at, row in given.items() if at.isdecimal() and isinstance(row, dict) and is_on(row)]
            places[rows] = sorted(kept)
            data[policy][key] = [_tidy(given[str(at)]) for at in places[rows]]
    _words(data)
    return {name: part for name, part in data.items() if _says_something(part)}, places


_LISTS: Mapping[str, Callable[[dict[str, Any]], bool]] = {
    CONTENT_ROWS: lambda row: {row.get("inputStrength"), row.get("outputStrength")} != {"NONE"},
    TOPIC_ROWS: lambda _row: True,
    PERSONAL_ROWS: lambda row: row.get("action") != "",
    PATTERN_ROWS: lambda _row: True,
    GROUNDING_ROWS: lambda row: row.get("action") != "",
}
"""The lists of the form, and which of their rows come into the document."""


def _tidy(row: dict[str, Any]) -> dict[str, Any]:
    if isinstance(row.get("examples"), str):
        row = {**row, "examples": _lines(row["examples"])}
    row = {name: _tidy_list(value) for name, value in row.items()}
    return {name: value for name, value in row.items() if not (name == "description" and value == "")}


def _tidy_list(value: Any) -> Any:
    return list(value.values()) if isinstance(value, dict) else value


def _words(data: dict[str, Any]) -> None:
    if not data.get("description"):
        data.pop("description", None)
    part = data.get("wordPolicyConfig")
    if not isinstance(part, dict):
        return
    made: dict[str, Any] = {}
    try:
        switched = {word["text"]: word for word in json.loads(part.get("switched") or "[]")}
    except (ValueError, TypeError, KeyError):
        switched = {}
    if lines := _lines(str(part.get("wordsConfig", ""))):
        made["wordsConfig"] = [switched.get(line, {"text": line}) for line in lines]
    lists = part.get("managedWordListsConfig")
    sides = lists.get("0", {}) if isinstance(lists, dict) else {}
    chosen = {side: sides.get(side, "") for side in ("input", "output")} if isinstance(sides, dict) else {}
    if any(chosen.values()):
        row: dict[str, Any] = {"type": "PROFANITY"}
        for side, action in chosen.items():
            row |= {f"{side}Action": action} if action else {f"{side}Enabled": False}
        made["managedWordListsConfig"] = [row]
    data["wordPolicyConfig"] = made


def _sides(given: dict[str, Any] | None) -> dict[str, str]:
    """Return what a managed list does about questions and about answers; empty where it does not look."""
    if given is None:
        return {"input": "", "output": ""}
    return {
        side: given.get(f"{side}Action", "BLOCK") if given.get(f"{side}Enabled", True) else ""
        for side in ("input", "output")
    }


def _says_something(part: Any) -> bool:
    return any(bool(value) for value in part.values()) if isinstance(part, dict) else True


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _at(data: dict[str, Any], rows: str) -> list[dict[str, Any]]:
    part, _, key = rows.partition(".")
    found = data.get(part, {}).get(key, [])
    return found if isinstance(found, list) else []


def _rows(data: dict[str, Any], rows: str, key: str) -> dict[str, dict[str, Any]]:
    return {row[key]: row for row in _at(data, rows)}


def _put(data: dict[str, Any], rows: str, value: list[dict[str, Any]]) -> None:
    part, _, key = rows.partition(".")
    data.setdefault(part, {})[key] = value


def _flat(data: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield the leaves of plain data as fields."""
    if isinstance(data, dict | list):
        for key, value in data.items() if isinstance(data, dict) else enumerate(data):
            yield from _flat(value, f"{name}.{key}" if name else str(key))
    elif data is not None:
        yield name, str(data).lower() if isinstance(data, bool) else str(data)
