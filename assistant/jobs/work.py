"""The process that does one job: ``python -m assistant.jobs.work FOLDER``, begun and watched by its worker.

Through its input come the settings, then the wish that it ends, and when it closes there is no worker any more.
"""

from __future__ import annotations

import faulthandler
import importlib
import json
import logging
import os
import signal
import sys
import threading
import traceback
from pathlib import Path

from assistant.errors import EtudeError
from assistant.jobs.context import Context, JobStopped
from assistant.jobs.folder import JobFolder, Order, Outcome
from assistant.jobs.kinds import find_kind
from assistant.settings import Settings


def main() -> None:
    """Do the job, and leave in its folder what it came to."""
    folder = JobFolder(Path(sys.argv[1]))
    order = folder.order()
    assert order is not None
    pipe = _own_input()
    told = json.loads(_line(pipe))
    context = Context(folder.outputs, Settings(**told["settings"]), order.device, told["resumed"], tell=folder.tell)
    threading.Thread(target=_listen, args=(pipe, context.stop), name="listen", daemon=True).start()
    faulthandler.enable()
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("assistant").setLevel(logging.INFO)
    try:
        importlib.import_module(order.module)
        kind = find_kind(order.kind)
        result = kind.function(kind.check(order.arguments), context)
        folder.end(Outcome(result=dict(result)))
    except JobStopped:
        folder.end(Outcome())
    except EtudeError as error:
        folder.end(Outcome(error=str(error)))
    except Exception as error:  # noqa: BLE001 - whatever it is becomes one sentence; the log has the rest
        traceback.print_exc()
        folder.end(Outcome(error=_explain(error, order)))


def _explain(error: Exception, order: Order) -> str:
    if type(error).__name__ == "OutOfMemoryError":
        return f"{order.device} has too little free memory for this. End what else uses it, ask for less, or use cpu."
    if isinstance(error, MemoryError):
        return "The machine has too little free memory for this. Close other programs, or ask for less."
    said = (str(error).strip().splitlines() or [""])[0].rstrip(".")
    return f"It broke off ({type(error).__name__}{f': {said}' if said else ''})."


def _own_input() -> int:
    """Return the pipe to the worker, and leave the work an input that is empty."""
    pipe = os.dup(0)
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    os.close(empty)
    return pipe


def _line(pipe: int) -> bytes:
    """Read a line and nothing behind it."""
    line = b""
    while not line.endswith(b"\n") and (one := os.read(pipe, 1)):
        line += one
    return line


def _listen(pipe: int, stop: threading.Event) -> None:
    # Read without a buffer: Python cannot end while a thread waits in one.
    while os.read(pipe, 64):
        stop.set()
    # The worker is gone. Nobody would end the processes of this job, nor tell how it went.
    if hasattr(os, "killpg"):
        os.killpg(os.getpgrp(), signal.SIGKILL)
    os._exit(1)


if __name__ == "__main__":
    main()
