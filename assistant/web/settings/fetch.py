"""The process that downloads a model for the page: ``python -m assistant.web.settings.fetch``.

It is a process of its own since nothing else can be stopped in the middle of a file. It reads the model card and the
folders from its input, and says a line of JSON for each step; what was interrupted goes on there the next time, as with
``etude models pull``. When the page that started it goes away, its input ends, and so does it.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import threading
from typing import Any

from assistant.errors import EtudeError
from assistant.models.catalog import ModelCard
from assistant.models.download import pull
from assistant.settings import Settings


def main() -> int:
    """Download the model that the first line of the input names; return the exit code."""
    # As an exit, so that what is half done is cleared away.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    told = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_the_page, name="end with the page", daemon=True).start()
    try:
        card = ModelCard.model_validate(told["card"])
        path = pull(card, Settings(**told["settings"]), lambda done, total, doing: _say(done=done, doing=doing))
    except EtudeError as error:
        _say(error=str(error))
        return error.exit_code
    _say(path=str(path))
    return 0


def _say(**what: Any) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def _end_with_the_page() -> None:
    sys.stdin.read()
    if hasattr(os, "killpg"):
        # pip is in the same group.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(os.getpgrp(), signal.SIGTERM)
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
