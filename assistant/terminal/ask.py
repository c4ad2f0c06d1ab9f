"""``etude ask``: one question or a file of them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.text import Text

from assistant.chat.events import Answer, Delta, Stage
from assistant.chat.pipeline import Assistant
from assistant.chat.question import check_question
from assistant.errors import EtudeError, InputError
from assistant.rooms import open_invocations
from assistant.settings import load_settings


def run_ask(question: str, collections: list[str] | None, flags: dict[str, Any], *, as_json: bool) -> None:
    """Answer one question: streamed for a person, as JSON for a program."""
    check_question(question)
    assistant = _warm(flags, collections)
    if as_json:
        (answer,) = (e for e in assistant.answer(question, collections=collections) if isinstance(e, Answer))
        typer.echo(json.dumps(answer_json(answer), ensure_ascii=False, indent=2))
        return
    answer = show_answer(assistant, question, collections=collections)
    print_sources(answer)


def run_batch(file: Path, collections: list[str] | None, flags: dict[str, Any]) -> None:
    """Answer every line of a JSONL file; one JSON line out for each, also for a question that failed.

    Raises:
        InputError: the file cannot be read, or a line is not a question; nothing is answered then.

    """
    questions = list(_questions(file))
    assistant = _warm(flags, collections)
    failed = 0
    for row in questions:
        try:
            events = assistant.answer(row["question"], collections=collections)
            (answer,) = (event for event in events if isinstance(event, Answer))
            out = {**row, **answer_json(answer)}
        except EtudeError as error:
            failed = error.exit_code
            out = {**row, "error": str(error), "kind": type(error).__name__}
        typer.echo(json.dumps(out, ensure_ascii=False))
        sys.stdout.flush()
    if failed:
        raise typer.Exit(failed)


def answer_json(answer: Answer) -> dict[str, Any]:
    """Return an answer as programs read it."""
    return {
        "answer": answer.text,
        "refused": answer.refused,
        "citations": [
            {
                "marker": citation.marker,
                "file": citation.file,
                "heading": list(citation.heading),
                "start_line": citation.start_line,
                "end_line": citation.end_line,
                "text": citation.text,
                "collection": citation.collection,
            }
            for citation in answer.citations
        ],
        "timings": {
            "retrieve": round(answer.timings.retrieve, 3),
            "first_token": None if answer.timings.first_token is None else round(answer.timings.first_token, 3),
            "total": round(answer.timings.total, 3),
        },
        "usage": {
            "prompt_tokens": answer.usage.prompt_tokens,
            "cached_tokens": answer.usage.cached_tokens,
            "completion_tokens": answer.usage.completion_tokens,
        },
        "question": answer.question,
        "standalone": answer.standalone,
        "nearest": [{"file": place.file, "heading": list(place.heading)} for place in answer.nearest],
    }


def show_answer(assistant: Assistant, question: str, **arguments: Any) -> Answer:
    """Stream an answer to the terminal, with the stages while one waits."""
    out, status = Console(highlight=False), Console(stderr=True, highlight=False)
    shown = ""
    answer: Answer | None = None
    with status.status("Thinking") as spinner:
        events = assistant.answer(question, **arguments)
        for event in events:
            if isinstance(event, Stage):
                spinner.update(event.detail)
            elif isinstance(event, Delta):
                spinner.stop()
                shown += event.text
                out.print(Text(event.text), end="", soft_wrap=True)
            else:
                answer = event
    if answer is None:
        raise InputError("The question was not answered. Ask again.")
    if shown:
        out.print()
    if answer.text != shown:
        out.print(Text(answer.text), soft_wrap=True)
    if answer.cut:
        status.print(Text("The answer reached the length limit; raise it with --max-tokens.", style="dim"))
    return answer


def print_sources(answer: Answer, *, passages: bool = False) -> None:
    """List the cited passages, with their text when asked."""
    out = Console(highlight=False)
    if answer.citations:
        out.print()
    for citation in answer.citations:
        place = f"{citation.file}:{citation.start_line}-{citation.end_line}"
        line = Text(f"[{citation.marker}] ", style="bold") + Text(" > ".join(citation.heading) or citation.file)
        out.print(line + Text(f"  {place}", style="dim"), soft_wrap=True)
        if passages:
            out.print(_highlighted(citation.text, citation.used), soft_wrap=True)
            out.print()


def _highlighted(text: str, used: tuple[tuple[int, int], ...]) -> Text:
    shown = Text(text)
    for start, end in used:
        shown.stylize("bold", start, end)
    return shown


def _warm(flags: dict[str, Any], collections: list[str] | None) -> Assistant:
    from knowledge.search import Filter

    settings = load_settings(**flags)
    assistant = Assistant(settings, invocations=open_invocations(settings))
    # Before the models load: a missing collection and missing weights are known at once.
    assistant.chat()
    assistant.searcher.size(Filter(tuple(collections or ())))
    with Console(stderr=True).status("Loading the models"):
        assistant.warm()
    return assistant


def _questions(file: Path) -> Iterator[dict[str, Any]]:
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file} cannot be read ({error}). Give a JSONL file in UTF-8.") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise InputError(f"Line {number} of {file} is not JSON ({error}). Correct it.") from error
        if isinstance(row, str):
            row = {"question": row}
        if not isinstance(row, dict) or not isinstance(row.get("question"), str):
            raise InputError(f'Line {number} of {file} has no "question". Correct it.')
        yield row
