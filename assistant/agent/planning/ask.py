"""The one question that is put to a person where something needed is missing."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.agent.planning.music import other_genre
from assistant.agent.planning.plan import Call
from assistant.agent.tool import Tool
from assistant.composer.genres import genres

_QUESTIONS = {
    ("train_genre", "genre"): "Which genre shall I train",
    ("run_evaluation", "suite"): "Which suite shall I run",
    ("quiz_me", "topic"): "What shall I quiz you on",
    ("search_notes", "query"): "What shall I look for in your notes",
}


def question_for(tool: Tool, missing: str, choices: Sequence[str]) -> str:
    """Return the question for an argument, with what can be chosen where that is known."""
    asked = _QUESTIONS.get((tool.name, missing), f"Which {missing.replace('_', ' ')} shall I take for {tool.name}")
    return f"{asked}: {_either(choices)}?" if choices else f"{asked}?"


def unknown_genre(call: Call, text: str) -> str:
    """Return a question where music is wanted in a style that no model knows; else nothing."""
    if call.tool not in ("compose_music", "train_genre") or "genre" in call.arguments:
        return ""
    found = other_genre(text)
    return f"I know no {found.casefold()}. Which genre shall it be: {_either(list(genres()))}?" if found else ""


def _either(choices: Sequence[str]) -> str:
    return f"{', '.join(choices[:-1])} or {choices[-1]}" if len(choices) > 1 else choices[0]
