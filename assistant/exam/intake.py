"""Reads questions to answer from a file: JSON Lines of other programs, or a text that people pasted together."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from assistant.errors import InputError
from assistant.exam.asked import Asked, asked_from_row
from assistant.exam.paste import parse_questions

_LARGEST = 50 * 1024 * 1024
_SHOWN = 10


def read_questions(file: Path) -> list[Asked]:
    """Read JSON Lines, or a text of pasted questions; ``-`` is standard input.

    Raises:
        InputError: the file cannot be read; or lines are wrong, and each is named.

    """
    text = _read(file)
    if not text.lstrip().startswith("{"):
        return parse_questions(text)
    questions: list[Asked] = []
    wrong: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            questions.append(asked_from_row(json.loads(line), number))
        except json.JSONDecodeError as error:
            wrong.append(f"line {number}: not JSON ({error.msg} at column {error.colno})")
        except InputError as error:
            wrong.append(str(error))
        except RecursionError:
            wrong.append(f"line {number}: nested too deeply")
    if wrong:
        more = f"\n  and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
        listed = "\n  ".join(wrong[:_SHOWN])
        raise InputError(f"{file} has {len(wrong)} wrong lines; correct them, then try again:\n  {listed}{more}")
    return questions


def _read(file: Path) -> str:
    try:
        if str(file) == "-":
            return sys.stdin.read()
        if file.stat().st_size > _LARGEST:
            raise InputError(f"{file} has more than {_LARGEST // 2**20} MB. Split it.")
        return file.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise InputError(f"There is no file {file}. Name a .jsonl file, or a text of questions.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{file} is not text in UTF-8. Save it as UTF-8, then try again.") from error
    except OSError as error:
        raise InputError(f"{file} cannot be read ({error.strerror or error}). Name a file of questions.") from error
