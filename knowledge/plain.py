"""Markdown to the words that it shows."""

from __future__ import annotations

import re

_CODE = re.compile(
    r"^[ \t]*(`{3,}|~{3,})[^\n]*(?:\n|\Z)(?P<code>.*?)(?:^[ \t]*\1[`~]*[ \t]*$|\Z)", re.MULTILINE | re.DOTALL
)
_LINK = re.compile(r"\[([^\]]*)\]\((?:<[^>\n]*>|(?:[^()\s]|\([^()\s]*\))*)(?:\s+\"[^\"]*\")?\)")
_BROKEN_LINK = re.compile(r"\[([^\[\]\n]*)\]\((?:https?:|\.{0,2}/)[^()\s]*$", re.MULTILINE)
# Each turn of the loop ends with a bar, so that a long line of dashes has only one reading.
_RULE = re.compile(r"^ ?\|?(?: ?:?-+:? ?\|)+ ?(?::?-+:?)? ?$|^ ?-{3,} ?$", re.MULTILINE)
_INLINE = re.compile(
    r"""\\([#*_`|\[\]-])                                            # an escaped mark is the mark itself
      | (?<!`)(?P<ticks>`+)(?!`)(?P<code>.+?)(?<!`)(?P=ticks)(?!`)  # marks in a code span are code
      | \*\*|__|(?<!\w)[*_](?=\w)|(?<=[\w.,;:!?)])[*_](?!\w)|`""",
    re.VERBOSE,
)


def plain(markdown: str) -> str:
    """Take the marks of Markdown away and leave the words; line breaks and code stay."""
    parts: list[str] = []
    at = 0
    for block in _CODE.finditer(markdown):
        parts += [_prose(markdown[at : block.start()]), re.sub(r"\n(?:[ \t]*\n)+", "\n", block["code"]).strip("\n")]
        at = block.end()
    return "\n".join(part for part in [*parts, _prose(markdown[at:])] if part.strip()).rstrip()


def _prose(text: str) -> str:
    text = re.sub(r"[ \t]+", " ", text)
    text = _BROKEN_LINK.sub(r"\1", _LINK.sub(r"\1", text))
    text = _RULE.sub("", text)
    text = re.sub(r"^ ?(?:> ?)+", "", text, flags=re.MULTILINE)
    text = _INLINE.sub(lambda match: match[1] or match["code"] or "", text)
    text = re.sub(r"<br\s*/?>|\[!\w+\]", " ", text)
    text = re.sub(r"^ ?\| ?| ?\| ?$", "", text, flags=re.MULTILINE)
    text = re.sub(r" ?\| ?", " | ", text)
    text = re.sub(r"^( ?)(?:[-*+]|\d+[.)]) ", r"\1- ", text, flags=re.MULTILINE)
    return re.sub(r"\n\s*\n+", "\n", re.sub(r"[ \t]+", " ", text)).strip()
