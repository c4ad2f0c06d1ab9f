"""Serves the whole page with a solver that needs no model: `python exam_server.py`, settings from the environment."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

import uvicorn

from assistant.chat.events import Citation
from assistant.chat.pipeline import Assistant
from assistant.exam.asked import Asked
from assistant.records import Records
from assistant.settings import load_settings
from assistant.web.answering import Desk
from assistant.web.serve import end_streams, listening, make_app

TEXT = "Amazon Polly turns text into lifelike speech. It offers several engines."


@dataclass(frozen=True)
class Note:
    text: str
    section: tuple[str, ...] = ("Speech", "Amazon Polly")
    file: str = "speech.md"
    line: int = 7
    marker: int = 1
    right: bool = False


@dataclass(frozen=True)
class Solved:
    answer: tuple[str, ...]
    probabilities: dict[str, float]
    covered: bool = True
    notes: dict[str, Note] = field(default_factory=dict)
    citations: tuple[Citation, ...] = (
        Citation(1, "notes", "speech.md", ("Speech", "Amazon Polly"), 7, 9, TEXT, ((0, 45),)),
    )
    seconds: float = 0.2


def solve(asked: Asked, *, cancelled: threading.Event | None = None) -> Solved:
    """Choose the option that names Polly; a question about football is not covered."""
    time.sleep(0.2)
    if "football" in asked.stem:
        return Solved(("A",), dict.fromkeys(asked.options, 0.5), covered=False, citations=())
    best = next((letter for letter, text in asked.options.items() if "Polly" in text), "A")
    notes = {best: Note("Amazon Polly turns text into lifelike speech.", right=True)}
    return Solved((best,), {letter: 0.85 if letter == best else 0.05 for letter in asked.options}, notes=notes)


def main() -> None:
    """Serve until terminated."""
    settings = load_settings()
    sock = listening(settings.server)
    records = Records(settings.database_url)
    desk = Desk(settings, records, Assistant)
    app = make_app(settings, records, desk, solve)

    class Server(uvicorn.Server):
        async def shutdown(self, sockets=None) -> None:
            desk.stop_all()
            end_streams(app)
            await super().shutdown(sockets)
            desk.close()
            records.close()

    Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=2)).run(sockets=[sock])


if __name__ == "__main__":
    main()
