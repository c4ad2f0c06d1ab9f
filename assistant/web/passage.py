"""A cited passage as HTML, with the sentences that support the answer highlighted; any text with spans marked.

The passage is Markdown and the sentences are spans of its characters. Two rare characters are set where a span begins
and ends, the Markdown is rendered, and what stands between the two in the HTML is marked. Where they would not survive
(inside an address, say), the passage is shown as plain text instead: a highlight is worth more than a bold word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from html import escape

from assistant.web.markdown import to_html

# Punctuation to Unicode, so that emphasis beside them still opens and closes; Batak, so that hardly a note has them.
_BEGIN, _END = "\u1bfc", "\u1bfd"
_SIGNS = re.compile(f"([{_BEGIN}{_END}])")
_TAG = re.compile(r"(<[^>]*>)")
_BLOCK_START = re.compile(r"[ \t]*(?:(?:>|[-*+][ \t]|\d{1,9}[.)][ \t]|#{1,6}[ \t]|\|)[ \t]*)*")
_NO_TEXT = re.compile(r"[ \t]*(?:`{3,}.*|~{3,}.*|[ \t|:=*_-]*)$")

Spans = Iterable[tuple[int, int]]


def passage_html(text: str, used: Spans) -> str:
    """Return the passage as HTML; the characters of each span are inside ``<mark>``."""
    html = marked_html(text, used, ("<mark>", "</mark>"), to_html)
    return _plain(text, _merged(text, used)) if html is None else html


def marked_html(text: str, used: Spans, around: tuple[str, str], render: Callable[[str], str]) -> str | None:
    """Return a text as ``render`` makes HTML of it, with the characters of each span between the tags ``around``.

    Citation numbers (``<sup>``) stay outside. None where the spans cannot be found again in the HTML.
    """
    spans = _merged(text, used)
    if not spans:
        return render(text)
    if _SIGNS.search(text):
        return None
    signed, at = "", 0
    for start, end in spans:
        signed += text[at:start] + _BEGIN + text[start:end] + _END
        at = end
    html = render(signed + text[at:])
    return _marked(html, around) if _all_there(html, len(spans)) else None


def _merged(text: str, used: Spans) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(_trimmed(text, max(start, 0), min(end, len(text))) for start, end in used):
        if start >= end:
            continue
        if merged and (start <= merged[-1][1] or text[merged[-1][1] : start].isspace()):
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Move the ends of a span past Markdown's own signs (list dashes, heading signs, table bars, fences)."""
    while start < end:
        line_start, line_end = _line(text, start)
        if _NO_TEXT.match(text[line_start:line_end]):
            start = line_end + 1
            continue
        opening = _BLOCK_START.match(text, line_start, line_end)
        if opening and start < opening.end():
            start = opening.end()
        if start < end and text[start].isspace():
            start += 1
            continue
        break
    while start < end:
        line_start, line_end = _line(text, end - 1)
        if text[end - 1].isspace() or text[end - 1] == "|":
            end -= 1
        elif _NO_TEXT.match(text[line_start:line_end]):
            end = line_start
        else:
            break
    return start, end


def _line(text: str, at: int) -> tuple[int, int]:
    end = text.find("\n", at)
    return text.rfind("\n", 0, at) + 1, len(text) if end < 0 else end


def _all_there(html: str, spans: int) -> bool:
    signs = [sign for part in _TAG.split(html) if not part.startswith("<") for sign in _SIGNS.findall(part)]
    return signs == [_BEGIN, _END] * spans and len(signs) == len(_SIGNS.findall(html))


def _marked(html: str, around: tuple[str, str]) -> str:
    on, number, out = False, False, []
    for part in _TAG.split(html):
        if part.startswith("<"):
            number = part.startswith("<sup") or (number and part != "</sup>")
            out.append(part)
            continue
        for piece in _SIGNS.split(part):
            if piece in (_BEGIN, _END):
                on = piece == _BEGIN
            else:
                out.append(f"{around[0]}{piece}{around[1]}" if on and not number and piece.strip() else piece)
    return "".join(out)


def _plain(text: str, spans: Spans) -> str:
    html, at = "", 0
    for start, end in spans:
        html += f"{escape(text[at:start])}<mark>{escape(text[start:end])}</mark>"
        at = end
    return f'<div class="plain">{html}{escape(text[at:])}</div>'
