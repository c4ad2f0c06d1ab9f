"""Kinds of jobs that take no time, for tests of what runs jobs; the job's own process imports this module."""

import json
import os
import sys
import time
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from assistant.errors import InputError
from assistant.jobs.kinds import job
from assistant.writing import write_whole


class Tiny(BaseModel):
    model_config = ConfigDict(extra="forbid")

    does: str = "work"
    text: str = ""
    files: list[Path] = []


@job("tiny", Tiny, minutes=5, memory_mb=2000, resumable=True, grace=20)
def tiny(arguments, context):
    """Do what is asked for; most of it lasts until the file ``go`` is in the folder."""
    ids = {"pid": os.getpid(), "worker": os.getppid()}
    write_whole(context.folder / "ids.json", json.dumps(ids))
    sys.stdout.write(f"begun {arguments.text}\n")
    context.progress(0.0, "begun")
    if arguments.files:
        return {"read": {file.name: file.read_text() for file in arguments.files}}
    match arguments.does:
        case "fail":
            raise ValueError("no such note\nand more")
        case "refuse":
            raise InputError("The melody has no notes. Give one that has.")
        case "exit":
            os._exit(3)
        case "not json":
            return {"share": float("nan")}
        case "fill memory":
            hoard = bytearray(3_000_000_000)
            hoard[::4096] = b"x" * len(hoard[::4096])
            wait(context)
        case "wait":
            wait(context)
        case "begin others":
            other = os.fork()
            if other == 0:
                time.sleep(300)
            write_whole(context.folder / "other", str(other))
            wait(context)
    heavy = sorted({"torch", "gradio", "sqlalchemy"} & set(sys.modules))
    return {"text": arguments.text, "resumed": context.resumed, "heavy": heavy, "device": context.device}


@job("stubborn", Tiny, minutes=5, memory_mb=2000, grace=0.2)
def stubborn(arguments, context):
    """Never ends, whatever it is told."""
    context.progress(0.5, "never ends")
    while True:
        time.sleep(0.01)


@job("brief", Tiny, minutes=5, memory_mb=2000, grace=20, short=True)
def brief(arguments, context):
    """Do the same in the line of the short ones."""
    return tiny(arguments, context)


def wait(context):
    while not (context.folder / "go").exists():
        context.progress(0.5, "waiting")
        time.sleep(0.02)
