"""Reads a template's file; what is wrong with it is said with its line."""

from __future__ import annotations

import difflib
import hashlib
import re
import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from assistant.errors import SettingsError
from assistant.prompts.template import ID, VERSION, PromptTemplate

_FILE = re.compile(rf"(?P<id>{ID})(?:@(?P<version>{VERSION}))?")
_MULTILINE = re.compile(r'"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'', re.DOTALL)
_HEADER = re.compile(r"\s*(\[\[?)\s*([\w.-]+)\s*\]")
_KEY = re.compile(r"\s*([\w.-]+)\s*=")
_WANTED = {
    "id": "small letters, digits and hyphens, with a letter first",
    "version": 'a whole number from 1, or a text such as "1.2.0"',
}

Place = tuple[str | int, ...]
"""Where in a file: keys, and for a table that comes several times its number from 0."""


def read_template(file: Path) -> PromptTemplate:
    """Read ``ID.toml``, or ``ID@VERSION.toml`` for a version that was kept.

    Raises:
        FileNotFoundError: there is no such file.
        SettingsError: it cannot be read or is not valid; the message names file and line, and the unknown key.

    """
    named = _FILE.fullmatch(file.stem)
    if not named:
        raise SettingsError(f"{file} cannot hold a prompt template. Name it like answer-short.toml or answer@1.toml.")
    try:
        data = file.read_bytes()
        text = data.decode("utf-8")
    except FileNotFoundError:
        raise
    except UnicodeDecodeError as error:
        raise _not_valid(file, data[: error.start].count(b"\n") + 1, "it is not UTF-8") from error
    except OSError as error:
        raise SettingsError(f"The prompt template {file} cannot be read ({error.strerror or error}).") from error
    template = parse_template(text, file)
    if template.id != named["id"]:
        raise SettingsError(f"The prompt template {file} says it is {template.id!r}. Rename the file or the id.")
    if named["version"] and str(template.version) != named["version"]:
        raise SettingsError(f"The prompt template {file} says it is version {template.version}. Rename the file.")
    return template.read_from(file, hashlib.sha256(data).hexdigest())


def parse_template(text: str, file: Path) -> PromptTemplate:
    """Return the template that a TOML text describes; ``file`` is what a message calls it.

    Raises:
        SettingsError: the text is not valid; the message names the line, and the unknown key.

    """
    try:
        return PromptTemplate.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        said = re.fullmatch(r"(.*?) \(at (?:line (\d+), column \d+|end of document)\)", str(error), re.DOTALL)
        line = int(said[2]) if said and said[2] else len(text.splitlines())
        why = said[1] if said else str(error)
        raise _not_valid(file, line, f"{why[:1].lower()}{why[1:]}") from error
    except ValidationError as error:
        place, why = _explain(error)
        raise _not_valid(file, line_of(text, place), why) from error


def line_of(text: str, place: Place) -> int | None:
    """Return the line, from 1, of the key in a TOML text that is nearest above a place; None where there is none."""
    blank = _MULTILINE.sub(lambda found: '""' + "\n" * found[0].count("\n"), text)
    best: tuple[int, int | None] = (0, None)
    table: Place = ()
    seen: dict[str, int] = {}
    for number, line in enumerate(blank.split("\n"), 1):
        if header := _HEADER.match(line):
            table = tuple(header[2].split("."))
            if header[1] == "[[":
                seen[header[2]] = seen.get(header[2], -1) + 1
                table = (*table, seen[header[2]])
            here = table
        elif key := _KEY.match(line):
            here = (*table, *key[1].split("."))
        else:
            continue
        if here == place[: len(here)] and len(here) > best[0]:
            best = (len(here), number)
    return best[1]


def _explain(error: ValidationError) -> tuple[Place, str]:
    # A key that is misspelt is missing too; its line says more.
    first: Any = min(error.errors(), key=lambda found: found["type"] != "extra_forbidden")
    if key := first.get("ctx", {}).get("key"):
        return (key,), f"{key}: {first['msg']}"
    place: Place = first["loc"]
    if place[0] in _WANTED and first["type"] != "missing":
        return place[:1], f"{place[0]} has to be {_WANTED[str(place[0])]}"
    name = ".".join(str(part + 1 if isinstance(part, int) else part) for part in place)
    if first["type"] == "extra_forbidden":
        known = [key for key in PromptTemplate.model_fields if len(place) == 1]
        near = difflib.get_close_matches(str(place[-1]), known, n=1)
        return place, f"{name} is not a key of a template" + (f"; did you mean {near[0]}?" if near else "")
    if first["type"] == "missing":
        return place, f"{name} is missing"
    return place, f"{name}: {first['msg'][0].lower()}{first['msg'][1:]}"


def _not_valid(file: Path, line: int | None, why: str) -> SettingsError:
    where = f", line {line}," if line else ""
    return SettingsError(f"The prompt template {file}{where} is not valid ({why.rstrip('.')}). Correct it.")
