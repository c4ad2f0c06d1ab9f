"""``etude doctor``: checks the machine, the settings, the models, the index, the records and the port.

Every check says one line: what was found and, when something is wrong, what to do.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Literal

import typer
from rich.console import Console
from rich.text import Text

from assistant.errors import EtudeError, SettingsError
from assistant.settings import Settings, config_file, load_settings

_NEEDED_DISK = 2 * 2**30
_NEEDED_MEMORY = 3 * 2**30
_MARKS = {"ok": "ok      ", "warning": "warning ", "problem": "problem "}
_STYLES = {"ok": "green", "warning": "yellow", "problem": "red"}


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check; ``exit_code`` counts only for a problem."""

    check: str
    state: Literal["ok", "warning", "problem"]
    said: str
    exit_code: int = 0


def run_doctor(*, as_json: bool) -> int:
    """Print every finding and return 0, or the exit code of the first problem."""
    findings = list(examine())
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2))
    else:
        console = Console(highlight=False)
        for finding in findings:
            mark = Text(_MARKS[finding.state], style=_STYLES[finding.state])
            console.print(mark + Text(f"{finding.check}: {finding.said}"), soft_wrap=True)
    return next((finding.exit_code for finding in findings if finding.state == "problem"), 0)


def examine() -> Iterator[Finding]:
    """Yield the findings, the machine first; without readable settings nothing more can be checked."""
    yield Finding("python", "ok", f"{platform.python_version()} on {platform.system()} {platform.machine()}")
    yield _memory()
    try:
        settings = load_settings()
    except SettingsError as error:
        yield Finding("settings", "problem", str(error), error.exit_code)
        return
    yield Finding("settings", "ok", _describe(settings))
    checks: list[tuple[str, Callable[[Settings], Finding]]] = [
        ("home", _home),
        ("chat model", _chat_model),
        ("embedding model", _embedding_model),
        ("notes", _notes),
        ("records", _records),
        ("port", _port),
    ]
    for name, check in checks:
        try:
            yield check(settings)
        except EtudeError as error:
            yield Finding(name, "problem", str(error), error.exit_code)


def _describe(settings: Settings) -> str:
    shown = settings.model_dump(mode="json", exclude_defaults=True, exclude={"home", "models_path"})
    if settings.endpoint.api_key:
        shown["endpoint"]["api_key"] = "(hidden)"
    source = f"from {config_file()} and the environment" if config_file() else "no etude.toml"
    return f"{source}; changed: {json.dumps(shown, ensure_ascii=False) if shown else 'nothing'}"


def _memory() -> Finding:
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return Finding("memory", "warning", "cannot be read here; the default models need about 3 GB.")
    said = f"{total / 2**30:.0f} GB, {os.cpu_count() or 1} cores"
    if total < _NEEDED_MEMORY:
        return Finding("memory", "warning", f"{said}; set `model` to smollm2-135m-instruct on a machine this small.")
    return Finding("memory", "ok", said)


def _home(settings: Settings) -> Finding:
    home = settings.home
    try:
        home.mkdir(parents=True, exist_ok=True)
        probe = home / ".doctor"
        probe.write_bytes(b"x")
        probe.unlink()
    except OSError as error:
        said = f"{home} cannot be written ({error.strerror}). Mend its permissions, or set ETUDE_HOME."
        return Finding("home", "problem", said, SettingsError.exit_code)
    free = shutil.disk_usage(home).free
    said = f"{home}, {free / 2**30:.0f} GB free"
    if free < _NEEDED_DISK:
        return Finding("home", "warning", f"{said}; models and notes need about {_NEEDED_DISK // 2**30} GB.")
    return Finding("home", "ok", said)


def _chat_model(settings: Settings) -> Finding:
    from assistant.models.chat import chat_weights, make_chat_model

    if settings.backend == "embedded":
        return Finding("chat model", "ok", f"{settings.model}, {chat_weights(settings)}")
    make_chat_model(settings)
    where = settings.endpoint.base_url if settings.backend == "openai" else settings.model
    return Finding("chat model", "ok", f"{settings.backend}, {where}")


def _embedding_model(settings: Settings) -> Finding:
    from assistant.rooms import open_embedder

    embedder = open_embedder(settings)
    return Finding("embedding model", "ok", f"{embedder.name}, {embedder.folder}")


def _notes(settings: Settings) -> Finding:
    from assistant.rooms import open_embedder, open_index
    from knowledge.sync import check_stamp

    current = open_index(settings).current()
    found = current.manifest.collections() if current else []
    if not found:
        return Finding("notes", "warning", "nothing is synced yet. Run `etude sync FOLDER` with a folder of notes.")
    embedder = open_embedder(settings)
    for collection in found:
        check_stamp(collection, embedder)
    said = ", ".join(f"{c.name} ({c.files} files, {c.chunks} passages)" for c in found)
    return Finding("notes", "ok", said)


def _records(settings: Settings) -> Finding:
    from assistant.records import Records

    records = Records(settings.database_url)
    try:
        count = len(records.conversations())
    finally:
        records.close()
    return Finding("records", "ok", f"{count} conversations")


def _port(settings: Settings) -> Finding:
    host, port = settings.server.host, settings.server.port
    with socket.socket() as probe:
        if sys.platform != "win32":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            said = f"{host}:{port} is in use or not to be had ({error.strerror}); Etude may be running there already."
            return Finding("port", "warning", said)
    return Finding("port", "ok", f"{host}:{port} is free")
