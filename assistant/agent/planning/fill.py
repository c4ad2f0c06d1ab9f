"""The arguments of the shipped tools, read from a request by parsers: what the person said, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.agent.planning import music, names, numbers, subject
from assistant.agent.planning.changes import plain_tempo

_COUNT = r"questions?|qs?|cards?|items?|problems?|things|exercises|more"
_LIMIT = r"limit|samples?|questions?|cases?|examples?|items?|rows?|n|first"

Arguments = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """A request to read arguments from: its words, the same with number words as figures, and names that exist.

    ``about`` is what the turn or step before was about, for "quiz me on it".
    """

    text: str
    figures: str
    about: str = ""
    suites: Sequence[str] = ()


def arguments_of(tool: str, said: Said) -> Arguments | None:
    """Return the arguments of a shipped tool; None for a tool that has no parsers."""
    reader = _READERS.get(tool)
    return reader(said) if reader else None


def said(text: str, about: str = "", suites: Sequence[str] = ()) -> Said:
    """Return a request with its figures."""
    return Said(text, numbers.figures(text), about, suites)


def _compose(said: Said) -> Arguments:
    found = music.piece_arguments(said.figures)
    return found | plain_tempo(said.figures, found)


def _train(said: Said) -> Arguments:
    found: Arguments = {}
    if name := music.find_genre(said.figures):
        found["genre"] = name
    if (minutes := numbers.minutes(said.figures)) is not None:
        found["minutes"] = int(minutes) if minutes == int(minutes) else minutes
    if device := music.find_device(said.figures):
        found["device"] = device
    return found


def _quiz(said: Said) -> Arguments:
    found: Arguments = {}
    if topic := _meant(subject.find_topic(said.text), said.about):
        found["topic"] = topic
    if (count := numbers.counted(_without(said.figures, topic), _COUNT)) is not None:
        found["count"] = count
    return found


def _exam(said: Said) -> Arguments:
    found: Arguments = {}
    if kind := names.find_kind(said.figures):
        found["kind"] = kind
    domain = names.find_domain(said.figures)
    if domain:
        found["domain"] = domain
    rest = re.sub(r"\bdomains?\s*\d\b", "", said.figures, flags=re.IGNORECASE)
    if (count := numbers.counted(rest, _COUNT)) is not None:
        found["count"] = count
    if "kind" not in found and domain:
        found["kind"] = "practice"
    return found


def _search(said: Said) -> Arguments:
    query = _meant(subject.find_query(said.text), said.about)
    return {"query": query} if query else {}


def _answer(said: Said) -> Arguments:
    return {"question": subject.find_question(said.text)}


def _evaluate(said: Said) -> Arguments:
    found: Arguments = {}
    model = names.find_model(said.figures)
    rest = re.sub(r"\b[\w.]*\d+(?:\.\d+)?b\b[\w.-]*", " ", said.figures) if model else said.figures
    if suite := names.find_suite(rest, said.suites):
        found["suite"] = suite
    if model:
        found["model"] = model
    if (limit := numbers.counted(rest, _LIMIT) or _only(rest)) is not None:
        found["limit"] = limit
    return found


def _compare(said: Said) -> Arguments:
    return dict(zip(("first", "second"), names.find_runs(said.text), strict=False))


def _job(said: Said) -> Arguments:
    job = names.find_job(said.text)
    return {"job": job} if job else {}


def _result(said: Said) -> Arguments:
    if runs := names.find_runs(said.text):
        return {"run": runs[0]}
    return _job(said)


def _only(text: str) -> int | None:
    found = re.search(
        r"\b(?:only|just|first|n\s*=)\s*(\d{1,5})\b|\b(?:with|on|limit(?:ed)? to)\s+(\d{1,5})$", text, re.IGNORECASE
    )
    return int(found[1] or found[2]) if found else None


def _meant(topic: str | None, about: str) -> str | None:
    """Return a topic; a pronoun stands for what came before, and for nothing where nothing did."""
    return (about or None) if topic and subject.is_pronoun(topic) else topic


def _without(text: str, topic: str | None) -> str:
    return text.replace(numbers.figures(topic), " ") if topic else text


_READERS: Mapping[str, Callable[[Said], Arguments]] = {
    "compose_music": _compose,
    "train_genre": _train,
    "quiz_me": _quiz,
    "start_exam": _exam,
    "search_notes": _search,
    "answer_from_notes": _answer,
    "run_evaluation": _evaluate,
    "compare_runs": _compare,
    "job_status": _job,
    "cancel_job": _job,
    "open_result": _result,
    "continue_exam": lambda said: {},
    "flashcards_due": lambda said: {},
    "list_models": lambda said: {},
}
