"""What a person or a document says, made safe to stand in a slot of a prompt.

Text in a slot is data. Three things would let it act as more than that, and are made harmless where they occur, by a
change that a reader sees; all other text stays as it is, byte for byte:

- **Chat markers** (``<|im_start|>``, ``[INST]``, ``<s>`` …). The chat template of a model is laid around the messages
  as text, and llama.cpp then reads every marker in the whole as a special token, so that ``<|im_end|>`` in a question
  would end the turn. A space behind the first character keeps the tokenizer from seeing one: ``< |im_end|>``.
- **Tags of the template** (``</passages>`` where it writes ``<passages>``): the same space.
- **Labels of the template or of a chat** at the beginning of a line (``Question:``, ``### System:``): quoted, ``> `` in
  front.

Only characters are put in and none is taken out, so that no marker can come together from the parts of another.

This does not protect against instructions in plain words ("ignore the above"): finding those is the guardrails' part.
"""

from __future__ import annotations

import json
import re
from typing import Literal

from assistant.errors import InputError

VariableType = Literal["text", "line", "passages", "integer", "json"]
"""``text`` is free text; ``line`` is free text on one line; ``passages`` are passages of notes, numbered, or a list of
them that is numbered here; ``integer`` is a whole number from 1; ``json`` is a JSON text, or what can be written as
one."""

_MARKER = re.compile(
    r"(?<=<)(?="
    r"[|｜][^|｜<>\s]{1,64}[|｜]>"
    r"|/?(?:s|bos|eos|pad|unk|mask|sop|eop|think|sys|tool_call|tool_response|start_of_\w+|end_of_\w+|unused\d+"
    r"|repo_?name|file_sep|filename|gh_stars|issue_\w+|jupyter_\w+|empty_output|fim_\w+|pr_\w+|commit_\w+)>"
    r"|</?sys>>)"
    r"|(?<=\[)(?=/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_\w+|IMG\w*|PREFIX|SUFFIX|MIDDLE|gMASK|sMASK)\])",
    re.IGNORECASE,
)
"""Where a space breaks a marker of Qwen, SmolLM, Llama, Mistral, Gemma, Phi, DeepSeek, Granite, StarCoder or GLM."""
_LINE = r"(?:^|(?<=[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]))(?=[ \t]*"
_ROLE = re.compile(
    _LINE + r"(?:#{1,6}[ \t]*(?i:system|user|assistant|human|instruction|input|response)s?[ \t]*:"
    r"|(?:System|SYSTEM|User|USER|Assistant|ASSISTANT|Human)[ \t]*:))"
)
_NUMBER = re.compile(_LINE + r"\[[0-9]+\])")
_TAG = re.compile(r"</?([A-Za-z][\w-]*)>")
_LABEL = re.compile(r"^([^\n{}]{1,40}:)[ \t]*(?=\{|$)", re.MULTILINE)


def fill(kind: VariableType, value: object, template: str, *, begins_line: bool = True) -> str:
    """Return a value as it stands in its slot.

    Args:
        kind: the type of the variable.
        value: what is to stand there.
        template: the text with the slots, whose tags and labels the value must not imitate.
        begins_line: whether the slot stands at the beginning of a line.

    Raises:
        InputError: the value is not of its type.

    """
    text = without_markers(_written(kind, value))
    if tags := set(_TAG.findall(template)):
        text = re.sub(rf"(?<=<)(?=\s*/?\s*(?:{'|'.join(map(re.escape, tags))})(?![\w-]))", " ", text, flags=re.I)
    patterns = [_ROLE, *(_label(label) for label in _LABEL.findall(template))]
    for pattern in patterns:
        text = pattern.sub(lambda found: "> " if found.start() or begins_line else "", text)
    return text


def without_markers(text: str) -> str:
    """Return a text in which no tokenizer finds a chat marker, and that can be encoded: lone surrogates are U+FFFD."""
    return _MARKER.sub(" ", text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def quote_numbers(passage: str) -> str:
    """Return the text of a passage with each line quoted that looks like the ``[2]`` that begins another passage."""
    return _NUMBER.sub("> ", passage)


def marker_in(text: str) -> str:
    """Return the first chat marker of a text, or nothing."""
    found = _MARKER.search(text)
    return re.split(r"(?<=[>\]])", text[found.start() - 1 :])[0] if found else ""


def _label(label: str) -> re.Pattern[str]:
    words = r"[ \t]+".join(map(re.escape, label[:-1].split()))
    return re.compile(f"{_LINE}{words}[ \\t]*:)", re.IGNORECASE)


def _written(kind: VariableType, value: object) -> str:
    match kind:
        case "line":
            return " ".join(str(value).split())
        case "integer":
            return _integer(value)
        case "json":
            return _json(value)
        case "passages" if isinstance(value, list | tuple):
            return "\n\n".join(f"[{n}] {quote_numbers(str(text).strip())}" for n, text in enumerate(value, 1))
        case _:
            return str(value)


def _integer(value: object) -> str:
    text = str(value).strip()
    if isinstance(value, bool) or not re.fullmatch(r"[0-9]{1,9}", text) or int(text) < 1:
        raise InputError(f"{text[:60]!r} is not a whole number from 1.")
    return str(int(text))


def _json(value: object) -> str:
    try:
        found = json.loads(value) if isinstance(value, str) else value
        return json.dumps(found, ensure_ascii=False)
    except (TypeError, ValueError) as error:
        raise InputError(f"It is not JSON ({error}).") from error
