"""Files of labelled texts, one JSON object a line, for trying a guardrail on many texts at once.

A row of `read_texts` has ``text``, and perhaps ``id``, ``label``, ``kind`` and ``spans``; a row of `read_answers` has
``answer``, ``passages`` and ``query``, and perhaps ``id``, ``label`` and ``earlier``. Other fields are passed over, so
that files of other people work as they are. A ``label`` says whether the row should be stopped: 1, true or a word; 0,
false or one of `HARMLESS`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from assistant.errors import InputError
from assistant.guardrails.document import PiiType

HARMLESS = frozenset({"benign", "clean", "harmless", "negative", "none", "normal", "ok", "safe"})
_LARGEST = 200 * 1024 * 1024
_SHOWN = 10
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def _label(given: object) -> object:
    if isinstance(given, str):
        return given.strip().casefold() not in {*HARMLESS, "0", "false", "no", ""}
    return given


def _name(given: object) -> object:
    return str(given) if isinstance(given, int) and not isinstance(given, bool) else given


_Label = Annotated[bool | None, BeforeValidator(_label)]
_Id = Annotated[str, BeforeValidator(_name)]


class _Row(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    id: _Id = ""
    label: _Label = None
    kind: str = ""


class Labelled(BaseModel):
    """A piece of personal data that a person marked; a ``type`` of None is one that Bedrock does not have."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    start: int = Field(ge=0)
    end: int = Field(ge=0)
    type: PiiType | None = None


class TextRow(_Row):
    """A text to try. ``spans`` is None where personal data was not marked, and empty where there is none."""

    text: str
    spans: tuple[Labelled, ...] | None = None

    @model_validator(mode="after")
    def _fits(self) -> TextRow:
        if not self.text.strip():
            raise ValueError("the text is empty")
        for span in self.spans or ():
            if not span.start < span.end <= len(self.text):
                raise ValueError(f"the span {span.start} to {span.end} is not inside the text")
        return self


class Passage(BaseModel):
    """A passage that an answer was written from."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    text: str
    heading: str = ""


def _passage(given: object) -> object:
    return {"text": given} if isinstance(given, str) else given


class AnswerRow(_Row):
    """An answer with its passages, in the order of their markers, its question, and the questions before that."""

    answer: str
    passages: tuple[Annotated[Passage, BeforeValidator(_passage)], ...]
    query: str
    earlier: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _fits(self) -> AnswerRow:
        if not self.answer.strip():
            raise ValueError("the answer is empty")
        return self


Row = TypeVar("Row", bound=_Row)


def read_texts(path: Path) -> list[TextRow]:
    """Read rows of texts; a row without an id is called after its line.

    Raises:
        InputError: the file cannot be read or is empty; or lines are wrong, and the first ten are named.

    """
    return _read(path, TextRow, '{"text": "…"}')


def read_answers(path: Path) -> list[AnswerRow]:
    """Read rows of answers; as `read_texts`."""
    return _read(path, AnswerRow, '{"answer": "…", "passages": ["…"], "query": "…"}')


def _read(path: Path, kind: type[Row], example: str) -> list[Row]:
    rows: list[Row] = []
    wrong: list[str] = []
    for number, line in _lines(path):
        found = _row(line, kind, number)
        if isinstance(found, str):
            wrong.append(f"line {number}: {found}")
        else:
            rows.append(found)
    if wrong:
        more = f"\n  and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
        count = "1 wrong line; correct it" if len(wrong) == 1 else f"{len(wrong)} wrong lines; correct them"
        listed = "\n  ".join(wrong[:_SHOWN])
        raise InputError(f"{path} has {count}, then try again:\n  {listed}{more}")
    if not rows:
        raise InputError(f"{path} has no rows. Write one a line, such as {example}.")
    return rows


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    try:
        if path.stat().st_size > _LARGEST:
            raise InputError(f"{path} has more than {_LARGEST // 2**20} MB. Split it.")
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(f"There is no file {path}. Name a .jsonl file of rows.") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror or error}). Name a .jsonl file of rows.") from error
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        if line.strip():
            yield number, line


def _row(line: bytes, kind: type[Row], number: int) -> Row | str:
    """Return the row of a line, or what is wrong with it."""
    try:
        data: Any = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        return f"not text in UTF-8 (byte {error.start} of the line)"
    except json.JSONDecodeError as error:
        return f"not JSON ({error.msg} at column {error.colno})"
    except (RecursionError, ValueError):
        return "not JSON that can be read (nested too deeply, or a number too long)"
    if not isinstance(data, dict):
        return "not a JSON object"
    # Half of a character cannot be printed; what stands in for it keeps every place.
    given = {name: _whole(value) for name, value in data.items() if value is not None}
    try:
        return kind.model_validate({"id": f"line-{number}", **given})
    except ValidationError as error:
        return _problem(error)


def _whole(value: Any) -> Any:
    return _SURROGATE.sub("\ufffd", value) if isinstance(value, str) else value


def _problem(error: ValidationError) -> str:
    first: Mapping[str, Any] = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    if first["type"] == "missing":
        return f"there is no {place}"
    if first["type"] == "value_error":
        return str(first["ctx"]["error"])
    return f"{place}: {first['msg'][0].lower()}{first['msg'][1:]}"
