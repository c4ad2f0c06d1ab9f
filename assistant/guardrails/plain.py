"""Text in YAML or JSON as plain data, with the line on which every part stands. Nothing in the text can run.

Scalars of YAML stay the words that were written, so that a word list may say ``no``, ``on`` or ``1e3`` without quotes
and no type is guessed; only an empty value, ``null`` and ``~`` are None. JSON keeps its own types.
"""

from __future__ import annotations

import json
import re
from typing import Any

import yaml  # type: ignore[import-untyped]

from assistant.errors import InputError

Place = tuple[str | int, ...]
"""Keys and positions on the way to a part."""

LARGEST = 2_000_000
"""Most characters of a text; 10,000 words of 100 characters fit."""

_DEEPEST = 30
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG = "tag:yaml.org,2002:"
_SCALARS = {_TAG + name for name in ("null", "bool", "int", "float", "str", "timestamp", "value")}
_EMPTY = re.compile(r"(?:~|null|Null|NULL)?$")


def read_plain(text: str) -> tuple[Any, dict[Place, int]]:
    """Return the data of a text, and the line (from 1) of each part; no lines for JSON.

    Raises:
        InputError: the text is too large, is neither YAML nor JSON, uses anchors or tags, or says a key twice.

    """
    if len(text) > LARGEST:
        raise InputError(f"The guardrail has {len(text):,} characters and may have {LARGEST:,}. Make it smaller.")
    if text.lstrip("\ufeff \t\r\n").startswith("{"):
        try:
            return json.loads(text.lstrip("\ufeff"), object_pairs_hook=_object), {}
        except ValueError:
            pass  # YAML has braces too, and says better what is wrong.
        except RecursionError:
            raise InputError("The guardrail is nested too deeply to be one. Make it flatter.") from None
    lines: dict[Place, int] = {}
    try:
        _refuse_tricks(text)
        node = yaml.compose(text, Loader=_LOADER)
        return (_plain(node, (), lines) if node else None), lines
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f" in line {mark.line + 1}" if mark else ""
        raise InputError(f"The guardrail is not valid YAML{where}: {error.problem or error.context}.") from error
    except (yaml.YAMLError, UnicodeEncodeError) as error:
        raise InputError("The guardrail has a character that YAML does not allow. Remove it.") from error


def _refuse_tricks(text: str) -> None:
    """Refuse what makes a small text large or deep, before anything is built from it."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            raise InputError(f"The guardrail repeats a part by an alias in line {line}. Write the part out.")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST:
                raise InputError(f"The guardrail is nested too deeply in line {line}. Make it flatter.")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _plain(node: yaml.Node, place: Place, lines: dict[Place, int]) -> Any:
    line = lines[place] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode) and node.tag == _TAG + "map":
        found: dict[str, Any] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise InputError(f"The guardrail has a key in line {line} that is not a name. Write a name.")
            if key.value in found:
                raise InputError(f"The guardrail says {key.value!r} again in line {line}. Keep one of them.")
            found[key.value] = _plain(value, (*place, key.value), lines)
            lines[(*place, key.value)] = line
        return found
    if isinstance(node, yaml.SequenceNode) and node.tag == _TAG + "seq":
        return [_plain(item, (*place, number), lines) for number, item in enumerate(node.value)]
    if isinstance(node, yaml.ScalarNode) and node.tag in _SCALARS:
        return None if not node.style and _EMPTY.match(node.value) else node.value
    raise InputError(f"The guardrail uses the tag {node.tag!r} in line {line}, which means nothing here. Remove it.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise InputError(f"The guardrail says {name!r} twice. Keep one of them.")
        found[name] = value
    return found
