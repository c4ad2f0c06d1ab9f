"""Turns that only make sense behind an earlier one: a change to the last call, and a reply to a question."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.agent.planning.changes import changed_piece, is_again, plain_tempo
from assistant.agent.planning.fill import Arguments, Said, arguments_of
from assistant.agent.planning.music import other_genre, piece_arguments
from assistant.agent.planning.plan import Call
from assistant.agent.planning.subject import find_topic

_SHORT = 10
_BARE = 6
_OWN_REQUEST = re.compile(
    r"\b(?:compose|write|create|generate|produce|improvise|harmoni[sz]e|arrange|quiz|test me|ask me|evaluate|"
    r"benchmark|start|begin|search|find|look up|compare|list|cancel|stop|open|show|play me|train(?! on\b)|explain|"
    r"summari[sz]e|teach|learn|status|progress|done|finished|ready)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"^\W*(?:(?:and|so|but)\s+)?(?:what(?! about)|why|who|when|where|which|how(?! about)|is|are|does|do|did|can one)\b",
    re.IGNORECASE,
)
_FRAME = re.compile(
    r"^(?:\W*\b(?:and|now|ok(?:ay)?|then|rather|instead|the|same|thing|again|but|try|use|take|do|it|with|for|on|about|"
    r"what about|how about|no|nah|actually|please|one|next)\b)+\s*"
    r"|(?:[\s,]+(?:instead|please|pls|this time|one|now|too|as well|next|then))+\W*$|\W+$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Change:
    """The earlier call as a turn changes it; ``alone`` says that the turn gives values and asks for nothing itself."""

    call: Call
    alone: bool


def refined(earlier: Call, text: str, said: Said) -> Change | None:
    """Return the call that a turn makes of an earlier one; None where it says nothing about it."""
    found = _values(earlier, said)
    again = is_again(text)
    own = bool(_OWN_REQUEST.search(text) or _ASKS.match(text))
    if not found and not again:
        return None
    short = len(text.split()) <= _SHORT
    return Change(Call(earlier.tool, {**earlier.arguments, **found}), alone=bool(found or again) and short and not own)


def completed(pending: Call, said: Said, needed: Sequence[str], *, chat: bool) -> Call | None:
    """Return a call with what the reply to a question adds; None where the reply lacks it.

    Args:
        pending: the call that the question was about.
        said: the reply.
        needed: arguments that the tool cannot do without.
        chat: the reply looks like a remark, so that a bare word is not taken for a value.

    """
    found = arguments_of(pending.tool, said) or {}
    missing = [name for name in needed if name not in pending.arguments]
    for name in missing:
        if name not in found and name in ("topic", "query") and not chat and len(said.text.split()) <= _BARE:
            found[name] = _bare(said.text)
    if any(not found.get(name) for name in missing) or not found:
        return None
    return Call(pending.tool, {**pending.arguments, **found})


def _values(earlier: Call, said: Said) -> Arguments:
    if earlier.tool == "compose_music":
        found = piece_arguments(said.figures)
        changed = changed_piece(said.figures, earlier.arguments)
        if not changed.get("tempo"):
            found |= plain_tempo(said.figures, {**found})
        if "bars" in found:
            changed.pop("bars", None) if "more" not in said.text else found.pop("bars", None)
        if other_genre(said.figures):
            found.pop("melody", None)
        return {**changed, **found}
    found = arguments_of(earlier.tool, said) or {}
    if earlier.tool == "answer_from_notes":
        return {}
    if (
        earlier.tool == "start_exam"
        and "kind" in found
        and "kind" in earlier.arguments
        and "mock" not in said.text.casefold()
    ):
        found.pop("kind")
    if earlier.tool == "quiz_me" and not found and len(said.text.split()) <= _BARE:
        topic = find_topic(said.text) or ""
        return {"topic": topic} if topic else {}
    return found


def _bare(text: str) -> str:
    before = ""
    while before != text:
        before, text = text, _FRAME.sub("", text).strip()
    return text
