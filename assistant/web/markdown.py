"""Markdown to HTML that is safe to show: text of notes and of models never becomes markup of the page.

HTML in the text is escaped, pictures become their description (a picture would be fetched from somewhere), and a link
is a link only to http(s) or mail.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

_MARKER = re.compile(r"[ \t]*\[(\d{1,3})\]")
_LINK = re.compile(r"(https?|mailto):", re.IGNORECASE)


def to_html(text: str, marker: Callable[[int], str | None] | None = None) -> str:
    """Return the HTML of a Markdown text.

    ``marker`` gives the HTML of a citation number that stands in the text as ``[n]``, or None where it is only text.
    """
    return str(_PARSER.render(text, {"marker": marker}))


def _links(state: StateCore) -> None:
    for block in state.tokens:
        if block.type == "inline" and block.children:
            block.children = _only_safe_links(block.children)


def _only_safe_links(tokens: Sequence[Token]) -> list[Token]:
    kept, opened = [], []
    for token in tokens:
        if token.type == "link_open":
            safe = bool(_LINK.match(str(token.attrGet("href") or "")))
            opened.append(safe)
            if not safe:
                continue
            token.attrs = {"href": token.attrs["href"], "target": "_blank", "rel": "noopener noreferrer"}
        elif token.type == "link_close" and not opened.pop():
            continue
        kept.append(token)
    return kept


def _markers(state: StateCore) -> None:
    marker = state.env.get("marker")
    if marker is None:
        return
    for block in state.tokens:
        if block.type == "inline" and block.children:
            block.children = [part for token in block.children for part in _cited(token, marker)]


def _cited(token: Token, marker: Callable[[int], str | None]) -> list[Token]:
    if token.type != "text":
        return [token]
    parts, at = [], 0
    for match in _MARKER.finditer(token.content):
        html = marker(int(match[1]))
        if html is None:
            continue
        parts += [Token("text", "", 0, content=token.content[at : match.start()])]
        parts += [Token("html_inline", "", 0, content=html)]
        at = match.end()
    return [*parts, Token("text", "", 0, content=token.content[at:])]


def _image(_self: RendererHTML, tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
    described = tokens[index].content.strip()
    return f'<span class="picture">[picture: {escape(described)}]</span>' if described else ""


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])
    parser.core.ruler.push("safe_links", _links)
    parser.core.ruler.push("citation_markers", _markers)
    parser.add_render_rule("image", _image)
    return parser


_PARSER = _parser()
