"""Serves the whole page with a solver that needs no model: `python exam_server.py`, settings from the environment."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

import uvicorn

from assistant.chat.events import Citation
from assistant.chat.pipeline import Assistant
from assistant.exam.asked import Asked
from assistant.exam.solution import OptionNote, Solution
from assistant.records import Records
from assistant.settings import load_settings
from assistant.web.agentic import Agents
from assistant.web.answering import Desk
from assistant.web.serve import end_streams, listening, make_app

TEXT = "Amazon Polly turns text into lifelike speech. It offers several engines."


CITED = Citation(1, "notes", "speech.md", ("Speech", "Amazon Polly"), 7, 9, TEXT, ((0, 45),))


def solve(asked: Asked, collections: Sequence[str] = (), *, cancelled: threading.Event | None = None) -> Solution:
    """Choose the option that names Polly; a question about football is not covered."""
    time.sleep(0.2)
    if "football" in asked.stem:
        return Solution(asked, ("A",), dict.fromkeys(asked.options, 0.5), seconds=0.2)
    best = next((letter for letter, text in asked.options.items() if "Polly" in text), "A")
    return Solution(
        asked,
        (best,),
        {letter: 0.85 if letter == best else 0.05 for letter in asked.options},
        covered=True,
        notes={best: OptionNote(TEXT.split(". ")[0] + ".", CITED.heading, CITED.file, CITED.start_line, 1, right=True)},
        citations=(CITED,),
        seconds=0.2,
    )


def main() -> None:
    """Serve until terminated."""
    settings = load_settings()
    sock = listening(settings.server)
    records = Records(settings.database_url)
    desk = Desk(settings, records, Assistant, agent=Agents().of)
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
