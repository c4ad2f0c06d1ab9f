"""``etude chat``: a conversation in the terminal."""

from __future__ import annotations

import threading
from typing import Any

from rich.console import Console

from assistant.chat.events import Answer, Turn
from assistant.chat.pipeline import Assistant
from assistant.errors import EtudeError
from assistant.guardrails.pii import Masks
from assistant.rooms import open_invocations
from assistant.settings import load_settings
from assistant.terminal.ask import print_sources, show_answer
from knowledge.search import Filter

_HELP = "Type a question. /sources shows the passages of the last answer, /new starts over, /exit leaves."


def run_chat(collections: list[str] | None, flags: dict[str, Any]) -> None:
    """Read questions until /exit or the end of input; Ctrl-C stops an answer, not the program."""
    console = Console(highlight=False)
    settings = load_settings(**flags)
    assistant = Assistant(settings, invocations=open_invocations(settings))
    assistant.searcher.size(Filter(tuple(collections or ())))
    with Console(stderr=True).status("Loading the models"):
        assistant.warm()
    console.print(_HELP, style="dim")
    history, masks = list[Turn](), Masks()
    last: Answer | None = None
    while True:
        try:
            line = console.input("\n[bold]> [/bold]").strip()
        except (EOFError, KeyboardInterrupt):
            console.print()
            return
        if not line:
            continue
        if line in {"/exit", "/quit"}:
            return
        if line == "/new":
            history, masks, last = [], Masks(), None
            console.print("A new conversation.", style="dim")
        elif line == "/sources":
            if last and last.citations:
                print_sources(last, passages=True)
            else:
                console.print("There are no sources yet.", style="dim")
        elif line.startswith("/"):
            console.print(_HELP, style="dim")
        elif answer := _answer(assistant, line, history, masks, collections, console):
            last = answer
            history.append(Turn(answer.standalone, answer.text))


def _answer(
    assistant: Assistant,
    question: str,
    history: list[Turn],
    masks: Masks,
    collections: list[str] | None,
    console: Console,
) -> Answer | None:
    stop = threading.Event()
    try:
        answer = show_answer(assistant, question, history=history[-4:], collections=collections, stop=stop, masks=masks)
    except KeyboardInterrupt:
        stop.set()
        console.print("\nStopped.", style="dim")
        return None
    except EtudeError as error:
        console.print(str(error), style="red", markup=False)
        return None
    print_sources(answer)
    return answer
